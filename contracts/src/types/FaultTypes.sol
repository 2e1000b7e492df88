// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AnswerReceipt, CancelJob, JobRequest, QuoteRecord, ShardReceipt} from "./Messages.sol";
import {Account, BatchHeader} from "./Types.sol";

/// @notice A posted batch with what its hash covers.
struct BatchRef {
    uint64 index;
    bytes32 batchHash;
    BatchHeader header;
}

/// @notice A request as its data item holds it.
struct SignedRequest {
    JobRequest request;
    bytes signature;
}

/// @notice A shard receipt as the query receipt hashes it.
struct SignedReceipt {
    ShardReceipt receipt;
    bytes signature;
}

/// @notice A cancellation as its data item holds it.
struct SignedCancel {
    CancelJob cancel;
    bytes signature;
}

/// @notice What a sequencer signed at the end of an answer.
struct SignedAnswer {
    AnswerReceipt answer;
    bytes signature;
}

/// @notice An account in the state that a step begins with; one of zeros but for its owner stands for none.
struct AccountOpening {
    Account account;
    bytes32 bitmap;
    bytes32[] siblings;
}

/// @notice Data item of kind 3 (docs/protocol.md, section 8).
struct ShardEntry {
    ShardReceipt receipt;
    bytes signature;
    uint32 quoteIndex;
    uint64 executionIndex;
    uint64 executionSize;
    bytes32[] executionProof;
}

/// @notice Where a chunk's record is below `dataRoot`. Leaf, kind, part and number are the caller's question, never the prover's word.
struct ChunkProof {
    uint32 index;
    uint32 itemLength;
    bytes32[] path;
}

/// @notice A quote record with its path below `quotesRoot`.
struct QuoteProof {
    uint32 index;
    QuoteRecord record;
    bytes32[] path;
}

/// @notice What a judge found: a broken rule of a batch. A judge that finds none reverts.
struct Verdict {
    /// Always `VERDICT_TAG`: nothing else that a judge might return reads as a verdict.
    bytes32 tag;
    uint64 batchIndex;
    bytes32 batchHash;
    /// Index of the receipt, or `NO_LEAF`.
    uint32 leaf;
    /// Who was charged for the leaf; zero where the fault leaves nobody to be named.
    address user;
    uint128 fee;
    /// Whether the state after the leaf is wrong, so that the batch cannot stand.
    bool rollsBack;
}

/// @notice A chunk of a batch's data whose content the batch commits.
struct PublishedChunk {
    /// Always `CHUNK_TAG`.
    bytes32 tag;
    bytes32 batchHash;
    /// Index of the receipt, or `NO_LEAF` for a quote.
    uint32 leaf;
    uint8 kind;
    uint16 part;
    uint32 number;
    bytes content;
}

bytes32 constant CHUNK_TAG = keccak256("TeeTee published chunk v1");
bytes32 constant VERDICT_TAG = keccak256("TeeTee verdict v1");
uint32 constant NO_LEAF = type(uint32).max;

/// @notice What a data item is (docs/protocol.md, section 8).
library DataKinds {
    uint8 internal constant REQUEST = 1;
    uint8 internal constant QUERY_RECEIPT = 2;
    uint8 internal constant SHARD_RECEIPT = 3;
    uint8 internal constant TOKENS = 4;
    uint8 internal constant LEAF_LIST = 5;
    uint8 internal constant CANCEL = 6;
    uint8 internal constant QUOTE = 7;
}

/// @notice Why a job ended (docs/protocol.md, section 6).
library Finish {
    uint8 internal constant STOP = 1;
    uint8 internal constant LENGTH = 2;
    uint8 internal constant CANCELLED = 3;
    uint8 internal constant VOID = 4;
}
