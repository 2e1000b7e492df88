// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeBook} from "./DisputeBook.sol";
import {DisputeVerdicts} from "./DisputeVerdicts.sol";

import {IDisputeGame} from "./interfaces/IDisputeGame.sol";
import {IDisputeHub} from "./interfaces/IDisputeHub.sol";
import {IListRules} from "./interfaces/IListRules.sol";
import {IOpeningRules} from "./interfaces/IOpeningRules.sol";
import {IStepVerifier} from "./interfaces/IStepVerifier.sol";
import {ITeeTeeRollup} from "./interfaces/ITeeTeeRollup.sol";

import {TermRules} from "./libraries/TermRules.sol";

import {
    DisputeContext,
    EntryOpening,
    LeafProof,
    TokenOpening,
    TraceOpening
} from "./types/DisputeTypes.sol";
import {DisputeTerms, Revealed, RowPeaks, Subject} from "./types/GameTypes.sol";
import {QueryReceipt, ShardReceipt} from "./types/Messages.sol";
import {BatchHeader} from "./types/Types.sol";

/// @title Disputes about one computation: open, reveal, select, answer, prove
/// @notice See `IDisputeGame`. The moves are here; what they must satisfy is asked of `OpeningRules` and `ListRules`, what is right of the
/// step verifier; `DisputeVerdicts` has the consequences and `DisputeBook` the records.
contract DisputeGame is DisputeVerdicts {
    uint256 private constant CONTEXT_BYTES = 34 * 32;

    /// @dev Whether the terms were compared with the parameters of the rollup, which is deployed after this.
    bool private _related;

    IOpeningRules public immutable override openingRules;
    IListRules public immutable override listRules;
    IStepVerifier public immutable override stepVerifier;

    /// @param rollup_ Deployed later; the terms are compared with its parameters at the first `open`.
    /// @param hub_ Deployed later, with this as one of its kinds.
    /// @param terms_ Fixed for good; see `TermRules`.
    constructor(
        ITeeTeeRollup rollup_,
        IDisputeHub hub_,
        IOpeningRules openingRules_,
        IListRules listRules_,
        IStepVerifier stepVerifier_,
        DisputeTerms memory terms_
    ) DisputeBook(rollup_, hub_, terms_) {
        _checkCode(address(openingRules_));
        _checkCode(address(listRules_));
        _checkCode(address(stepVerifier_));
        (openingRules, listRules, stepVerifier) = (openingRules_, listRules_, stepVerifier_);
        _related = openingRules_.checkTerms(terms_);
    }

    /// @inheritdoc IDisputeGame
    function open(
        BatchHeader calldata,
        LeafProof calldata,
        OpenItems calldata,
        DisputeContext calldata context,
        bytes32 commitment
    ) external payable override returns (uint256 disputeId) {
        if (!_related) _related = openingRules.checkTerms(_terms);
        disputeId = ++disputeCount;
        Record storage r = _records[disputeId];
        (r.challenger, r.openedAt, r.state) = (msg.sender, uint64(block.timestamp), DisputeState.Opened);
        (r.commitment, r.bond) = (commitment, bondFor(context.operator));
        r.positionKey = _keyOf(context);
        _takeBond(r.bond);
        Subject memory subject =
            abi.decode(_ask(address(openingRules), IOpeningRules.checkOpen.selector), (Subject));
        bytes32 key = _enterCase(context, subject);
        _enterPosition(disputeId, r.positionKey, key, context);
        openCountOf[context.operator]++;
        _list(disputeId, context.operator);
        uint64 deadline = _deadlineOf(r, _stateOf(r));
        emit DisputeOpened(
            disputeId, r.positionKey, context.operator, msg.sender, r.bond, deadline, msg.data
        );
    }

    /// @inheritdoc IDisputeGame
    function reveal(
        DisputeContext calldata context,
        TraceOpening calldata opening,
        uint32 firstGroup,
        bytes32[][] calldata,
        TokenOpening[] calldata,
        bytes calldata
    ) external override {
        if (msg.sender != context.operator && !isDefender[context.operator][msg.sender]) {
            revert Game_NotDefender(msg.sender, context.operator);
        }
        _checkReveal(context, opening, firstGroup);
        Revealed memory r = abi.decode(_ask(address(listRules), IListRules.checkReveal.selector), (Revealed));
        bool complete = _keep(context, r);
        emit GroupsRevealed(_keyOf(context), firstGroup, complete, msg.data);
    }

    /// @inheritdoc IDisputeGame
    function select(
        uint256 disputeId,
        DisputeContext calldata context,
        uint32 group,
        uint32 index,
        EntryOpening calldata revealed,
        EntryOpening calldata,
        OwnList calldata
    ) external override {
        Record storage r = _move(disputeId, context, DisputeState.Revealed);
        _onlyChallenger(r);
        _ask(address(listRules), IListRules.checkSelect.selector);
        (r.state, r.deadline) = (DisputeState.Selected, _nextDeadline());
        (r.group, r.index, r.entry) = (group, index, revealed.entry);
        emit EntrySelected(disputeId, group, index, revealed.entry, r.deadline);
    }

    /// @inheritdoc IDisputeGame
    function answer(uint256 disputeId, DisputeContext calldata context, bytes calldata content) external override {
        Record storage r = _move(disputeId, context, DisputeState.Selected);
        _ask(address(listRules), IListRules.checkAnswer.selector);
        (r.state, r.deadline) = (DisputeState.Answered, _nextDeadline());
        emit EntryAnswered(disputeId, r.deadline, content);
    }

    /// @inheritdoc IDisputeGame
    function prove(
        uint256 disputeId,
        DisputeContext calldata context,
        uint32 element,
        uint32 part,
        bytes calldata
    ) external override nonReentrant {
        Record storage r = _move(disputeId, context, DisputeState.Answered);
        _onlyChallenger(r);
        bool isWrong = abi.decode(_ask(address(listRules), IListRules.judge.selector), (bool));
        if (!isWrong) revert Game_NotWrong(r.group, r.index, element, part);
        _convict(disputeId);
    }

    /// @inheritdoc IDisputeGame
    function timeout(uint256 disputeId) external override nonReentrant {
        Record storage r = _records[disputeId];
        DisputeState state = _stateOf(r);
        if (state == DisputeState.None || _isSettled(r.state)) revert Game_WrongState(disputeId, state);
        if (state == DisputeState.Moot) return _settleMoot(disputeId);
        if (!_inForce()) return _void(disputeId);
        uint64 deadline = _deadlineOf(r, state);
        if (block.timestamp < deadline) revert Game_TooEarly(deadline, uint64(block.timestamp));
        if (state == DisputeState.Selected) return _convict(disputeId);
        // One reveal serves all disputes at a position; without one, the first of them has waited longest.
        if (state == DisputeState.Opened) return _convict(_firstOr(disputeId));
        _acquit(disputeId);
    }

    /// @inheritdoc IDisputeGame
    function proveBoundary(
        uint256 disputeId,
        DisputeContext calldata context,
        TraceOpening calldata,
        QueryReceipt calldata,
        ShardReceipt calldata,
        bytes calldata,
        TraceOpening calldata
    ) external override nonReentrant {
        Record storage r = _records[disputeId];
        DisputeState state = _stateOf(r);
        if (state == DisputeState.None || _isSettled(state)) revert Game_WrongState(disputeId, state);
        _checkContext(_positions[r.positionKey], context);
        _ask(address(openingRules), IOpeningRules.checkBoundary.selector);
        _convictPoster(disputeId);
    }

    /// @inheritdoc IDisputeGame
    function takeOver(
        uint256 disputeId,
        DisputeContext calldata context,
        EntryOpening calldata,
        EntryOpening calldata,
        OwnList calldata
    ) external override {
        Record storage r = _records[disputeId];
        _onlyChallenger(r);
        Position storage p = _positions[r.positionKey];
        _checkContext(p, context);
        Case storage c = _cases[p.caseKey];
        uint256 winner = c.winner;
        if (disputeId >= winner) revert Game_NotLater(disputeId, winner);
        if (_stateOf(r) != DisputeState.Moot) revert Game_WrongState(disputeId, _stateOf(r));
        if (c.bounty == 0) revert Game_NothingToPay(winner);
        if (block.timestamp >= c.bountyPayableAt) revert Game_TooLate(c.bountyPayableAt, uint64(block.timestamp));
        bytes32 key = _records[winner].positionKey;
        if (key != r.positionKey) revert Game_OtherPosition(r.positionKey, key);
        _ask(address(listRules), IListRules.checkTakeOver.selector);
        c.winner = disputeId;
        emit BountyTakenOver(p.caseKey, winner, disputeId);
    }

    function _enterCase(DisputeContext calldata context, Subject memory subject) private returns (bytes32 key) {
        key = caseKey(context.batchHash, context.leaf, context.shard);
        Case storage c = _cases[key];
        if (c.convictedBy != 0) revert Game_CaseClosed(key, c.convictedBy);
        if (c.batchHash == 0) {
            (c.batchHash, c.batchIndex) = (context.batchHash, context.batchIndex);
            (c.leaf, c.shard, c.slot, c.operator) = (context.leaf, context.shard, context.slot, context.operator);
            (c.user, c.fee, c.share, c.receiptHash) = (subject.user, subject.fee, subject.share, subject.receiptHash);
        }
        _freeze(c);
        c.openCount++;
    }

    function _enterPosition(uint256 disputeId, bytes32 key, bytes32 inCase, DisputeContext calldata context) private {
        Position storage p = _positions[key];
        if (p.boundaryWrong) revert Game_BoundaryWasWrong(key);
        uint256 earlier = disputeOf[key][msg.sender];
        if (earlier != 0) revert Game_AlreadyOpened(key, msg.sender, earlier);
        disputeOf[key][msg.sender] = disputeId;
        if (p.first == 0) {
            (p.first, p.caseKey, p.contextHash) = (disputeId, inCase, _hashOf(context));
        }
        p.openCount++;
        if (p.revealedAt != 0) return;
        uint64 due = uint64(block.timestamp)
            + TermRules.revealSeconds(_terms, rollup.disputeHorizon(), openCountOf[context.operator]);
        if (p.revealBy == 0 || due < p.revealBy) p.revealBy = due;
    }

    function _checkReveal(DisputeContext calldata context, TraceOpening calldata opening, uint32 firstGroup) private {
        bytes32 key = _keyOf(context);
        Position storage p = _positions[key];
        _checkContext(p, context);
        Case storage c = _cases[p.caseKey];
        if (c.convictedBy != 0) revert Game_CaseClosed(p.caseKey, c.convictedBy);
        if (p.boundaryWrong) revert Game_BoundaryWasWrong(key);
        if (p.revealedAt != 0) revert Game_AlreadyRevealed(key);
        if (block.timestamp >= p.revealBy) revert Game_TooLate(p.revealBy, uint64(block.timestamp));
        if (firstGroup != p.groupRoots.length) revert Game_WrongGroup(firstGroup, p.groupRoots.length);
        bytes32 hashed = keccak256(abi.encode(opening.hInRoot, opening.hOutRoot, opening.kvRoot));
        if (firstGroup == 0) p.openingHash = hashed;
        else if (hashed != p.openingHash) revert Game_OtherOpening(hashed, p.openingHash);
    }

    function _keep(DisputeContext calldata context, Revealed memory r) private returns (bool) {
        Position storage p = _positions[_keyOf(context)];
        for (uint256 i = 0; i < r.roots.length; i++) {
            p.groupRoots.push(r.roots[i]);
        }
        delete p.peaks;
        p.rows = r.peaks.count;
        if (r.complete) {
            p.revealedAt = uint64(block.timestamp);
            return true;
        }
        for (uint256 rest = p.rows; rest > 0; rest &= rest - 1) {
            p.peaks.push(r.peaks.nodes[p.peaks.length]);
        }
        return false;
    }

    function _keyOf(DisputeContext calldata c) private pure returns (bytes32) {
        return positionKey(c.batchHash, c.leaf, c.shard, c.position);
    }

    /// @dev The dispute if it is in this state, of this context, and in time.
    function _move(uint256 disputeId, DisputeContext calldata context, DisputeState expected)
        private
        view
        returns (Record storage r)
    {
        r = _records[disputeId];
        DisputeState state = _stateOf(r);
        if (state != expected) revert Game_WrongState(disputeId, state);
        _checkContext(_positions[r.positionKey], context);
        uint64 deadline = _deadlineOf(r, state);
        if (block.timestamp >= deadline) revert Game_TooLate(deadline, uint64(block.timestamp));
    }

    function _onlyChallenger(Record storage r) private view {
        if (msg.sender != r.challenger) revert Game_NotChallenger(msg.sender, r.challenger);
    }

    function _checkContext(Position storage p, DisputeContext calldata context) private view {
        bytes32 hashed = _hashOf(context);
        if (hashed != p.contextHash) revert Game_WrongContext(hashed, p.contextHash);
    }

    /// @dev keccak256(abi.encode(context)): a struct of static members lies in the call data as it is encoded.
    function _hashOf(DisputeContext calldata context) private pure returns (bytes32 hashed) {
        uint256 size = CONTEXT_BYTES;
        assembly ("memory-safe") {
            let start := mload(0x40)
            calldatacopy(start, context, size)
            hashed := keccak256(start, size)
        }
    }

    /// @dev Asks the function of the same parameters as the one that was called. What it reverts with passes through.
    function _ask(address rules, bytes4 selector) private view returns (bytes memory result) {
        bool ok;
        (ok, result) = rules.staticcall(bytes.concat(selector, msg.data[4:]));
        if (ok) return result;
        assembly ("memory-safe") {
            revert(add(result, 32), mload(result))
        }
    }

    function _checkCode(address value) private view {
        if (value.code.length == 0) revert Game_NotAContract(value);
    }
}
