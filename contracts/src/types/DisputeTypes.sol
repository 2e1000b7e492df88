// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {QueryReceipt, Sampling} from "./Messages.sol";
import {ModelConfig} from "./Types.sol";

/// @notice The operators of one position in one shard, in canonical order (docs/protocol.md, section 12). The numbers are part of the protocol.
enum Operator {
    None,
    Input,
    Embedding,
    AttentionNorm,
    QuantizedAttentionInput,
    Query,
    Key,
    Value,
    RotatedQuery,
    KeyRow,
    ValueRow,
    AttentionHead,
    QuantizedHeads,
    AttentionOutput,
    AttentionResidual,
    FeedForwardNorm,
    QuantizedFeedForwardInput,
    Gate,
    Up,
    QuantizedGated,
    Down,
    FeedForwardResidual,
    OutputNorm,
    QuantizedOutputInput,
    Logits,
    Pick
}

/// @notice Everything that a computation at one position of one shard follows from. Established when a dispute is opened and passed along
/// by every later call, which is bound to it by its hash.
struct DisputeContext {
    uint64 batchIndex;
    bytes32 batchHash;
    /// Index of the receipt in the batch.
    uint32 leaf;
    /// Position in the pipeline.
    uint32 shard;
    /// p, the position in the job; below `positions`.
    uint32 position;
    /// T of the shard receipt.
    uint32 positions;
    uint32 slot;
    address operator;
    bytes32 modelId;
    bytes32 weightsRoot;
    ModelConfig config;
    uint32 firstLayer;
    uint32 layerCount;
    bytes32 tokensRoot;
    bytes32 traceRoot;
    uint32 promptTokens;
    Sampling sampling;
    /// Whether the job is sealed: then every opened page, row and preimage is prefixed by its 32-byte salt.
    bool isSealed;
}

/// @notice A leaf of a batch with its path below `receiptsRoot`.
struct LeafProof {
    uint32 index;
    QueryReceipt receipt;
    bytes32[] path;
}

/// @notice What stands behind leaf(p) of a trace, with its path in the trace tree.
struct TraceOpening {
    bytes32 hInRoot;
    bytes32 hOutRoot;
    bytes32 kvRoot;
    bytes32[] path;
}

/// @notice A page of `tokensRoot` (256 ids, u32 LE; salted where the job is sealed) with its path.
struct TokenOpening {
    bytes page;
    bytes32[] path;
}

/// @notice An entry of a revealed operator list with its path in its group's tree. Group and index are derived, never given.
struct EntryOpening {
    bytes32 entry;
    bytes32[] path;
}

/// @notice An aligned run of 1,024-byte pages of a segment (a power of two of them, or what is left of the segment), with the path from the
/// run's node to the segment's root. One page everywhere but for norms. Of the claimed entry `segment` is that entry without a path.
struct PageOpening {
    EntryOpening segment;
    bytes pages;
    bytes32[] path;
}

/// @notice A whole entry whose commitment is one flat hash: a quantised segment or a norm.
struct FlatOpening {
    EntryOpening entry;
    bytes content;
}

/// @notice A page of a weight row with its path below `weightsRoot`; tensor, row and page number are derived.
struct WeightOpening {
    bytes page;
    bytes32[] path;
}

/// @notice A leaf of a head's chunk tree: its content and path.
struct ChunkOpening {
    bytes content;
    bytes32[] path;
}

/// @notice The key or value rows of one kv head at the positions of one chunk of 32.
struct KvChunk {
    /// The rows in order, each prefixed by its salt where the job is sealed. Positions 32c up to p at most.
    bytes rows;
    /// For each position before p: the path of its row in that position's tree, one after another (all of equal length).
    bytes32[] kvPaths;
    /// For each position before p: hInRoot and hOutRoot.
    bytes32[] bounds;
    /// leaf(j) of the positions of the chunk from p on, as far as the trace has them.
    bytes32[] laterLeaves;
    /// From the node over the chunk's leaves to the trace tree.
    bytes32[] path;
    /// The row of p itself in the revealed list, where the chunk holds p; otherwise empty.
    EntryOpening own;
}

