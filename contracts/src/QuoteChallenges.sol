// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Disputes} from "./Disputes.sol";

import {IDisputeHub} from "./interfaces/IDisputeHub.sol";
import {IDisputeModule} from "./interfaces/IDisputeModule.sol";
import {IHostRegistry} from "./interfaces/IHostRegistry.sol";
import {IQuoteChallenges} from "./interfaces/IQuoteChallenges.sol";
import {IQuoteVerifier} from "./interfaces/IQuoteVerifier.sol";
import {ITeeTeeRollup} from "./interfaces/ITeeTeeRollup.sol";

import {MessageHash} from "./libraries/MessageHash.sol";
import {TaggedMerkle} from "./libraries/TaggedMerkle.sol";

import {QuoteRecord} from "./types/Messages.sol";
import {Batch, BatchHeader, BatchStatus, StakeKind} from "./types/Types.sol";

/// @title Challenges of the quotes behind a batch
/// @notice See `IQuoteChallenges`.
contract QuoteChallenges is Disputes, IQuoteChallenges {
    uint128 public immutable override bond;
    uint128 public immutable override penalty;
    uint128 public immutable override bounty;

    uint256 public override challengeCount;
    mapping(uint256 => Challenge) private _challenges;
    mapping(bytes32 => mapping(uint32 => uint256)) public override challengeOf;
    mapping(address => uint256[]) private _open;
    /// @dev Where an open challenge stands in `_open` of its poster.
    mapping(uint256 => uint256) private _positions;

    /// @param hub_ Deployed later, with this as one of its kinds.
    /// @param bond_ Must pay the gas of an answer (about that of a registration) with room for a dear hour.
    /// @param penalty_ What a bad quote costs its poster; sensible up to `minPosterStake`.
    /// @param bounty_ At most half of the penalty. Must exceed the challenger's own gas, and makes watching worth while.
    constructor(ITeeTeeRollup rollup_, IDisputeHub hub_, uint128 bond_, uint128 penalty_, uint128 bounty_)
        Disputes(rollup_, hub_)
    {
        if (bond_ == 0 || penalty_ == 0 || bounty_ > penalty_ / 2) {
            revert QuoteChallenges_BadTerms(bond_, penalty_, bounty_);
        }
        (bond, penalty, bounty) = (bond_, penalty_, bounty_);
    }

    /// @inheritdoc IQuoteChallenges
    function challengeQuote(uint64 batchIndex, bytes32 batchHash, BatchHeader calldata header, uint32 quoteIndex)
        external
        payable
        override
        returns (uint256 challengeId)
    {
        Batch memory batch = _checkBatch(batchIndex, batchHash, header);
        if (quoteIndex >= header.quoteCount) revert QuoteChallenges_NoSuchQuote(quoteIndex, header.quoteCount);
        uint256 earlier = challengeOf[batchHash][quoteIndex];
        if (earlier != 0) revert QuoteChallenges_AlreadyChallenged(earlier, _challenges[earlier].state);
        _takeBond(bond);
        challengeId = ++challengeCount;
        challengeOf[batchHash][quoteIndex] = challengeId;
        Challenge storage c = _challenges[challengeId];
        (c.batchHash, c.quotesRoot, c.poster) = (batchHash, header.quotesRoot, batch.poster);
        (c.batchIndex, c.quoteIndex, c.quoteCount) = (batchIndex, quoteIndex, header.quoteCount);
        (c.challenger, c.postedAt, c.state) = (msg.sender, batch.postedAt, ChallengeState.Open);
        c.deadline = uint64(block.timestamp) + rollup.parameters().responseWindow;
        c.freezeRound = hub.freeze(StakeKind.Poster, _stakeId(batch.poster));
        _positions[challengeId] = _open[batch.poster].length;
        _open[batch.poster].push(challengeId);
        emit QuoteChallenged(challengeId, batchHash, batch.poster, batchIndex, quoteIndex, msg.sender, c.deadline);
    }

    /// @inheritdoc IQuoteChallenges
    function answer(
        uint256 challengeId,
        QuoteRecord calldata record,
        bytes32[] calldata proof,
        bytes calldata quote,
        bytes calldata pckCertificateDer,
        bytes calldata pckIssuerDer
    ) external override {
        Challenge storage c = _existing(challengeId);
        if (block.timestamp >= c.deadline) revert QuoteChallenges_TooLate(c.deadline, uint64(block.timestamp));
        bool committed = TaggedMerkle.verify(
            TaggedMerkle.QUOTES, c.quotesRoot, c.quoteCount, c.quoteIndex, abi.encode(record), proof
        );
        if (!committed) revert QuoteChallenges_NotInTheTree(c.quotesRoot, c.quoteIndex);
        if (keccak256(quote) != record.quoteHash) revert QuoteChallenges_WrongQuote(keccak256(quote), record.quoteHash);
        _checkKey(record);
        _judge(c, record, abi.encode(quote, pckCertificateDer, pckIssuerDer));
        _close(challengeId, c, ChallengeState.Answered);
        emit QuoteAnswered(challengeId, c.batchHash, c.poster, msg.sender);
        _giveBond(c.poster, bond);
    }

    /// @inheritdoc IQuoteChallenges
    function timeout(uint256 challengeId) external override nonReentrant {
        Challenge storage c = _existing(challengeId);
        if (block.timestamp < c.deadline) revert QuoteChallenges_TooEarly(c.deadline, uint64(block.timestamp));
        bool inForce = hub.inForce();
        _close(challengeId, c, inForce ? ChallengeState.Convicted : ChallengeState.Void);
        _giveBond(c.challenger, bond);
        if (!inForce) {
            emit ChallengeVoided(challengeId, c.batchHash, c.poster);
            return;
        }
        (uint128 taken, uint128 given) = _punish(StakeKind.Poster, _stakeId(c.poster), penalty, bounty, c.challenger);
        emit PosterConvicted(challengeId, c.batchHash, c.poster, taken, given);
    }

    /// @inheritdoc IDisputeModule
    /// @dev A bad quote is the poster's fault and paid by the poster; the answers stand, so money does not wait for it.
    function blocksFinality(uint64, bytes32) external pure override returns (bool) {
        return false;
    }

    /// @inheritdoc IQuoteChallenges
    function challenge(uint256 challengeId) external view override returns (Challenge memory) {
        return _challenges[challengeId];
    }

    /// @inheritdoc IQuoteChallenges
    function openCountOf(address poster) external view override returns (uint256) {
        return _open[poster].length;
    }

    /// @inheritdoc IQuoteChallenges
    function openOf(address poster, uint256 start, uint256 count) external view override returns (uint256[] memory ids) {
        uint256[] storage open = _open[poster];
        uint256 left = start < open.length ? open.length - start : 0;
        ids = new uint256[](count < left ? count : left);
        for (uint256 i = 0; i < ids.length; i++) {
            ids[i] = open[start + i];
        }
    }

    /// @inheritdoc IQuoteChallenges
    function judgedAt(uint64 epoch, uint64 postedAt) public view override returns (uint64) {
        uint64 horizon = rollup.parameters().postBeforeHorizon;
        uint64 oldest = postedAt > horizon ? postedAt - horizon : 0;
        uint256 last = (uint256(epoch) + 1) * rollup.epochSeconds() - 1;
        if (last >= postedAt) return postedAt;
        return last < oldest ? oldest : uint64(last);
    }

    function _checkBatch(uint64 batchIndex, bytes32 batchHash, BatchHeader calldata header)
        private
        view
        returns (Batch memory batch)
    {
        BatchStatus status = rollup.statusOf(batchIndex);
        if (status != BatchStatus.Open) revert QuoteChallenges_BatchNotOpen(batchIndex, status);
        batch = rollup.batch(batchIndex);
        if (batch.batchHash != batchHash) revert QuoteChallenges_WrongBatch(batchHash, batch.batchHash);
        uint64 endsAt = batch.postedAt + rollup.parameters().dataWindow;
        if (block.timestamp >= endsAt) revert QuoteChallenges_WindowClosed(endsAt, uint64(block.timestamp));
        bytes32 parentHash = rollup.batch(batch.parentIndex).batchHash;
        bytes32 hashed = rollup.hashBatch(batchIndex, parentHash, header);
        if (hashed != batchHash) revert QuoteChallenges_WrongHeader(hashed, batchHash);
    }

    /// @dev The slot as named, with this key in the epoch, by the registry.
    function _checkKey(QuoteRecord calldata r) private view {
        IHostRegistry registry = rollup.registry();
        IHostRegistry.Slot memory slot = registry.slot(r.slot);
        if (slot.operator != r.operator || slot.modelId != r.modelId) {
            revert QuoteChallenges_WrongSlot(r.slot, slot.operator, slot.modelId);
        }
        IHostRegistry.Key memory key = registry.keyStanding(r.slot, r.signingKey).key;
        bool valid = key.encryptionKey == r.encryptionKey && key.validFrom <= r.epoch && r.epoch < key.validUntil;
        if (!valid) revert QuoteChallenges_KeyNotValid(r.slot, r.signingKey, r.epoch);
    }

    /// @dev By the module and the policy of that second. Whatever the verifier says against the evidence passes through as its own error.
    function _judge(Challenge storage c, QuoteRecord calldata r, bytes memory evidence) private view {
        uint64 time = judgedAt(r.epoch, c.postedAt);
        bytes32 high = MessageHash.executionReportData(block.chainid, address(rollup), r);
        bytes32 low = MessageHash.keyReportData(r.signingKey, r.encryptionKey);
        IQuoteVerifier judge = rollup.quoteVerifierAt(time);
        judge.verifyAt(evidence, high, low, time);
    }

    function _close(uint256 challengeId, Challenge storage c, ChallengeState state) private {
        c.state = state;
        uint256[] storage open = _open[c.poster];
        uint256 last = open[open.length - 1];
        open[_positions[challengeId]] = last;
        _positions[last] = _positions[challengeId];
        open.pop();
        delete _positions[challengeId];
        if (hub.inForce()) hub.unfreeze(StakeKind.Poster, _stakeId(c.poster), c.freezeRound);
    }

    function _existing(uint256 challengeId) private view returns (Challenge storage c) {
        c = _challenges[challengeId];
        if (c.state != ChallengeState.Open) revert QuoteChallenges_NotOpen(challengeId, c.state);
    }

    function _stakeId(address poster) private pure returns (bytes32) {
        return bytes32(uint256(uint160(poster)));
    }
}
