// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICredits} from "../interfaces/ICredits.sol";
import {IHostRegistry} from "../interfaces/IHostRegistry.sol";
import {ITeeTeeRollup} from "../interfaces/ITeeTeeRollup.sol";

import {AccountProof} from "../libraries/AccountProof.sol";
import {BatchProof} from "../libraries/BatchProof.sol";

import {LeafProof} from "../types/DisputeTypes.sol";
import {AccountOpening, BatchRef, Finish, SignedReceipt, SignedRequest, Verdict} from "../types/FaultTypes.sol";
import {JobRequest} from "../types/Messages.sol";
import {Account, Batch} from "../types/Types.sol";

import {Judge} from "./Judge.sol";

/// @title Faults of the accounting step (docs/protocol.md, section 9)
contract AccountFaults is Judge {
    uint256 internal constant ALL_BPS = 10_000;

    /// @notice One leaf with the state before it: that after `previous`, or after the batch's parent for leaf 0 (then it is not read).
    struct Step {
        LeafProof leaf;
        LeafProof previous;
        SignedRequest signed;
    }

    error AccountFaults_NotThePrevious(uint32 previous, uint32 leaf);
    error AccountFaults_WrongOwner(address given, address expected);
    error AccountFaults_NotInTheState(address owner, bytes32 computed, bytes32 root);
    error AccountFaults_BadOpening(address owner);
    error AccountFaults_WrongCount(uint256 given, uint256 expected);
    /// @notice There is no step to compare with: another rule is broken (`nonce`, `layers`).
    error AccountFaults_NoStep(string rule);

    constructor(ITeeTeeRollup rollup_) Judge(rollup_) {}

    /// @notice The request's nonce is not above the user's last one.
    function nonce(BatchRef calldata ref, Step calldata step, AccountOpening calldata user)
        external
        view
        returns (Verdict memory)
    {
        _openUser(ref, step, user);
        uint64 signed = step.signed.request.nonce;
        if (signed > user.account.nonce) revert Judge_NoFault("nonce increases", signed, user.account.nonce);
        return _rollBack(ref, step.leaf.index);
    }

    /// @notice The user has spent more than it signed for.
    function voucher(BatchRef calldata ref, Step calldata step, AccountOpening calldata user)
        external
        view
        returns (Verdict memory)
    {
        _openUser(ref, step, user);
        uint256 spent = _spentAfter(step, user.account);
        uint128 signed = step.signed.request.cumulativeMax;
        if (step.leaf.receipt.fee == 0 || spent <= signed) revert Judge_NoFault("voucher", spent, signed);
        return _rollBack(ref, step.leaf.index);
    }

    /// @notice The user has spent more than its payment source held at the posting.
    function overdraft(BatchRef calldata ref, Step calldata step, AccountOpening calldata user)
        external
        view
        returns (Verdict memory)
    {
        Batch memory batch = _openUser(ref, step, user);
        JobRequest calldata r = step.signed.request;
        ICredits credits = rollup.credits();
        uint128 held =
            r.payment == 0 ? credits.creditedAt(r.user, batch.postedAt) : credits.reservedAt(r.user, batch.postedAt);
        uint256 spent = _spentAfter(step, user.account);
        if (step.leaf.receipt.fee == 0 || spent <= held) revert Judge_NoFault("credit", spent, held);
        return _rollBack(ref, step.leaf.index);
    }

    /// @notice The leaf's state root is not what the step makes of the state before it: a wrong debit, share or payee, or any other root.
    /// @param receipts All shard receipts of the leaf, in its order; none of a void job.
    /// @param accounts The user's, each operator's in that order, the sequencer's, each in the state that the ones before it leave;
    /// the user's alone of a void job.
    function stateRoot(
        BatchRef calldata ref,
        Step calldata step,
        SignedReceipt[] calldata receipts,
        AccountOpening[] calldata accounts
    ) external view returns (Verdict memory) {
        Batch memory batch = _bind(ref, step.leaf, step.signed);
        bool isVoid = step.leaf.receipt.finish == Finish.VOID;
        uint256 count = isVoid ? 1 : step.leaf.receipt.shardReceiptHashes.length + 2;
        if (accounts.length != count) revert AccountFaults_WrongCount(accounts.length, count);
        bytes32 root = _debit(step, accounts[0], _stateBefore(ref, step, batch.parentIndex));
        if (!isVoid) {
            bool overflows;
            (root, overflows) = _credit(step, receipts, accounts, root, batch.poster);
            if (overflows) return _rollBack(ref, step.leaf.index);
        }
        _differ("state root", step.leaf.receipt.stateRootAfter, root);
        return _rollBack(ref, step.leaf.index);
    }

    function _debit(Step calldata step, AccountOpening calldata opening, bytes32 root) private pure returns (bytes32) {
        JobRequest calldata r = step.signed.request;
        Account memory account = opening.account;
        if (account.owner != r.user) revert AccountFaults_WrongOwner(account.owner, r.user);
        if (r.nonce <= account.nonce) revert AccountFaults_NoStep("nonce");
        account.nonce = r.nonce;
        if (step.leaf.receipt.finish != Finish.VOID) {
            if (r.payment == 0) account.spent += step.leaf.receipt.fee;
            else account.earningsSpent += step.leaf.receipt.fee;
        }
        return _replace(opening, account, root);
    }

    /// @dev The hosts' shares in layer order, then the sequencer's with the remainder.
    function _credit(
        Step calldata step,
        SignedReceipt[] calldata receipts,
        AccountOpening[] calldata accounts,
        bytes32 root,
        address poster
    ) private view returns (bytes32, bool overflows) {
        uint256 remainder = step.leaf.receipt.fee;
        (address[] memory payees, uint256[] memory shares) = _shares(step, receipts);
        for (uint256 i = 0; i < payees.length; i++) {
            (root, overflows) = _pay(accounts[i + 1], payees[i], shares[i], root);
            if (overflows) return (root, true);
            remainder -= shares[i];
        }
        return _pay(accounts[payees.length + 1], poster, remainder, root);
    }

    function _shares(Step calldata step, SignedReceipt[] calldata receipts)
        private
        view
        returns (address[] memory payees, uint256[] memory shares)
    {
        uint256 count = step.leaf.receipt.shardReceiptHashes.length;
        if (receipts.length != count) revert AccountFaults_WrongCount(receipts.length, count);
        (payees, shares) = (new address[](count), new uint256[](count));
        IHostRegistry registry = rollup.registry();
        bytes32 modelId = step.signed.request.modelId;
        uint256 layers = registry.model(modelId).layerCount;
        uint256 fee = step.leaf.receipt.fee;
        uint256 rest = fee - fee * rollup.parameters().sequencerShareBps / ALL_BPS;
        uint256 next = 0;
        for (uint256 i = 0; i < count; i++) {
            _checkReceipt(step.leaf, i, receipts[i]);
            IHostRegistry.Slot memory slot = registry.slot(receipts[i].receipt.slot);
            if (slot.operator == address(0) || slot.firstLayer != next || slot.layerCount == 0) {
                revert AccountFaults_NoStep("layers");
            }
            next += slot.layerCount;
            (payees[i], shares[i]) = (slot.operator, layers == 0 ? 0 : rest * slot.layerCount / layers);
        }
        if (next != layers) revert AccountFaults_NoStep("layers");
    }

    function _pay(AccountOpening calldata opening, address payee, uint256 share, bytes32 root)
        private
        pure
        returns (bytes32, bool overflows)
    {
        Account memory account = opening.account;
        if (account.owner != payee) revert AccountFaults_WrongOwner(account.owner, payee);
        uint256 earned = account.earned + share;
        if (earned > type(uint128).max) {
            _replace(opening, account, root);
            return (root, true);
        }
        account.earned = uint128(earned);
        return (_replace(opening, account, root), false);
    }

    /// @dev Checks the opening against `root` and returns the root with `next` in its place.
    function _replace(AccountOpening calldata opening, Account memory next, bytes32 root)
        private
        pure
        returns (bytes32)
    {
        address owner = opening.account.owner;
        (bool whole, bytes32 before) =
            AccountProof.climb(owner, _leafOf(opening.account), opening.bitmap, opening.siblings);
        if (!whole) revert AccountFaults_BadOpening(owner);
        if (before != root) revert AccountFaults_NotInTheState(owner, before, root);
        (, bytes32 afterwards) = AccountProof.climb(owner, _leafOf(next), opening.bitmap, opening.siblings);
        return afterwards;
    }

    /// @dev An account that never took part has no leaf.
    function _leafOf(Account memory a) private pure returns (bytes32) {
        bool absent = a.spent == 0 && a.nonce == 0 && a.earned == 0 && a.earningsSpent == 0;
        return absent ? bytes32(0) : AccountProof.leafOf(a);
    }

    function _openUser(BatchRef calldata ref, Step calldata step, AccountOpening calldata user)
        private
        view
        returns (Batch memory batch)
    {
        batch = _bind(ref, step.leaf, step.signed);
        address owner = step.signed.request.user;
        if (user.account.owner != owner) revert AccountFaults_WrongOwner(user.account.owner, owner);
        _replace(user, user.account, _stateBefore(ref, step, batch.parentIndex));
    }

    function _spentAfter(Step calldata step, Account calldata user) private pure returns (uint256) {
        uint128 before = step.signed.request.payment == 0 ? user.spent : user.earningsSpent;
        return uint256(before) + step.leaf.receipt.fee;
    }

    /// @dev Leaf 0 builds on what the contract holds of the parent, every other one on the leaf before it.
    function _stateBefore(BatchRef calldata ref, Step calldata step, uint64 parentIndex)
        private
        view
        returns (bytes32)
    {
        uint32 index = step.leaf.index;
        if (index == 0) return rollup.batch(parentIndex).stateRoot;
        if (step.previous.index != index - 1) revert AccountFaults_NotThePrevious(step.previous.index, index);
        BatchProof.checkLeaf(ref, step.previous);
        return step.previous.receipt.stateRootAfter;
    }
}
