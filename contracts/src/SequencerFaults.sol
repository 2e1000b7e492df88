// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PosterConvictions} from "./PosterConvictions.sol";

import {ICompensations} from "./interfaces/ICompensations.sol";
import {ICredits} from "./interfaces/ICredits.sol";
import {IDisputeHub} from "./interfaces/IDisputeHub.sol";
import {IDisputeModule} from "./interfaces/IDisputeModule.sol";
import {ISequencerFaults} from "./interfaces/ISequencerFaults.sol";
import {ITeeTeeRollup} from "./interfaces/ITeeTeeRollup.sol";

import {NO_LEAF, VERDICT_TAG, Verdict} from "./types/FaultTypes.sol";
import {Payee, Penalty, StakeKind} from "./types/Types.sol";

/// @title Faults of a batch's poster that one transaction proves
/// @notice See `ISequencerFaults`. Takes no bonds: a proof that proves nothing reverts.
contract SequencerFaults is PosterConvictions, ISequencerFaults, IDisputeModule {
    /// @dev What a conviction took and did.
    struct Outcome {
        uint128 taken;
        uint128 bounty;
        uint128 refund;
        bool rolledBack;
    }

    uint256 private constant VERDICT_BYTES = 7 * 32;

    uint128 public immutable override penalty;
    uint128 public immutable override bounty;
    address[] private _judges;
    mapping(bytes32 => mapping(uint32 => bool)) public override isConvicted;

    /// @param judges_ Their order is part of every call.
    /// @param penalty_ The least that a conviction takes; sensible from `minPosterStake` / 2 up to it.
    /// @param bounty_ At most half of the penalty.
    constructor(
        ITeeTeeRollup rollup_,
        IDisputeHub hub_,
        ICompensations compensations_,
        address[] memory judges_,
        uint128 penalty_,
        uint128 bounty_
    ) PosterConvictions(rollup_, hub_, compensations_) {
        if (penalty_ == 0 || bounty_ > penalty_ / 2) {
            revert SequencerFaults_BadTerms(penalty_, bounty_);
        }
        (penalty, bounty) = (penalty_, bounty_);
        for (uint256 i = 0; i < judges_.length; i++) {
            if (judges_[i].code.length == 0) revert SequencerFaults_BadJudge(judges_[i]);
            _judges.push(judges_[i]);
        }
    }

    /// @inheritdoc ISequencerFaults
    function convict(uint256 judge, bytes calldata proof) external override nonReentrant returns (bool rolledBack) {
        if (judge >= _judges.length) revert SequencerFaults_NoSuchJudge(judge, _judges.length);
        if (!hub.inForce()) revert SequencerFaults_NotInForce();
        Verdict memory v = _ask(_judges[judge], proof);
        bool known = isConvicted[v.batchHash][v.leaf];
        if (known && !v.rollsBack) revert SequencerFaults_AlreadyConvicted(v.batchHash, v.leaf);
        isConvicted[v.batchHash][v.leaf] = true;
        address poster = rollup.batch(v.batchIndex).poster;
        Outcome memory o = _punishFor(v, poster);
        emit FaultProven(
            v.batchHash,
            v.leaf,
            poster,
            _judges[judge],
            bytes4(proof),
            msg.sender,
            o.taken,
            o.bounty,
            o.refund,
            o.rolledBack
        );
        return o.rolledBack;
    }

    /// @inheritdoc IDisputeModule
    /// @dev A fault is decided in the transaction that proves it.
    function blocksFinality(uint64, bytes32) external pure override returns (bool) {
        return false;
    }

    /// @inheritdoc ISequencerFaults
    function judges() external view override returns (address[] memory) {
        return _judges;
    }

    /// @dev A judge that runs out of gas, refuses, or says anything but a verdict convicts nobody.
    function _ask(address judge, bytes calldata proof) private view returns (Verdict memory v) {
        (bool judged, bytes memory answer) = judge.staticcall(proof);
        if (!judged) {
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
        if (answer.length != VERDICT_BYTES) revert SequencerFaults_NoVerdict(judge, answer.length);
        v = abi.decode(answer, (Verdict));
        if (v.tag != VERDICT_TAG) revert SequencerFaults_NoVerdict(judge, answer.length);
    }

    function _punishFor(Verdict memory v, address poster) private returns (Outcome memory o) {
        o.refund = _dueRefund(v);
        o.rolledBack = v.rollsBack || !_canRefund(poster, o.refund);
        if (o.rolledBack) {
            o.refund = 0;
            (o.taken, o.bounty) = _undo(v.batchIndex, v.batchHash, v.leaf, poster, penalty, bounty, msg.sender);
        } else {
            (o.taken, o.bounty) = _slash(v, poster, o.refund);
        }
    }

    /// @dev What of the fee was not refunded by a conviction of another kind.
    function _dueRefund(Verdict memory v) private view returns (uint128) {
        if (v.user == address(0) || v.leaf == NO_LEAF) return 0;
        bool refunded = rollup.credits().refundOf(v.batchHash, v.leaf).status != ICredits.RefundStatus.None;
        return refunded ? 0 : v.fee;
    }

    /// @dev Half of what is taken is burnt, so refund and bounty must fit into the other half.
    function _canRefund(address poster, uint128 refund) private view returns (bool) {
        if (refund == 0) return true;
        uint128 stake = rollup.registry().stakeOf(StakeKind.Poster, _posterId(poster)).amount;
        return 2 * (uint256(refund) + bounty) <= stake;
    }

    function _slash(Verdict memory v, address poster, uint128 refund) private returns (uint128 taken, uint128 given) {
        if (refund == 0) return _punish(StakeKind.Poster, _posterId(poster), penalty, bounty, msg.sender);
        uint128 stake = rollup.registry().stakeOf(StakeKind.Poster, _posterId(poster)).amount;
        taken = 2 * (refund + bounty);
        if (taken < penalty) taken = penalty < stake ? penalty : stake;
        given = bounty;
        Penalty memory p;
        (p.total, p.refund, p.user) = (taken, refund, v.user);
        (p.batchIndex, p.batchHash, p.leaf) = (v.batchIndex, v.batchHash, v.leaf);
        p.payees = new Payee[](1);
        p.payees[0] = Payee(msg.sender, given);
        hub.slash(StakeKind.Poster, _posterId(poster), p);
    }
}
