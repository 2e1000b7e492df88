// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Disputes} from "./Disputes.sol";

import {IDisputeGame} from "./interfaces/IDisputeGame.sol";
import {IDisputeHub} from "./interfaces/IDisputeHub.sol";
import {IDisputeModule} from "./interfaces/IDisputeModule.sol";
import {ITeeTeeRollup} from "./interfaces/ITeeTeeRollup.sol";

import {DisputeTerms, RowPeaks} from "./types/GameTypes.sol";

/// @title The records of disputes, their positions and their cases
/// @notice See `IDisputeGame`. What happens to a position or a case changes the state of all its disputes at once, without touching them.
abstract contract DisputeBook is Disputes, IDisputeGame {
    /// @dev `state` is what the dispute's own moves made of it: never Revealed, and Moot only once settled. `deadline` counts from Selected on.
    struct Record {
        bytes32 positionKey;
        bytes32 commitment;
        bytes32 entry;
        address challenger;
        uint64 openedAt;
        DisputeState state;
        uint128 bond;
        uint64 deadline;
        uint32 group;
        uint32 index;
    }

    struct Position {
        bytes32 contextHash;
        bytes32 caseKey;
        /// Of hInRoot, hOutRoot and kvRoot, once group 0 is revealed.
        bytes32 openingHash;
        uint64 revealBy;
        /// Zero until the reveal is complete.
        uint64 revealedAt;
        /// Rows under kvRoot in `peaks`.
        uint32 rows;
        /// Disputes that are neither settled nor moot.
        uint32 openCount;
        bool boundaryWrong;
        uint128 compensation;
        /// The dispute that was opened first.
        uint256 first;
        bytes32[] groupRoots;
        bytes32[] peaks;
    }

    DisputeTerms internal _terms;

    uint128 public override penaltiesHeld;
    uint256 public override disputeCount;
    mapping(uint256 => Record) internal _records;
    mapping(bytes32 => Position) internal _positions;
    mapping(bytes32 => Case) internal _cases;
    mapping(bytes32 => mapping(address => uint256)) public override disputeOf;
    mapping(address => mapping(address => bool)) public override isDefender;
    mapping(address => uint256) public override openCountOf;
    mapping(address => uint256[]) private _unsettled;
    /// @dev Where an unsettled dispute stands in `_unsettled` of its operator.
    mapping(uint256 => uint256) private _places;

    constructor(ITeeTeeRollup rollup_, IDisputeHub hub_, DisputeTerms memory terms_) Disputes(rollup_, hub_) {
        _terms = terms_;
    }

    /// @inheritdoc IDisputeGame
    function setDefender(address defender, bool allowed) external override {
        isDefender[msg.sender][defender] = allowed;
        emit DefenderSet(msg.sender, defender, allowed);
    }

    /// @inheritdoc IDisputeModule
    /// @dev A wrong computation is paid by its host; the other answers of the batch stand, so money does not wait.
    function blocksFinality(uint64, bytes32) external pure override returns (bool) {
        return false;
    }

    /// @inheritdoc IDisputeGame
    function dispute(uint256 disputeId) external view override returns (Dispute memory d) {
        Record storage r = _records[disputeId];
        Position storage p = _positions[r.positionKey];
        (d.positionKey, d.caseKey, d.contextHash) = (r.positionKey, p.caseKey, p.contextHash);
        (d.challenger, d.operator, d.bond) = (r.challenger, _cases[p.caseKey].operator, r.bond);
        (d.openedAt, d.state) = (r.openedAt, _stateOf(r));
        d.deadline = _deadlineOf(r, d.state);
        (d.group, d.index, d.entry, d.commitment) = (r.group, r.index, r.entry, r.commitment);
    }

    /// @inheritdoc IDisputeGame
    function caseOf(bytes32 key) external view override returns (Case memory) {
        return _cases[key];
    }

    /// @inheritdoc IDisputeGame
    function unsettledCountOf(address operator) external view override returns (uint256) {
        return _unsettled[operator].length;
    }

    /// @inheritdoc IDisputeGame
    function openOf(address operator, uint256 start, uint256 count)
        external
        view
        override
        returns (uint256[] memory ids)
    {
        uint256[] storage all = _unsettled[operator];
        uint256 left = start < all.length ? all.length - start : 0;
        ids = new uint256[](count < left ? count : left);
        for (uint256 i = 0; i < ids.length; i++) {
            ids[i] = all[start + i];
        }
    }

    /// @inheritdoc IDisputeGame
    function revealOf(bytes32 key)
        external
        view
        override
        returns (bytes32[] memory groupRoots, bool complete, uint64 deadline)
    {
        Position storage p = _positions[key];
        return (p.groupRoots, p.revealedAt != 0, p.revealBy);
    }

    /// @inheritdoc IDisputeGame
    function rowsOf(bytes32 key) external view override returns (RowPeaks memory) {
        Position storage p = _positions[key];
        return RowPeaks(p.peaks, p.rows);
    }

    /// @inheritdoc IDisputeGame
    function terms() external view override returns (DisputeTerms memory) {
        return _terms;
    }

    /// @inheritdoc IDisputeGame
    /// @dev Nobody can pay for more than 64 doublings.
    function bondFor(address operator) public view override returns (uint128) {
        uint256 doublings = openCountOf[operator] / 8;
        return uint128(uint256(_terms.baseBond) << (doublings < 64 ? doublings : 64));
    }

    /// @inheritdoc IDisputeGame
    function positionKey(bytes32 batchHash, uint32 leaf, uint32 shard, uint32 position)
        public
        pure
        override
        returns (bytes32)
    {
        return keccak256(abi.encode(batchHash, leaf, shard, position));
    }

    /// @inheritdoc IDisputeGame
    function caseKey(bytes32 batchHash, uint32 leaf, uint32 shard) public pure override returns (bytes32) {
        return keccak256(abi.encode(batchHash, leaf, shard));
    }

    function _stateOf(Record storage r) internal view returns (DisputeState state) {
        state = r.state;
        if (state == DisputeState.None || _isSettled(state)) return state;
        Position storage p = _positions[r.positionKey];
        if (p.boundaryWrong || _cases[p.caseKey].convictedBy != 0) return DisputeState.Moot;
        if (state == DisputeState.Opened && p.revealedAt != 0) return DisputeState.Revealed;
    }

    function _isSettled(DisputeState state) internal pure returns (bool) {
        return state >= DisputeState.ChallengerWon;
    }

    function _deadlineOf(Record storage r, DisputeState state) internal view returns (uint64) {
        if (state == DisputeState.None || _isSettled(state)) return 0;
        if (state == DisputeState.Selected || state == DisputeState.Answered) return r.deadline;
        Position storage p = _positions[r.positionKey];
        if (state == DisputeState.Opened) return p.revealBy;
        return (r.openedAt > p.revealedAt ? r.openedAt : p.revealedAt) + _terms.moveSeconds;
    }

    function _nextDeadline() internal view returns (uint64) {
        return uint64(block.timestamp) + _terms.moveSeconds;
    }

    function _list(uint256 disputeId, address operator) internal {
        _places[disputeId] = _unsettled[operator].length;
        _unsettled[operator].push(disputeId);
    }

    function _unlist(uint256 disputeId, address operator) internal {
        uint256[] storage all = _unsettled[operator];
        uint256 last = all[all.length - 1];
        all[_places[disputeId]] = last;
        _places[last] = _places[disputeId];
        all.pop();
        delete _places[disputeId];
    }

    /// @dev A held part of a penalty becomes a payout; nobody is called.
    function _givePenalty(address to, uint128 amount) internal {
        if (amount == 0) return;
        penaltiesHeld -= amount;
        totalPayouts += amount;
        payoutOf[to] += amount;
        emit PayoutCredited(to, amount);
    }

    function _holdPenalty(uint128 amount) internal {
        penaltiesHeld += amount;
    }
}
