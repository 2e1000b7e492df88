// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeBook} from "./DisputeBook.sol";

import {ICredits} from "./interfaces/ICredits.sol";
import {IDisputeGame} from "./interfaces/IDisputeGame.sol";
import {IHostRegistry} from "./interfaces/IHostRegistry.sol";

import {Ether} from "./libraries/Ether.sol";

import {DisputeTerms} from "./types/GameTypes.sol";
import {BatchStatus, Payee, Penalty, StakeKind} from "./types/Types.sol";

/// @title What the end of a dispute does to bonds, stakes, earnings and other disputes
/// @notice See `IDisputeGame`.
abstract contract DisputeVerdicts is DisputeBook {
    /// @dev What was taken from a stake, and of it the bounty and what each moot dispute gets.
    struct Taken {
        uint128 total;
        uint128 bounty;
        uint128 each;
        /// Whether a refund was due that the stake could not pay whole.
        bool isShort;
    }

    /// @dev Leaves whose poster was convicted for a boundary.
    mapping(bytes32 => bool) private _boundaryConvicted;

    /// @dev Only the registry pays in, what penalties credited.
    receive() external payable {
        if (msg.sender != address(rollup.registry())) revert Game_NotThePayer(msg.sender);
    }

    /// @inheritdoc IDisputeGame
    function payBounty(uint256 disputeId) external override {
        Record storage r = _records[disputeId];
        Case storage c = _cases[_positions[r.positionKey].caseKey];
        uint128 amount = c.bounty;
        if (amount == 0 || c.winner != disputeId) revert Game_NothingToPay(disputeId);
        if (block.timestamp < c.bountyPayableAt) revert Game_TooEarly(c.bountyPayableAt, uint64(block.timestamp));
        c.bounty = 0;
        emit BountyPaid(_positions[r.positionKey].caseKey, disputeId, r.challenger, amount);
        _givePenalty(r.challenger, amount);
    }

    /// @inheritdoc IDisputeGame
    function release(bytes32 key) external override {
        Case storage c = _cases[key];
        if (c.convictedBy == 0 || c.released) revert Game_NotConvicted(key);
        if (_statusOf(c) == BatchStatus.Open) revert Game_BatchOpen(c.batchIndex);
        c.released = true;
        emit StakeReleased(key, c.slot);
        if (_inForce()) hub.unfreeze(StakeKind.Slot, _slotId(c), c.freezeRound);
    }

    /// @dev Holds stake and share for another dispute of the case; what is held already is held for longer.
    function _freeze(Case storage c) internal {
        if (c.openCount > 0) _unfreeze(c);
        c.freezeRound = hub.freeze(StakeKind.Slot, _slotId(c));
        c.earningsRound = hub.freezeEarnings(c.operator, c.share);
    }

    function _unfreeze(Case storage c) internal {
        hub.unfreeze(StakeKind.Slot, _slotId(c), c.freezeRound);
        hub.unfreezeEarnings(c.operator, c.share, c.earningsRound);
    }

    /// @dev The operator pays: refund of the whole fee, once for each leaf, bounty, compensations, and as much again or more burnt. Its share
    /// is gone, and its stake stays frozen until the batch is settled, for whatever else of it turns out wrong.
    function _convict(uint256 disputeId) internal {
        if (!_inForce()) revert Game_NotInForce();
        Record storage r = _records[disputeId];
        Case storage c = _cases[_positions[r.positionKey].caseKey];
        uint32 moots = c.openCount - 1;
        openCountOf[c.operator] -= c.openCount;
        (c.openCount, c.convictedBy, c.winner) = (0, disputeId, disputeId);
        Taken memory taken = _penalize(c, StakeKind.Slot, _slotId(c), moots);
        (c.bounty, c.compensation) = (taken.bounty, taken.each);
        c.bountyPayableAt = uint64(block.timestamp) + _terms.payoutDelay;
        _unfreeze(c);
        c.freezeRound = hub.freeze(StakeKind.Slot, _slotId(c));
        // A batch that was rolled back has credited nobody.
        if (_statusOf(c) != BatchStatus.RolledBack) hub.forfeitEarnings(c.operator, c.share);
        _finish(disputeId, r, DisputeState.ChallengerWon, r.challenger, taken);
    }

    /// @dev The poster pays, once for each leaf; every dispute at the position becomes moot.
    function _convictPoster(uint256 disputeId) internal {
        if (!_inForce()) revert Game_NotInForce();
        bytes32 key = _records[disputeId].positionKey;
        Position storage p = _positions[key];
        Case storage c = _cases[p.caseKey];
        uint256 winner = _firstOr(disputeId);
        uint32 moots = p.openCount;
        (p.boundaryWrong, p.openCount) = (true, 0);
        openCountOf[c.operator] -= moots;
        c.openCount -= moots;
        if (c.openCount == 0) _unfreeze(c);
        address poster = rollup.batch(c.batchIndex).poster;
        Taken memory taken;
        bytes32 leafKey = keccak256(abi.encode(c.batchHash, c.leaf));
        if (!_boundaryConvicted[leafKey]) {
            _boundaryConvicted[leafKey] = true;
            taken = _penalize(c, StakeKind.Poster, bytes32(uint256(uint160(poster))), moots);
        }
        p.compensation = taken.each;
        // Nobody else owes the user its fee.
        if (taken.isShort && _statusOf(c) == BatchStatus.Open) hub.rollBack(c.batchIndex, c.batchHash);
        _givePenalty(_records[winner].challenger, taken.bounty);
        emit BoundaryProved(key, winner, poster, taken.total, taken.bounty);
    }

    /// @dev The dispute that was opened first at the position, or this one if that is settled: voided under another module, or lost.
    function _firstOr(uint256 disputeId) internal view returns (uint256 first) {
        first = _positions[_records[disputeId].positionKey].first;
        if (_isSettled(_records[first].state)) return disputeId;
    }

    /// @dev The challenger was silent: half of its bond is the operator's, and half is burnt, so that an operator cannot make disputes dear
    /// with disputes of its own for nothing.
    function _acquit(uint256 disputeId) internal {
        Record storage r = _records[disputeId];
        Case storage c = _leave(r);
        if (c.openCount == 0 && _inForce()) _unfreeze(c);
        uint128 burnt = r.bond / 2;
        r.bond -= burnt;
        bondsHeld -= burnt;
        Taken memory nothing;
        _finish(disputeId, r, DisputeState.DefenderWon, c.operator, nothing);
        Ether.send(Ether.BURN, burnt);
    }

    /// @dev Nobody can be convicted any more.
    function _void(uint256 disputeId) internal {
        Record storage r = _records[disputeId];
        _leave(r);
        Taken memory nothing;
        _finish(disputeId, r, DisputeState.Void, r.challenger, nothing);
    }

    /// @dev Was counted out when it became moot.
    function _settleMoot(uint256 disputeId) internal {
        Record storage r = _records[disputeId];
        Position storage p = _positions[r.positionKey];
        Taken memory nothing;
        _finish(disputeId, r, DisputeState.Moot, r.challenger, nothing);
        _givePenalty(r.challenger, p.boundaryWrong ? p.compensation : _cases[p.caseKey].compensation);
    }

    function _leave(Record storage r) private returns (Case storage c) {
        Position storage p = _positions[r.positionKey];
        c = _cases[p.caseKey];
        p.openCount--;
        c.openCount--;
        openCountOf[c.operator]--;
    }

    function _finish(uint256 disputeId, Record storage r, DisputeState state, address bondTo, Taken memory taken)
        private
    {
        r.state = state;
        _unlist(disputeId, _cases[_positions[r.positionKey].caseKey].operator);
        _giveBond(bondTo, r.bond);
        emit DisputeSettled(disputeId, r.positionKey, state, taken.total, taken.bounty);
    }

    /// @dev A stake that is too small pays in this order: burn of half, refund, bounty, compensations. Sums are wide, since a fee in a leaf
    /// can be anything and must not make a conviction fail.
    function _penalize(Case storage c, StakeKind kind, bytes32 id, uint32 moots) private returns (Taken memory taken) {
        IHostRegistry registry = rollup.registry();
        DisputeTerms storage t = _terms;
        uint256 refund = _refundOf(c);
        uint256 wanted = 2 * (refund + t.bounty + uint256(t.compensation) * moots);
        if (wanted < t.penalty) wanted = t.penalty;
        taken.total = uint128(_smaller(registry.stakeOf(kind, id).amount, wanted));
        taken.isShort = refund > 0;
        if (taken.total == 0) return taken;
        uint256 left = taken.total / 2;
        taken.isShort = refund > left;
        refund = _smaller(refund, left);
        left -= refund;
        taken.bounty = uint128(_smaller(t.bounty, left));
        left -= taken.bounty;
        if (moots > 0) taken.each = uint128(_smaller(t.compensation, left / moots));
        uint128 held = taken.bounty + taken.each * moots;
        hub.slash(kind, id, _penaltyOf(c, taken.total, uint128(refund), held));
        if (held == 0) return taken;
        registry.withdrawPayout(address(this));
        _holdPenalty(held);
    }

    function _penaltyOf(Case storage c, uint128 total, uint128 refund, uint128 held)
        private
        view
        returns (Penalty memory p)
    {
        (p.total, p.refund, p.user) = (total, refund, c.user);
        (p.batchIndex, p.batchHash, p.leaf) = (c.batchIndex, c.batchHash, c.leaf);
        p.payees = new Payee[](1);
        p.payees[0] = Payee(address(this), held);
    }

    /// @dev The fee, unless somebody refunded it, the debit is gone with its batch, or there is nobody to refund.
    function _refundOf(Case storage c) private view returns (uint256) {
        if (c.user == address(0) || _statusOf(c) == BatchStatus.RolledBack) return 0;
        ICredits.RefundStatus status = rollup.credits().refundOf(c.batchHash, c.leaf).status;
        return status == ICredits.RefundStatus.None ? c.fee : 0;
    }

    function _statusOf(Case storage c) private view returns (BatchStatus) {
        return rollup.statusOf(c.batchIndex);
    }

    function _inForce() internal view returns (bool) {
        return hub.inForce();
    }

    function _slotId(Case storage c) private view returns (bytes32) {
        return bytes32(uint256(c.slot));
    }

    function _smaller(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
