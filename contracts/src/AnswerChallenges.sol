// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BondedChallenges} from "./BondedChallenges.sol";
import {Disputes} from "./Disputes.sol";

import {IAnswerChallenges} from "./interfaces/IAnswerChallenges.sol";
import {IDisputeHub} from "./interfaces/IDisputeHub.sol";
import {IDisputeModule} from "./interfaces/IDisputeModule.sol";
import {ISequencerFaults} from "./interfaces/ISequencerFaults.sol";
import {ITeeTeeRollup} from "./interfaces/ITeeTeeRollup.sol";

import {BatchProof} from "./libraries/BatchProof.sol";
import {MessageHash} from "./libraries/MessageHash.sol";
import {Signatures} from "./libraries/Signatures.sol";

import {LeafProof} from "./types/DisputeTypes.sol";
import {BatchRef, Finish, SignedAnswer} from "./types/FaultTypes.sol";
import {Batch, StakeKind} from "./types/Types.sol";

/// @title Answers that were promised and never posted
/// @notice See `IAnswerChallenges`.
contract AnswerChallenges is BondedChallenges, IAnswerChallenges, IDisputeModule {
    ISequencerFaults public immutable faults;

    mapping(uint256 => AnswerChallenge) private _challenges;
    mapping(address => mapping(bytes32 => uint256)) public override challengeOf;

    /// @param faults_ Where a leaf that was posted otherwise is punished.
    constructor(
        ITeeTeeRollup rollup_,
        IDisputeHub hub_,
        ISequencerFaults faults_,
        uint128 bond_,
        uint128 penalty_,
        uint128 bounty_
    ) Disputes(rollup_, hub_) BondedChallenges(bond_, penalty_, bounty_) {
        faults = faults_;
    }

    /// @inheritdoc IAnswerChallenges
    function challengeAnswer(SignedAnswer calldata promised)
        external
        payable
        override
        nonReentrant
        returns (uint256 challengeId)
    {
        address signer = Signatures.signerOf(
            MessageHash.digest(rollup.domainSeparator(), MessageHash.structHash(promised.answer)), promised.signature
        );
        bytes32 target = bytes32(uint256(uint160(signer)));
        bool staked = signer != address(0) && rollup.registry().stakeOf(StakeKind.Poster, target).owner == signer;
        if (!staked) revert AnswerChallenges_NotAPoster(signer);
        uint64 postBefore = promised.answer.postBefore;
        _checkFrom(postBefore);
        _checkBefore(postBefore + rollup.window());
        uint256 earlier = challengeOf[signer][promised.answer.jobId];
        if (earlier != 0) revert Challenges_Repeated(earlier, _challenges[earlier].state);
        AnswerChallenge memory c;
        (challengeId, c.bond, c.freezeRound) = _begin(StakeKind.Poster, target);
        (c.jobId, c.tokensRoot, c.fee) = (promised.answer.jobId, promised.answer.tokensRoot, promised.answer.fee);
        (c.sequencer, c.postBefore, c.challenger) = (signer, postBefore, msg.sender);
        (c.state, c.deadline) = (ChallengeState.Open, uint64(block.timestamp) + rollup.parameters().responseWindow);
        _challenges[challengeId] = c;
        challengeOf[signer][c.jobId] = challengeId;
        emit AnswerChallenged(challengeId, c.jobId, signer, msg.sender, c.deadline);
    }

    /// @inheritdoc IAnswerChallenges
    function showPosted(uint256 challengeId, BatchRef calldata ref, LeafProof calldata leaf)
        external
        override
        nonReentrant
    {
        uint256 gasBefore = gasleft();
        AnswerChallenge storage c = _existing(challengeId);
        _checkBefore(c.deadline);
        Batch memory batch = BatchProof.posted(rollup, ref);
        BatchProof.checkLeaf(ref, leaf);
        if (leaf.receipt.jobId != c.jobId) revert AnswerChallenges_OtherJob(leaf.receipt.jobId, c.jobId);
        if (leaf.receipt.finish != Finish.VOID) _checkKept(c, ref.batchHash, leaf, batch.postedAt);
        _close(challengeId, c, ChallengeState.Answered);
        _settleAnswered(challengeId, c.bond, c.challenger, gasBefore);
    }

    /// @inheritdoc IAnswerChallenges
    function timeout(uint256 challengeId) external override nonReentrant {
        AnswerChallenge storage c = _existing(challengeId);
        _checkFrom(c.deadline);
        bool inForce = hub.inForce();
        _close(challengeId, c, inForce ? ChallengeState.Convicted : ChallengeState.Void);
        _giveBond(c.challenger, c.bond);
        if (!inForce) {
            emit ChallengeVoided(challengeId);
            return;
        }
        bytes32 target = _target(c);
        (uint128 taken, uint128 given) = _punish(StakeKind.Poster, target, penalty, bounty, c.challenger);
        emit ChallengeConvicted(challengeId, target, taken, given);
    }

    /// @inheritdoc IDisputeModule
    /// @dev What was not posted is in no batch.
    function blocksFinality(uint64, bytes32) external pure override returns (bool) {
        return false;
    }

    /// @inheritdoc IAnswerChallenges
    function challenge(uint256 challengeId) external view override returns (AnswerChallenge memory) {
        return _challenges[challengeId];
    }

    /// @dev As promised and in time; what was posted otherwise and punished for it is not punished again.
    function _checkKept(AnswerChallenge storage c, bytes32 batchHash, LeafProof calldata leaf, uint64 postedAt)
        private
        view
    {
        if (postedAt >= c.postBefore) revert AnswerChallenges_PostedLate(postedAt, c.postBefore);
        bool same = leaf.receipt.tokensRoot == c.tokensRoot && leaf.receipt.fee == c.fee;
        if (!same && !faults.isConvicted(batchHash, leaf.index)) {
            revert AnswerChallenges_PostedDifferently(leaf.receipt.tokensRoot, leaf.receipt.fee);
        }
    }

    function _close(uint256 challengeId, AnswerChallenge storage c, ChallengeState state) private {
        c.state = state;
        _end(challengeId, StakeKind.Poster, _target(c), c.freezeRound);
    }

    function _existing(uint256 challengeId) private view returns (AnswerChallenge storage c) {
        c = _challenges[challengeId];
        if (c.state != ChallengeState.Open) revert Challenges_NotOpen(challengeId, c.state);
    }

    function _target(AnswerChallenge storage c) private view returns (bytes32) {
        return bytes32(uint256(uint160(c.sequencer)));
    }
}