/// @notice What the game has established when a step is judged.
struct StepClaim {
    DisputeContext context;
    /// One tree hash per group of the revealed list.
    bytes32[] groupRoots;
    uint32 group;
    uint32 index;
    bytes32 entry;
}

struct EmbeddingWitness {
    PageOpening output;
    TokenOpening token;
    WeightOpening weight;
}

/// @notice `element` is a chunk of 1,024 elements, or the number of chunks to judge r alone (then `input` is empty).
struct NormWitness {
    bytes output;
    PageOpening input;
}

/// @notice For the three quantised norms; `element` is a block of 32.
struct QuantizedNormWitness {
    bytes output;
    FlatOpening norm;
    PageOpening input;
    WeightOpening weight;
}

/// @notice `element` is the row of the matrix, `part` the page of 8,192 columns; `previous` is empty at part 0.
struct MatrixWitness {
    PageOpening output;
    PageOpening previous;
    FlatOpening[] inputs;
    WeightOpening weight;
}

/// @notice `element` is an element of the query vector. The rotated pair's two elements each with the page that holds it; the tables' pages
/// are empty beyond the rotated dimensions, and `second` too.
struct RotationWitness {
    PageOpening output;
    PageOpening first;
    PageOpening second;
    WeightOpening cosine;
    WeightOpening sine;
}

/// @notice `element` is an element of the row; `output` is the row.
struct KeyRowWitness {
    bytes output;
    PageOpening first;
    PageOpening second;
    WeightOpening cosine;
    WeightOpening sine;
}

struct ValueRowWitness {
    bytes output;
    PageOpening input;
}

/// @notice For chunk c of a head's scores: `element` c. `salt` is empty unless the job is sealed. `query` covers the head's elements (1 or 2 pages).
struct ScoresWitness {
    bytes salt;
    bytes32 chunkRoot;
    bytes32 leaf;
    bytes32[] path;
    ChunkOpening previous;
    PageOpening[] query;
    KvChunk keys;
}

/// @notice For the lanes after chunk c: `element` n + c.
struct SumsWitness {
    bytes salt;
    bytes32 chunkRoot;
    bytes32 leaf;
    bytes32[] path;
    ChunkOpening previous;
    ChunkOpening scores;
    ChunkOpening lastScores;
}

/// @notice For the output row after chunk c: `element` 2n + c.
struct OutputsWitness {
    bytes salt;
    bytes32 chunkRoot;
    bytes32 leaf;
    bytes32[] path;
    ChunkOpening previous;
    ChunkOpening scores;
    ChunkOpening lastScores;
    ChunkOpening lastSums;
    KvChunk values;
}

/// @notice A head's output row: the last leaf of its chunk tree.
struct HeadRowOpening {
    EntryOpening entry;
    bytes salt;
    bytes32 chunkRoot;
    ChunkOpening row;
}

/// @notice `element` is a block of 32; `heads` are those that the block touches, ascending.
struct QuantizedHeadsWitness {
    bytes output;
    HeadRowOpening[] heads;
}

/// @notice `element` is an element of the vector.
struct ResidualWitness {
    PageOpening output;
    PageOpening hidden;
    PageOpening branch;
}

/// @notice `element` is a block of 32.
struct QuantizedGatedWitness {
    bytes output;
    PageOpening gate;
    PageOpening up;
}

/// @notice `element` is a token id whose score contradicts its segment's best.
struct PickWitness {
    bytes output;
    PageOpening logit;
}

/// @notice For the salt of a sealed job's content, where `part` is type(uint32).max: `element` is a page of a segment, else 0. Whoever gives
/// `saltKey` gives up the job's privacy. `token` is the page of `tokensRoot` with token(p), which binds the key: the host salted it itself.
struct SaltWitness {
    bytes32 saltKey;
    TokenOpening token;
    /// The page, where the content is a segment; otherwise empty.
    PageOpening output;
    /// Salt and flat content or row; of a head the salt alone. Empty for a segment.
    bytes content;
    /// Of a head; otherwise zero.
    bytes32 chunkRoot;
}
