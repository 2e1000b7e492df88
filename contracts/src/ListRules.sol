// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDisputeGame} from "./interfaces/IDisputeGame.sol";
import {IListRules} from "./interfaces/IListRules.sol";

import {EntryContent} from "./libraries/EntryContent.sol";
import {KeccakMerkle} from "./libraries/KeccakMerkle.sol";
import {ListReveal} from "./libraries/ListReveal.sol";
import {OperatorLayout} from "./libraries/OperatorLayout.sol";

import {
    DisputeContext,
    EntryOpening,
    Operator,
    StepClaim,
    TokenOpening,
    TraceOpening
} from "./types/DisputeTypes.sol";
import {Revealed, RowPeaks} from "./types/GameTypes.sol";

/// @title What the operator lists of a dispute must satisfy when they are revealed, compared and opened
/// @notice See `IListRules`.
contract ListRules is IListRules {
    uint256 private constant MOST_PEAKS = 32;

    /// @inheritdoc IListRules
    function checkReveal(
        DisputeContext calldata context,
        TraceOpening calldata opening,
        uint32 firstGroup,
        bytes32[][] calldata groups,
        TokenOpening[] calldata tokens,
        bytes calldata pick
    ) external view override returns (Revealed memory r) {
        r.complete = _isWhole(context, firstGroup, groups.length);
        r.roots = new bytes32[](groups.length);
        r.peaks = _widen(IDisputeGame(msg.sender).rowsOf(_keyOf(context)));
        for (uint256 i = 0; i < groups.length; i++) {
            _checkGroup(context, opening, firstGroup + i, groups[i], r.peaks);
            r.roots[i] = KeccakMerkle.treeOf(groups[i]);
        }
        if (r.complete && OperatorLayout.hasHead(context)) {
            ListReveal.checkPick(context, groups[groups.length - 1], tokens, pick);
        }
    }

    /// @inheritdoc IListRules
    function checkSelect(
        uint256 disputeId,
        DisputeContext calldata context,
        uint32 group,
        uint32 index,
        EntryOpening calldata revealed,
        EntryOpening calldata revealedBefore,
        IDisputeGame.OwnList calldata own
    ) external view override {
        IDisputeGame.Dispute memory d = IDisputeGame(msg.sender).dispute(disputeId);
        _checkCommitment(own, d.challenger, d.commitment);
        _checkLists(context, group, index, revealed, revealedBefore, own);
    }

    /// @inheritdoc IListRules
    function checkTakeOver(
        uint256 disputeId,
        DisputeContext calldata context,
        EntryOpening calldata revealed,
        EntryOpening calldata revealedBefore,
        IDisputeGame.OwnList calldata own
    ) external view override {
        IDisputeGame game = IDisputeGame(msg.sender);
        IDisputeGame.Dispute memory d = game.dispute(disputeId);
        _checkCommitment(own, d.challenger, d.commitment);
        d = game.dispute(game.caseOf(d.caseKey).winner);
        if (revealed.entry != d.entry) revert List_OtherEntry(revealed.entry, d.entry);
        _checkLists(context, d.group, d.index, revealed, revealedBefore, own);
    }

    /// @inheritdoc IListRules
    function checkAnswer(uint256 disputeId, DisputeContext calldata context, bytes calldata content)
        external
        view
        override
    {
        IDisputeGame.Dispute memory d = IDisputeGame(msg.sender).dispute(disputeId);
        (Operator op, uint256 unit) = OperatorLayout.locate(context, d.group, d.index);
        EntryContent.check(context, op, unit, d.entry, content);
    }

    /// @inheritdoc IListRules
    function judge(
        uint256 disputeId,
        DisputeContext calldata context,
        uint32 element,
        uint32 part,
        bytes calldata witness
    ) external view override returns (bool) {
        IDisputeGame game = IDisputeGame(msg.sender);
        IDisputeGame.Dispute memory d = game.dispute(disputeId);
        (bytes32[] memory roots,,) = game.revealOf(d.positionKey);
        return game.stepVerifier().isWrong(
            StepClaim(context, roots, d.group, d.index, d.entry), element, part, witness
        );
    }

    function _checkLists(
        DisputeContext calldata context,
        uint32 group,
        uint32 index,
        EntryOpening calldata revealed,
        EntryOpening calldata revealedBefore,
        IDisputeGame.OwnList calldata own
    ) private view {
        (bytes32[] memory roots,,) = IDisputeGame(msg.sender).revealOf(_keyOf(context));
        if (own.groupRoots.length != roots.length) {
            revert List_WrongGroupCount(own.groupRoots.length, roots.length);
        }
        (Operator op,) = OperatorLayout.locate(context, group, index);
        if (op == Operator.Input) revert List_Input();
        _checkPair(context, roots, own.groupRoots, group, index, revealed, own.selected);
        if (revealed.entry == own.selected.entry) revert List_SameEntry(revealed.entry);
        if (group == 0 && index == 0) return;
        (uint256 groupBefore, uint256 indexBefore) = _before(context, group, index);
        _checkPair(context, roots, own.groupRoots, groupBefore, indexBefore, revealedBefore, own.before);
        if (revealedBefore.entry != own.before.entry) {
            revert List_OtherEntryBefore(revealedBefore.entry, own.before.entry);
        }
    }

    function _isWhole(DisputeContext calldata c, uint256 firstGroup, uint256 count) private pure returns (bool) {
        uint256 all = OperatorLayout.groupCount(c);
        if (count == 0 || firstGroup + count > all) revert List_WrongGroupCount(firstGroup + count, all);
        return firstGroup + count == all;
    }

    function _checkGroup(
        DisputeContext calldata c,
        TraceOpening calldata opening,
        uint256 group,
        bytes32[] calldata entries,
        RowPeaks memory peaks
    ) private view {
        if (group == 0 || group > c.layerCount) {
            _checkSize(group, entries.length, OperatorLayout.groupSize(c, group));
            if (group == 0) _checkStart(c, opening, entries);
            return;
        }
        (uint256 firstRow, uint256 size) = OperatorLayout.place(c, group, Operator.KeyRow, 0);
        _checkSize(group, entries.length, size);
        ListReveal.addRows(c, peaks, entries, firstRow);
        if (group == c.layerCount) _checkEnd(c, opening, entries, peaks);
    }

    function _checkSize(uint256 group, uint256 entries, uint256 expected) private pure {
        if (entries != expected) revert List_WrongGroupSize(group, entries, expected);
    }

    function _checkStart(DisputeContext calldata c, TraceOpening calldata opening, bytes32[] calldata entries)
        private
        view
    {
        ListReveal.checkTrace(c.position, c.positions, c.traceRoot, opening);
        ListReveal.checkInput(c, opening, entries);
    }

    function _checkEnd(
        DisputeContext calldata c,
        TraceOpening calldata opening,
        bytes32[] calldata entries,
        RowPeaks memory peaks
    ) private view {
        ListReveal.checkOutput(c, opening, entries);
        ListReveal.checkRows(c, opening, peaks);
    }

    /// @dev With room for all peaks that can come.
    function _widen(RowPeaks memory peaks) private pure returns (RowPeaks memory wide) {
        wide.nodes = new bytes32[](MOST_PEAKS);
        for (uint256 i = 0; i < peaks.nodes.length; i++) {
            wide.nodes[i] = peaks.nodes[i];
        }
        wide.count = peaks.count;
    }

    function _checkCommitment(IDisputeGame.OwnList calldata own, address challenger, bytes32 commitment) private pure {
        bytes32 hashed = keccak256(abi.encode(challenger, own.salt, keccak256(abi.encodePacked(own.groupRoots))));
        if (hashed != commitment) revert List_WrongCommitment(hashed, commitment);
    }

    function _before(DisputeContext calldata c, uint256 group, uint256 index) private pure returns (uint256, uint256) {
        if (index > 0) return (group, index - 1);
        return (group - 1, OperatorLayout.groupSize(c, group - 1) - 1);
    }

    /// @dev Both lists have `size` entries in this group.
    function _checkPair(
        DisputeContext calldata c,
        bytes32[] memory revealedRoots,
        bytes32[] calldata ownRoots,
        uint256 group,
        uint256 index,
        EntryOpening calldata revealed,
        EntryOpening calldata own
    ) private pure {
        uint256 size = OperatorLayout.groupSize(c, group);
        _checkEntry(revealedRoots[group], size, group, index, revealed);
        _checkEntry(ownRoots[group], size, group, index, own);
    }

    function _checkEntry(bytes32 root, uint256 size, uint256 group, uint256 index, EntryOpening calldata o)
        private
        pure
    {
        bytes32 tree = KeccakMerkle.climb(KeccakMerkle.entryLeaf(o.entry), index, size, o.path);
        if (tree != root) revert List_NotInTheList(group, index);
    }

    function _keyOf(DisputeContext calldata c) private pure returns (bytes32) {
        return keccak256(abi.encode(c.batchHash, c.leaf, c.shard, c.position));
    }
}
