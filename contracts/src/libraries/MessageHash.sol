// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    AnswerReceipt,
    AuditGrant,
    CancelJob,
    JobRequest,
    QueryReceipt,
    QuoteRecord,
    Sampling,
    ShardReceipt
} from "../types/Messages.sol";

/// @title Hashes of signed messages and batch leaves (docs/protocol.md, sections 1, 4, 6 and 7)
/// @notice For the dispute module: what a contract must compute to judge a signature, a leaf or a quote.
library MessageHash {
    string private constant SAMPLING = "Sampling(bool greedy,uint32 inverseTemperatureBits,uint32 topK,bytes32 seed)";
    bytes32 private constant SAMPLING_TYPE = keccak256(bytes(SAMPLING));
    bytes32 private constant JOB_REQUEST_TYPE = keccak256(
        bytes.concat(
            "JobRequest(address user,address sequencer,uint64 nonce,bytes32 modelId,bytes32 promptTokensRoot,",
            "uint32 promptTokens,uint32 maxOutputTokens,uint32[] stopTokens,Sampling sampling,uint128 promptPrice,",
            "uint128 outputPrice,uint128 maxFee,uint128 cumulativeMax,uint64 deadline,uint8 payment,uint8 privacy)",
            bytes(SAMPLING)
        )
    );
    bytes32 private constant CANCEL_JOB_TYPE = keccak256("CancelJob(bytes32 jobId,uint32 outputTokens)");
    bytes32 private constant AUDIT_GRANT_TYPE = keccak256("AuditGrant(bytes32 jobId,address auditor)");
    bytes32 private constant SHARD_RECEIPT_TYPE = keccak256(
        "ShardReceipt(bytes32 jobId,uint32 slot,address operator,uint64 epoch,uint32 positions,bytes32 tokensRoot,bytes32 traceRoot,uint64 postBefore)"
    );
    bytes32 private constant ANSWER_RECEIPT_TYPE =
        keccak256("AnswerReceipt(bytes32 jobId,bytes32 tokensRoot,uint128 fee,uint64 postBefore)");

    /// @notice EIP-712 digest of a message by its struct hash; `domain` is the rollup's `domainSeparator()`.
    function digest(bytes32 domain, bytes32 message) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain, message));
    }

    function structHash(JobRequest memory r) internal pure returns (bytes32) {
        bytes memory head = abi.encode(
            JOB_REQUEST_TYPE,
            r.user,
            r.sequencer,
            r.nonce,
            r.modelId,
            r.promptTokensRoot,
            r.promptTokens,
            r.maxOutputTokens
        );
        bytes memory middle = abi.encode(_hash(r.stopTokens), _hash(r.sampling), r.promptPrice, r.outputPrice);
        bytes memory tail = abi.encode(r.maxFee, r.cumulativeMax, r.deadline, r.payment, r.privacy);
        return keccak256(bytes.concat(head, middle, tail));
    }

    function structHash(CancelJob memory c) internal pure returns (bytes32) {
        return keccak256(abi.encode(CANCEL_JOB_TYPE, c));
    }

    function structHash(AuditGrant memory g) internal pure returns (bytes32) {
        return keccak256(abi.encode(AUDIT_GRANT_TYPE, g));
    }

    function structHash(ShardReceipt memory r) internal pure returns (bytes32) {
        return keccak256(abi.encode(SHARD_RECEIPT_TYPE, r));
    }

    function structHash(AnswerReceipt memory r) internal pure returns (bytes32) {
        return keccak256(abi.encode(ANSWER_RECEIPT_TYPE, r));
    }

    /// @notice `requestHash`: the hash of the request's data item.
    function itemHash(JobRequest memory r, bytes memory signature) internal pure returns (bytes32) {
        return keccak256(abi.encode(r, signature));
    }

    /// @notice An entry of `shardReceiptHashes`.
    function itemHash(ShardReceipt memory r, bytes memory signature) internal pure returns (bytes32) {
        return keccak256(abi.encode(r, signature));
    }

    /// @notice `cancelHash`: the hash of the cancellation's data item.
    function itemHash(CancelJob memory c, bytes memory signature) internal pure returns (bytes32) {
        return keccak256(abi.encode(c, signature));
    }

    /// @notice Leaf data of `receiptsRoot`.
    function leafData(QueryReceipt memory r) internal pure returns (bytes memory) {
        return abi.encode(r);
    }

    /// @notice Bytes 0 to 31 of the report data of an execution quote.
    function executionReportData(uint256 chainId, address rollup, QuoteRecord memory q)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(
            abi.encode("TeeTee PoEA v1", chainId, rollup, q.modelId, q.slot, q.operator, q.epoch, q.executionRoot)
        );
    }

    /// @notice Bytes 32 to 63 of the report data of every quote.
    function keyReportData(address signingKey, bytes32 encryptionKey) internal pure returns (bytes32) {
        return keccak256(abi.encode(signingKey, encryptionKey));
    }

    function _hash(Sampling memory s) private pure returns (bytes32) {
        return keccak256(abi.encode(SAMPLING_TYPE, s));
    }

    function _hash(uint32[] memory values) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(values));
    }
}
