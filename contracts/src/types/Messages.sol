// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice How a token is picked (docs/protocol.md, section 4).
struct Sampling {
    bool greedy;
    uint32 inverseTemperatureBits;
    uint32 topK;
    bytes32 seed;
}

/// @notice What a user or session key signs; its EIP-712 digest is the job's id (section 4).
struct JobRequest {
    address user;
    address sequencer;
    uint64 nonce;
    bytes32 modelId;
    bytes32 promptTokensRoot;
    uint32 promptTokens;
    uint32 maxOutputTokens;
    uint32[] stopTokens;
    Sampling sampling;
    uint128 promptPrice;
    uint128 outputPrice;
    uint128 maxFee;
    uint128 cumulativeMax;
    uint64 deadline;
    uint8 payment;
    uint8 privacy;
}

/// @notice Signed by the user to end a job after `outputTokens` (section 4).
struct CancelJob {
    bytes32 jobId;
    uint32 outputTokens;
}

/// @notice Signed by a slot's enclave key (section 6).
struct ShardReceipt {
    bytes32 jobId;
    uint32 slot;
    address operator;
    uint64 epoch;
    uint32 positions;
    bytes32 tokensRoot;
    bytes32 traceRoot;
    uint64 postBefore;
}

/// @notice Signed by the user of a sealed job: `auditor` may open disputes about it.
struct AuditGrant {
    bytes32 jobId;
    address auditor;
}

/// @notice Signed by the sequencer at the end of an answer (section 6).
struct AnswerReceipt {
    bytes32 jobId;
    bytes32 tokensRoot;
    uint128 fee;
    uint64 postBefore;
}

/// @notice Leaf of `receiptsRoot` (section 6).
struct QueryReceipt {
    bytes32 jobId;
    bytes32 requestHash;
    bytes32[] shardReceiptHashes;
    uint8 finish;
    uint32 promptTokens;
    uint32 outputTokens;
    bytes32 tokensRoot;
    bytes32 cancelHash;
    uint128 fee;
    bytes32 stateRootAfter;
}

/// @notice Leaf of `quotesRoot` (section 7).
struct QuoteRecord {
    bytes32 modelId;
    uint32 slot;
    address operator;
    uint64 epoch;
    bytes32 executionRoot;
    address signingKey;
    bytes32 encryptionKey;
    bytes32 quoteHash;
}
