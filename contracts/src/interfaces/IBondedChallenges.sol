// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Challenges that only silence decides
/// @notice The bond doubles with every eight open challenges against the same stake. Whoever answers is paid half of the metered cost of the
/// answer from it, the rest goes back; without an answer that counts the whole bond goes back.
interface IBondedChallenges {
    /// @notice States only move forward. Void: decided elsewhere, nobody convicted, bond back.
    enum ChallengeState {
        None,
        Open,
        Answered,
        Convicted,
        Void
    }

    event ChallengeAnswered(uint256 indexed challengeId, address responder, uint128 cost);
    event ChallengeConvicted(uint256 indexed challengeId, bytes32 indexed target, uint128 taken, uint128 bounty);
    event ChallengeVoided(uint256 indexed challengeId);

    error Challenges_BadTerms(uint128 bond, uint128 penalty, uint128 bounty);
    error Challenges_NotOpen(uint256 challengeId, ChallengeState state);
    error Challenges_Repeated(uint256 challengeId, ChallengeState state);
    error Challenges_TooLate(uint64 end, uint64 nowAt);
    error Challenges_TooEarly(uint64 from, uint64 nowAt);

    function bond() external view returns (uint128);
    function penalty() external view returns (uint128);
    function bounty() external view returns (uint128);
    function challengeCount() external view returns (uint256);
    /// @notice Open challenges against a stake (its id as in `IHostRegistry.stakeOf`).
    function openCountOf(bytes32 target) external view returns (uint256);
    function openOf(bytes32 target, uint256 start, uint256 count) external view returns (uint256[] memory ids);
    /// @notice What the next challenge against the stake costs.
    function bondFor(bytes32 target) external view returns (uint128);
}
