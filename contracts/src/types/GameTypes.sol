// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a deployment fixes about disputes; amounts in wei, durations in seconds.
struct DisputeTerms {
    /// Bond of a dispute while fewer than eight are open against its operator; it doubles with every eight more.
    uint128 baseBond;
    /// Least penalty of a conviction.
    uint128 penalty;
    /// Of it, what the challenger gets.
    uint128 bounty;
    /// Of it, what each dispute gets that the conviction made moot.
    uint128 compensation;
    /// How long each move may take.
    uint64 moveSeconds;
    /// How much longer a reveal may take for each dispute that was open against its operator.
    uint64 extensionSeconds;
    /// How long a bounty can be taken over by an earlier dispute at the same position.
    uint64 payoutDelay;
}

/// @notice What `open` finds out besides the context.
struct Subject {
    /// Who paid for the job.
    address user;
    uint128 fee;
    /// The operator's part of the fee for this shard.
    uint128 share;
    /// keccak256 of the query receipt's ABI encoding.
    bytes32 receiptHash;
}

/// @notice The rows of kvRoot(p) that were revealed so far: the peaks of their tree, the highest first.
struct RowPeaks {
    bytes32[] nodes;
    uint32 count;
}

/// @notice What a part of a reveal gives.
struct Revealed {
    /// The groups' tree hashes.
    bytes32[] roots;
    /// The rows up to the last of these groups.
    RowPeaks peaks;
    /// Whether the list's last group is among them.
    bool complete;
}
