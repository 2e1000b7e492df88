// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a batch commits to (docs/protocol.md, section 8).
struct BatchHeader {
    uint16 version;
    bytes32 receiptsRoot;
    uint32 count;
    bytes32 quotesRoot;
    uint32 quoteCount;
    bytes32 dataRoot;
    uint32 chunkCount;
    bytes32 stateRoot;
}

/// @notice One leaf of the account tree (section 9). All amounts are cumulative and in wei.
struct Account {
    address owner;
    uint128 spent;
    uint64 nonce;
    uint128 earned;
    uint128 earningsSpent;
}

/// @notice Every number that a deployment fixes for good. Durations are seconds, amounts are wei.
struct Parameters {
    /// Length of an epoch; epoch = floor(unixSeconds / epochSeconds).
    uint64 epochSeconds;
    /// W: how long a batch stays open.
    uint64 window;
    /// Wd: how long data challenges may be opened.
    uint64 dataWindow;
    /// Wr: how long an answer to a data challenge may take.
    uint64 responseWindow;
    /// Wc: what then remains for compute and accounting claims.
    uint64 computeWindow;
    /// Longest life of a dispute: bounds every freeze, and how long the dispute module may hold back finality after W.
    uint64 disputeHorizon;
    /// Longest allowed distance between a receipt and its `postBefore`.
    uint64 postBeforeHorizon;
    /// From the request of a withdrawal to its payment.
    uint64 withdrawalDelay;
    /// Batches posted this long after a withdrawal request may no longer spend what it asks for.
    uint64 withdrawalMargin;
    /// From the request of an exit to the payment of the stake.
    uint64 exitDelay;
    /// From the queueing of a module or of the retirement to its effect.
    uint64 moduleDelay;
    /// Silence of the primary sequencer after which any staked poster may post.
    uint64 takeoverDelay;
    /// Life of a registration nonce.
    uint64 nonceTtl;
    /// Longest validity of a key from its registration.
    uint64 maxKeyValidity;
    /// Sequencer's share of a fee, in 1/10,000.
    uint16 sequencerShareBps;
    uint128 minSlotStake;
    uint128 minPosterStake;
    uint128 modelBond;
    /// True for test networks: short windows, simulated evidence and a missing dispute module are allowed. Refused on chains 1 and 8453.
    bool devParameters;
}

/// @notice A posted batch as the contract keeps it.
struct Batch {
    bytes32 batchHash;
    bytes32 stateRoot;
    address poster;
    uint64 postedAt;
    uint32 count;
    /// Index of the batch that it builds on; 0 is the empty genesis.
    uint64 parentIndex;
    /// Zero until final.
    uint64 finalizedAt;
}

/// @notice Where a batch stands.
enum BatchStatus {
    None,
    Open,
    Final,
    RolledBack
}

/// @notice What a stake stands for. Its id is the slot id, the poster's address or the model id, left-padded to 32 bytes.
enum StakeKind {
    Slot,
    Poster,
    Model
}

/// @notice A receiver of a part of a penalty.
struct Payee {
    address to;
    uint128 amount;
}

/// @notice A penalty and where it goes. What neither `refund` nor `payees` take is burnt: at least half of `total`.
struct Penalty {
    uint128 total;
    /// Refund of the voided leaf's fee to `user`; zero when the leaf is not voided by this penalty.
    uint128 refund;
    address user;
    uint64 batchIndex;
    bytes32 batchHash;
    uint32 leaf;
    Payee[] payees;
}

/// @notice The configuration of a model (section 3); `configHash` is the hash of its ABI encoding.
struct ModelConfig {
    uint32 architecture;
    uint32 vocabularySize;
    uint32 embeddingLength;
    uint32 feedForwardLength;
    uint32 layerCount;
    uint32 headCount;
    uint32 kvHeadCount;
    uint32 headDimension;
    uint32 ropeDimensions;
    uint32 contextLength;
    uint32 rmsEpsilonBits;
    uint32 attentionScaleBits;
    uint32 ropePairing;
    bool tiedOutput;
}
