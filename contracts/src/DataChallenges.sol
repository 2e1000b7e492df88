// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BondedChallenges} from "./BondedChallenges.sol";
import {Disputes} from "./Disputes.sol";
import {PosterConvictions} from "./PosterConvictions.sol";
import {ChunkAnswers} from "./faults/ChunkAnswers.sol";

import {ICompensations} from "./interfaces/ICompensations.sol";
import {IDataChallenges} from "./interfaces/IDataChallenges.sol";
import {IDisputeHub} from "./interfaces/IDisputeHub.sol";
import {IDisputeModule} from "./interfaces/IDisputeModule.sol";
import {ITeeTeeRollup} from "./interfaces/ITeeTeeRollup.sol";

import {BatchProof} from "./libraries/BatchProof.sol";

import {LeafProof} from "./types/DisputeTypes.sol";
import {BatchRef, CHUNK_TAG, DataKinds, Finish, NO_LEAF, PublishedChunk} from "./types/FaultTypes.sol";
import {QueryReceipt} from "./types/Messages.sol";
import {Batch, BatchStatus, StakeKind} from "./types/Types.sol";

/// @title Demands that a batch's data be published
/// @notice See `IDataChallenges`.
contract DataChallenges is BondedChallenges, PosterConvictions, IDataChallenges, IDisputeModule {
    uint256 private constant CHUNK = 16_384;
    uint256 private constant LEAVES = 512;
    /// @dev What a sealed job's item may hold beside its ids: version, count, four wraps, tag.
    uint256 private constant LARGEST_FRAME = 2 + 4 * 112 + 16;

    /// @notice Judges answers.
    ChunkAnswers public immutable answers;

    mapping(uint256 => DataChallenge) private _challenges;
    mapping(bytes32 => uint256) private _challengeOf;
    mapping(bytes32 => uint256) public override openInBatch;

    constructor(
        ITeeTeeRollup rollup_,
        IDisputeHub hub_,
        ICompensations compensations_,
        ChunkAnswers answers_,
        uint128 bond_,
        uint128 penalty_,
        uint128 bounty_
    ) PosterConvictions(rollup_, hub_, compensations_) BondedChallenges(bond_, penalty_, bounty_) {
        answers = answers_;
    }

    /// @inheritdoc IDataChallenges
    function challengeReceipt(BatchRef calldata ref, uint32 index)
        external
        payable
        override
        nonReentrant
        returns (uint256)
    {
        if (index >= ref.header.count) {
            revert DataChallenges_NoSuchChunk(index, DataKinds.QUERY_RECEIPT, 0, 0);
        }
        return _demand(ref, index, DataKinds.QUERY_RECEIPT, 0, 0);
    }

    /// @inheritdoc IDataChallenges
    function challengeChunk(BatchRef calldata ref, LeafProof calldata leaf, uint8 kind, uint16 part, uint32 number)
        external
        payable
        override
        nonReentrant
        returns (uint256)
    {
        BatchProof.checkLeaf(ref, leaf);
        if (number >= _mostChunks(leaf.receipt, kind, part)) {
            revert DataChallenges_NoSuchChunk(leaf.index, kind, part, number);
        }
        return _demand(ref, leaf.index, kind, part, number);
    }

    /// @inheritdoc IDataChallenges
    function challengeQuoteData(BatchRef calldata ref, uint16 quoteIndex)
        external
        payable
        override
        nonReentrant
        returns (uint256)
    {
        if (quoteIndex >= ref.header.quoteCount) {
            revert DataChallenges_NoSuchChunk(NO_LEAF, DataKinds.QUOTE, quoteIndex, 0);
        }
        return _demand(ref, NO_LEAF, DataKinds.QUOTE, quoteIndex, 0);
    }

    /// @inheritdoc IDataChallenges
    function answer(uint256 challengeId, bytes calldata proof) external override nonReentrant {
        uint256 gasBefore = gasleft();
        DataChallenge storage c = _existing(challengeId);
        _checkBefore(c.deadline);
        PublishedChunk memory chunk = _ask(proof);
        bytes32 key = _key(chunk.batchHash, chunk.leaf, chunk.kind, chunk.part, chunk.number);
        if (_challengeOf[key] != challengeId) {
            revert DataChallenges_OtherChunk(chunk.batchHash, chunk.leaf, chunk.kind, chunk.part, chunk.number);
        }
        emit ChunkPublished(challengeId, c.batchHash, c.leaf, c.kind, c.part, c.number, chunk.content);
        _close(challengeId, c, ChallengeState.Answered);
        _settleAnswered(challengeId, c.bond, c.challenger, gasBefore);
    }

    /// @inheritdoc IDataChallenges
    function timeout(uint256 challengeId) external override nonReentrant {
        DataChallenge storage c = _existing(challengeId);
        BatchStatus status = rollup.statusOf(c.batchIndex);
        bool fallen = status == BatchStatus.RolledBack;
        if (!fallen) _checkFrom(c.deadline);
        bool convicts = !fallen && hub.inForce();
        _close(challengeId, c, convicts ? ChallengeState.Convicted : ChallengeState.Void);
        _giveBond(c.challenger, c.bond);
        if (!convicts) {
            emit ChallengeVoided(challengeId);
            return;
        }
        bytes32 target = _posterId(c.poster);
        // Final in spite of an open challenge only after the whole dispute horizon: then the stake is all that is left to take.
        (uint128 taken, uint128 given) = status == BatchStatus.Open
            ? _undo(c.batchIndex, c.batchHash, NO_LEAF, c.poster, penalty, bounty, c.challenger)
            : _punish(StakeKind.Poster, target, penalty, bounty, c.challenger);
        emit ChallengeConvicted(challengeId, target, taken, given);
    }

    /// @inheritdoc IDisputeModule
    function blocksFinality(uint64, bytes32 batchHash) external view override returns (bool) {
        return openInBatch[batchHash] > 0;
    }

    /// @inheritdoc IDataChallenges
    function challenge(uint256 challengeId) external view override returns (DataChallenge memory) {
        return _challenges[challengeId];
    }

    /// @inheritdoc IDataChallenges
    function challengeOf(bytes32 batchHash, uint32 leaf, uint8 kind, uint16 part, uint32 number)
        external
        view
        override
        returns (uint256)
    {
        return _challengeOf[_key(batchHash, leaf, kind, part, number)];
    }

    /// @dev A batch has thousands of chunks, and each demand pays half of its answer: growth must not keep anyone from demanding them all,
    /// nor may a poster make it dear by demands against itself.
    function _openPerDoubling() internal pure override returns (uint256) {
        return 512;
    }

    function _demand(BatchRef calldata ref, uint32 leaf, uint8 kind, uint16 part, uint32 number)
        private
        returns (uint256 challengeId)
    {
        Batch memory batch = BatchProof.open(rollup, ref);
        _checkBefore(batch.postedAt + rollup.parameters().dataWindow);
        bytes32 key = _key(ref.batchHash, leaf, kind, part, number);
        uint256 earlier = _challengeOf[key];
        if (earlier != 0) revert Challenges_Repeated(earlier, _challenges[earlier].state);
        DataChallenge memory c;
        (challengeId, c.bond, c.freezeRound) = _begin(StakeKind.Poster, _posterId(batch.poster));
        (c.batchHash, c.batchIndex, c.poster) = (ref.batchHash, ref.index, batch.poster);
        (c.leaf, c.kind, c.part, c.number) = (leaf, kind, part, number);
        (c.challenger, c.state) = (msg.sender, ChallengeState.Open);
        c.deadline = uint64(block.timestamp) + rollup.parameters().responseWindow;
        _challenges[challengeId] = c;
        _challengeOf[key] = challengeId;
        openInBatch[ref.batchHash]++;
        emit ChunkChallenged(
            challengeId, c.batchHash, c.poster, c.batchIndex, leaf, kind, part, number, msg.sender, c.deadline
        );
    }

    /// @dev Whatever is wrong with an answer reverts and decides nothing: another may follow.
    function _ask(bytes calldata proof) private view returns (PublishedChunk memory chunk) {
        (bool judged, bytes memory answered) = address(answers).staticcall(proof);
        if (!judged) {
            assembly ("memory-safe") {
                revert(add(answered, 0x20), mload(answered))
            }
        }
        // One word, as getters return it, is no chunk; a chunk is a dynamic tuple of at least nine.
        if (answered.length < 9 * 32) revert DataChallenges_NoChunk(answered.length);
        chunk = abi.decode(answered, (PublishedChunk));
        if (chunk.tag != CHUNK_TAG) revert DataChallenges_NoChunk(answered.length);
    }

    function _close(uint256 challengeId, DataChallenge storage c, ChallengeState state) private {
        c.state = state;
        openInBatch[c.batchHash]--;
        _end(challengeId, StakeKind.Poster, _posterId(c.poster), c.freezeRound);
    }

    function _existing(uint256 challengeId) private view returns (DataChallenge storage c) {
        c = _challenges[challengeId];
        if (c.state != ChallengeState.Open) revert Challenges_NotOpen(challengeId, c.state);
    }

    /// @dev How many chunks of an item a challenge may name, by what the leaf says of it. Zero where the leaf has no such item.
    function _mostChunks(QueryReceipt calldata r, uint8 kind, uint16 part) private pure returns (uint256) {
        bool perShard = kind == DataKinds.SHARD_RECEIPT || kind == DataKinds.LEAF_LIST;
        if (perShard ? part >= r.shardReceiptHashes.length : part != 0) return 0;
        if (kind == DataKinds.REQUEST || kind == DataKinds.SHARD_RECEIPT) return 1;
        if (kind == DataKinds.CANCEL) return r.cancelHash == 0 ? 0 : 1;
        if (r.finish == Finish.VOID || r.outputTokens == 0) return 0;
        if (kind == DataKinds.TOKENS) return (_ids(r) * 4 + LARGEST_FRAME + CHUNK - 1) / CHUNK;
        if (kind == DataKinds.LEAF_LIST) return (_ids(r) - 1 + LEAVES - 1) / LEAVES;
        return 0;
    }

    function _key(bytes32 batchHash, uint32 leaf, uint8 kind, uint16 part, uint32 number)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(batchHash, leaf, kind, part, number));
    }

    /// @dev Token ids at positions 0 to T.
    function _ids(QueryReceipt calldata r) private pure returns (uint256) {
        return uint256(r.promptTokens) + r.outputTokens;
    }
}
