// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelConfig} from "../types/Types.sol";
import {IBondedChallenges} from "./IBondedChallenges.sol";

/// @title Demands that a listed model's weights be published
/// @notice A page is named by (tensor, row, page) and answered, by anyone, with its bytes and its path below `weightsRoot`. Without an answer
/// the model is suspended and its listing bond is slashed: what nobody can check must serve nobody.
interface IWeightChallenges is IBondedChallenges {
    struct WeightChallenge {
        bytes32 modelId;
        uint32 tensorId;
        uint32 row;
        uint32 page;
        address challenger;
        uint64 deadline;
        ChallengeState state;
        uint128 bond;
        uint32 freezeRound;
    }

    event PageChallenged(
        uint256 indexed challengeId,
        bytes32 indexed modelId,
        uint32 tensorId,
        uint32 row,
        uint32 page,
        address challenger,
        uint64 deadline
    );
    event PagePublished(
        uint256 indexed challengeId, bytes32 indexed modelId, uint32 tensorId, uint32 row, uint32 page, bytes content
    );

    error WeightChallenges_ModelUnavailable(bytes32 modelId);
    error WeightChallenges_WrongConfig(bytes32 hashed, bytes32 listed);
    error WeightChallenges_WrongLength(uint256 length, uint256 expected);
    error WeightChallenges_WrongPage(bytes32 computed, bytes32 weightsRoot);

    /// @notice Demands a page of a weight row.
    /// @param config The model's configuration, from which shapes and places follow.
    function challengeRow(bytes32 modelId, ModelConfig calldata config, uint32 tensorId, uint32 row, uint32 page)
        external
        payable
        returns (uint256 challengeId);

    /// @notice Publishes the page.
    function answerRow(
        uint256 challengeId,
        ModelConfig calldata config,
        bytes calldata content,
        bytes32[] calldata path
    ) external;

    /// @notice Suspends the model once the deadline has passed.
    function timeout(uint256 challengeId) external;

    function challenge(uint256 challengeId) external view returns (WeightChallenge memory);
    /// @notice The challenge of a page; zero if there was none. Answered means published.
    function challengeOf(bytes32 modelId, uint32 tensorId, uint32 row, uint32 page) external view returns (uint256);
}
