// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITeeTeeRollup} from "../interfaces/ITeeTeeRollup.sol";

import {BatchProof} from "../libraries/BatchProof.sol";
import {MessageHash} from "../libraries/MessageHash.sol";

import {LeafProof} from "../types/DisputeTypes.sol";
import {BatchRef, Finish, SignedAnswer, SignedCancel, SignedRequest, Verdict} from "../types/FaultTypes.sol";
import {JobRequest, QueryReceipt} from "../types/Messages.sol";
import {Batch} from "../types/Types.sol";

import {Judge} from "./Judge.sol";

/// @title Faults of counts, fee, finish, cancellation and of what the sequencer promised (docs/protocol.md, sections 4 and 6)
contract FinishFaults is Judge {
    error FinishFaults_WrongCancel(bytes32 hashed, bytes32 committed);
    error FinishFaults_NotThePoster(address signer, address poster);

    constructor(ITeeTeeRollup rollup_) Judge(rollup_) {}

    /// @notice No output, or more than the effective limit.
    function outputCount(BatchRef calldata ref, LeafProof calldata leaf, SignedRequest calldata signed)
        external
        view
        returns (Verdict memory)
    {
        _bind(ref, leaf, signed);
        _notVoid(leaf);
        uint256 limit = effectiveLimit(signed.request);
        uint256 count = leaf.receipt.outputTokens;
        if (count > 0 && count <= limit) revert Judge_NoFault("output tokens", count, limit);
        return _refund(ref, leaf, signed);
    }

    /// @notice The job ended by length before its effective limit.
    function lengthRule(BatchRef calldata ref, LeafProof calldata leaf, SignedRequest calldata signed)
        external
        view
        returns (Verdict memory)
    {
        _bind(ref, leaf, signed);
        if (leaf.receipt.finish != Finish.LENGTH) revert Judge_OtherFinish(leaf.receipt.finish);
        _differ("output tokens at the limit", leaf.receipt.outputTokens, effectiveLimit(signed.request));
        return _refund(ref, leaf, signed);
    }

    /// @notice The fee is not what counts and prices make it, or is above the signed maximum.
    function fee(BatchRef calldata ref, LeafProof calldata leaf, SignedRequest calldata signed)
        external
        view
        returns (Verdict memory)
    {
        _bind(ref, leaf, signed);
        _notVoid(leaf);
        JobRequest calldata r = signed.request;
        uint256 due = uint256(r.promptPrice) * r.promptTokens + uint256(r.outputPrice) * leaf.receipt.outputTokens;
        if (leaf.receipt.fee == due && due <= r.maxFee) revert Judge_NoFault("fee", leaf.receipt.fee, due);
        return _rollBack(ref, leaf.index);
    }

    /// @notice A void leaf has receipts, output, a fee or a tokens root.
    function voidNotEmpty(BatchRef calldata ref, LeafProof calldata leaf) external view returns (Verdict memory) {
        _open(ref);
        BatchProof.checkLeaf(ref, leaf);
        QueryReceipt calldata r = leaf.receipt;
        if (r.finish != Finish.VOID) revert Judge_OtherFinish(r.finish);
        bool empty = r.shardReceiptHashes.length == 0 && r.outputTokens == 0 && r.fee == 0 && r.tokensRoot == 0;
        if (empty) revert Judge_NoFault("void leaf is empty", 0, 0);
        return _rollBack(ref, leaf.index);
    }

    /// @notice A cancelled job without a cancellation, or one that was not cancelled with one.
    function cancelPresence(BatchRef calldata ref, LeafProof calldata leaf, SignedRequest calldata signed)
        external
        view
        returns (Verdict memory)
    {
        _bind(ref, leaf, signed);
        bool cancelled = leaf.receipt.finish == Finish.CANCELLED;
        bool committed = leaf.receipt.cancelHash != 0;
        if (cancelled == committed) revert Judge_NoFault("cancellation", cancelled ? 1 : 0, committed ? 1 : 0);
        return _refund(ref, leaf, signed);
    }

    /// @notice The cancellation is of another job, of another count, or not signed by who may.
    function cancelRule(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        SignedCancel calldata cancelled
    ) external view returns (Verdict memory) {
        Batch memory batch = _bind(ref, leaf, signed);
        if (leaf.receipt.finish != Finish.CANCELLED) revert Judge_OtherFinish(leaf.receipt.finish);
        bytes32 hashed = MessageHash.itemHash(cancelled.cancel, cancelled.signature);
        if (hashed != leaf.receipt.cancelHash) revert FinishFaults_WrongCancel(hashed, leaf.receipt.cancelHash);
        address signer = _signer(MessageHash.structHash(cancelled.cancel), cancelled.signature);
        bool good = cancelled.cancel.jobId == leaf.receipt.jobId
            && cancelled.cancel.outputTokens == leaf.receipt.outputTokens && _maySign(signed, signer, batch.postedAt);
        if (good) revert Judge_NoFault("cancellation", leaf.receipt.outputTokens, cancelled.cancel.outputTokens);
        return _refund(ref, leaf, signed);
    }

    /// @notice The poster had signed another answer to the client: other tokens or another fee.
    function answerDiffers(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        SignedAnswer calldata promised
    ) external view returns (Verdict memory) {
        Batch memory batch = _bind(ref, leaf, signed);
        address signer = _signer(MessageHash.structHash(promised.answer), promised.signature);
        if (signer != batch.poster) revert FinishFaults_NotThePoster(signer, batch.poster);
        QueryReceipt calldata r = leaf.receipt;
        if (promised.answer.jobId != r.jobId) {
            revert Judge_NoFault("answer of another job", uint256(promised.answer.jobId), uint256(r.jobId));
        }
        bool same = promised.answer.tokensRoot == r.tokensRoot && promised.answer.fee == r.fee;
        if (same) revert Judge_NoFault("answer", r.fee, promised.answer.fee);
        return _refund(ref, leaf, signed);
    }

    /// @notice The most output tokens that request, context and fee allow together (docs/protocol.md, section 4).
    function effectiveLimit(JobRequest calldata r) public view returns (uint256 limit) {
        uint256 context = rollup.registry().model(r.modelId).contextLength;
        uint256 forPrompt = uint256(r.promptPrice) * r.promptTokens;
        if (r.promptTokens >= context || forPrompt > r.maxFee) return 0;
        limit = r.maxOutputTokens;
        if (context - r.promptTokens < limit) limit = context - r.promptTokens;
        if (r.outputPrice == 0) return limit;
        uint256 affordable = (r.maxFee - forPrompt) / r.outputPrice;
        return affordable < limit ? affordable : limit;
    }
}
