// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {QuoteRecord} from "../types/Messages.sol";
import {BatchHeader, BatchStatus} from "../types/Types.sol";
import {IDisputeModule} from "./IDisputeModule.sol";
import {IDisputes} from "./IDisputes.sol";

/// @title Challenges of the quotes behind a batch (docs/protocol.md, section 7)
/// @notice A batch puts only hashes of its quotes on the chain. Whoever doubts one of them pays a bond; the poster must then show the quote
/// and have it judged here before the response window ends. Shown and good: the bond is the poster's. Not shown, or nothing that is good
/// could be shown: the poster is slashed, half or more of it burnt. Hosts keep their pay and nothing is rolled back, since a poster must
/// check quotes before it posts; so finality does not wait for these challenges.
///
/// Only silence convicts. An answer clears the poster or reverts: anyone may try, and certificates, gas and order of arguments are the
/// caller's, so a refusal proves nothing against the poster, while no argument makes a bad quote good before the deadline.
interface IQuoteChallenges is IDisputeModule, IDisputes {
    /// @notice Where a challenge stands; all but `Open` are for good.
    enum ChallengeState {
        None,
        Open,
        /// The quote was shown and is good. It cannot be challenged again.
        Answered,
        /// The poster was slashed for this quote.
        Convicted,
        /// This module was replaced before the deadline: nobody wins.
        Void
    }

    struct Challenge {
        bytes32 batchHash;
        bytes32 quotesRoot;
        address poster;
        uint64 batchIndex;
        uint32 quoteIndex;
        address challenger;
        /// First second at which no answer counts any more.
        uint64 deadline;
        uint32 quoteCount;
        uint64 postedAt;
        uint32 freezeRound;
        ChallengeState state;
    }

    event QuoteChallenged(
        uint256 indexed challengeId,
        bytes32 indexed batchHash,
        address indexed poster,
        uint64 batchIndex,
        uint32 quoteIndex,
        address challenger,
        uint64 deadline
    );
    event QuoteAnswered(
        uint256 indexed challengeId, bytes32 indexed batchHash, address indexed poster, address answeredBy
    );
    event PosterConvicted(
        uint256 indexed challengeId, bytes32 indexed batchHash, address indexed poster, uint128 penalty, uint128 bounty
    );
    event ChallengeVoided(uint256 indexed challengeId, bytes32 indexed batchHash, address indexed poster);

    error QuoteChallenges_BadTerms(uint128 bond, uint128 penalty, uint128 bounty);
    error QuoteChallenges_WrongBatch(bytes32 given, bytes32 posted);
    error QuoteChallenges_WrongHeader(bytes32 hashed, bytes32 posted);
    error QuoteChallenges_BatchNotOpen(uint64 batchIndex, BatchStatus status);
    error QuoteChallenges_WindowClosed(uint64 endedAt, uint64 nowAt);
    error QuoteChallenges_NoSuchQuote(uint32 quoteIndex, uint32 quoteCount);
    error QuoteChallenges_AlreadyChallenged(uint256 challengeId, ChallengeState state);
    error QuoteChallenges_NotOpen(uint256 challengeId, ChallengeState state);
    error QuoteChallenges_TooLate(uint64 deadline, uint64 nowAt);
    error QuoteChallenges_TooEarly(uint64 deadline, uint64 nowAt);
    error QuoteChallenges_NotInTheTree(bytes32 quotesRoot, uint32 quoteIndex);
    error QuoteChallenges_WrongQuote(bytes32 quoteHash, bytes32 committed);
    error QuoteChallenges_WrongSlot(uint32 slotId, address operator, bytes32 modelId);
    error QuoteChallenges_KeyNotValid(uint32 slotId, address signingKey, uint64 epoch);

    /// @notice Doubts one quote of an open batch, within `dataWindow` of its posting, against the bond. Freezes the poster's stake.
    /// @param batchHash Guards against a reorg: must be the hash of the batch of that index.
    /// @param header The batch's header, from its event.
    function challengeQuote(uint64 batchIndex, bytes32 batchHash, BatchHeader calldata header, uint32 quoteIndex)
        external
        payable
        returns (uint256 challengeId);

    /// @notice Shows the quote and has it judged. Anyone, before the deadline; the bond goes to the poster. Reverts unless all is good.
    /// @param record Leaf `quoteIndex` of the batch's `quotesRoot`.
    /// @param proof Its audit path, bottom up.
    /// @param quote The bytes behind `record.quoteHash`.
    /// @param pckCertificateDer The leaf of the certificate chain inside the quote, as DER.
    /// @param pckIssuerDer Its issuer, as DER.
    function answer(
        uint256 challengeId,
        QuoteRecord calldata record,
        bytes32[] calldata proof,
        bytes calldata quote,
        bytes calldata pckCertificateDer,
        bytes calldata pckIssuerDer
    ) external;

    /// @notice Convicts the poster of a challenge that nobody answered. Anyone, from the deadline on. The challenger gets its bond back and,
    /// by the registry, the bounty. If this module was replaced meanwhile only the bond moves.
    function timeout(uint256 challengeId) external;

    /// @notice What a challenge costs, in wei.
    function bond() external view returns (uint128);
    /// @notice What a conviction takes from the poster's stake, in wei, or all of a smaller stake.
    function penalty() external view returns (uint128);
    /// @notice What of it the challenger gets, in wei; never more than half of what was taken.
    function bounty() external view returns (uint128);

    /// @notice How many challenges were ever opened; ids count from 1.
    function challengeCount() external view returns (uint256);
    /// @notice A challenge; all zero for an unknown id.
    function challenge(uint256 challengeId) external view returns (Challenge memory);
    /// @notice The challenge of a quote; zero if there was none.
    function challengeOf(bytes32 batchHash, uint32 quoteIndex) external view returns (uint256);
    /// @notice How many challenges wait for an answer of this poster.
    function openCountOf(address poster) external view returns (uint256);
    /// @notice Ids of such challenges, `count` from position `start` on (fewer at the end), in no order.
    function openOf(address poster, uint256 start, uint256 count) external view returns (uint256[] memory);
    /// @notice The second whose policy and dates judge a quote of `epoch` in a batch of `postedAt`: the last of its epoch, the same by which
    /// its key was valid, so that no later change makes a posted quote bad; but not more than `postBeforeHorizon` before the posting, and
    /// never after it.
    function judgedAt(uint64 epoch, uint64 postedAt) external view returns (uint64);
}
