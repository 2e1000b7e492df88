// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LeafProof} from "../types/DisputeTypes.sol";
import {BatchRef} from "../types/FaultTypes.sol";
import {IBondedChallenges} from "./IBondedChallenges.sol";

/// @title Demands that a batch's data be published
/// @notice A challenge names a chunk by what it means: (leaf, kind, part, number) as in docs/protocol.md, section 8. It is opened within
/// `dataWindow` of the posting and answered within `responseWindow`, by anyone, with content that the leaf binds; the content is in the
/// event `ChunkPublished`. What is answered once is published for good. Without an answer the batch and its successors are rolled back and the
/// poster is slashed. An open challenge holds the batch's finality back.
interface IDataChallenges is IBondedChallenges {
    struct DataChallenge {
        bytes32 batchHash;
        address poster;
        uint64 batchIndex;
        uint32 leaf;
        address challenger;
        uint8 kind;
        uint16 part;
        uint32 number;
        uint64 deadline;
        ChallengeState state;
        uint128 bond;
        uint32 freezeRound;
    }

    event ChunkChallenged(
        uint256 indexed challengeId,
        bytes32 indexed batchHash,
        address indexed poster,
        uint64 batchIndex,
        uint32 leaf,
        uint8 kind,
        uint16 part,
        uint32 number,
        address challenger,
        uint64 deadline
    );
    /// @notice The chunk's bytes: the whole item of kinds 1, 2, 3 and 6, 16,384 bytes of the others (the last chunk may be short).
    event ChunkPublished(
        uint256 indexed challengeId,
        bytes32 indexed batchHash,
        uint32 leaf,
        uint8 kind,
        uint16 part,
        uint32 number,
        bytes content
    );

    error DataChallenges_NoSuchChunk(uint32 leaf, uint8 kind, uint16 part, uint32 number);
    error DataChallenges_OtherChunk(bytes32 batchHash, uint32 leaf, uint8 kind, uint16 part, uint32 number);
    error DataChallenges_NoChunk(uint256 length);

    /// @notice Demands query receipt `index` of the batch.
    function challengeReceipt(BatchRef calldata ref, uint32 index) external payable returns (uint256 challengeId);

    /// @notice Demands a chunk of a leaf's data: kind 1, 3, 4, 5 or 6.
    function challengeChunk(BatchRef calldata ref, LeafProof calldata leaf, uint8 kind, uint16 part, uint32 number)
        external
        payable
        returns (uint256 challengeId);

    /// @notice Demands chunk 0 of the data item of a quote. What of a quote lies beyond it, a challenge of the quote itself publishes.
    function challengeQuoteData(BatchRef calldata ref, uint16 quoteIndex) external payable returns (uint256 challengeId);

    /// @notice Publishes the chunk.
    /// @param proof Call data of the function of `answers` for its kind.
    function answer(uint256 challengeId, bytes calldata proof) external;

    /// @notice Convicts the poster once the deadline has passed, or gives the bond back where the batch has fallen already.
    function timeout(uint256 challengeId) external;

    function challenge(uint256 challengeId) external view returns (DataChallenge memory);
    /// @notice The challenge of a chunk; zero if there was none. Answered means published.
    function challengeOf(bytes32 batchHash, uint32 leaf, uint8 kind, uint16 part, uint32 number)
        external
        view
        returns (uint256);
    /// @notice Open challenges of one batch.
    function openInBatch(bytes32 batchHash) external view returns (uint256);
}
