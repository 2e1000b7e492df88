// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LeafProof} from "../types/DisputeTypes.sol";
import {BatchRef, SignedAnswer} from "../types/FaultTypes.sol";
import {IBondedChallenges} from "./IBondedChallenges.sol";

/// @title Answers that were promised and never posted
/// @notice A sequencer signs to the client what it will post and by when. Once that time has passed, whoever holds the signature demands to
/// see the leaf; without it the sequencer is slashed.
interface IAnswerChallenges is IBondedChallenges {
    struct AnswerChallenge {
        bytes32 jobId;
        bytes32 tokensRoot;
        address sequencer;
        uint64 postBefore;
        uint128 fee;
        address challenger;
        uint64 deadline;
        ChallengeState state;
        uint128 bond;
        uint32 freezeRound;
    }

    event AnswerChallenged(
        uint256 indexed challengeId,
        bytes32 indexed jobId,
        address indexed sequencer,
        address challenger,
        uint64 deadline
    );

    error AnswerChallenges_NotAPoster(address signer);
    error AnswerChallenges_OtherJob(bytes32 given, bytes32 challenged);
    error AnswerChallenges_PostedLate(uint64 postedAt, uint64 postBefore);
    error AnswerChallenges_PostedDifferently(bytes32 tokensRoot, uint128 fee);

    /// @notice Demands the leaf that the answer promised. From its `postBefore` on, for one `window`.
    function challengeAnswer(SignedAnswer calldata promised) external payable returns (uint256 challengeId);

    /// @notice Shows the leaf: as promised and posted in time, or void, whenever posted: nobody is charged for it. A roll-back since then does not undo the keeping of the promise (it has been paid
    /// for by whoever caused it), and a leaf that was convicted is not punished again.
    function showPosted(uint256 challengeId, BatchRef calldata ref, LeafProof calldata leaf) external;

    /// @notice Convicts the sequencer once the deadline has passed.
    function timeout(uint256 challengeId) external;

    function challenge(uint256 challengeId) external view returns (AnswerChallenge memory);
    /// @notice The challenge of a promise; zero if there was none.
    function challengeOf(address sequencer, bytes32 jobId) external view returns (uint256);
}
