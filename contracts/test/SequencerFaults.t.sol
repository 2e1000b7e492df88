// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SequencerFaults} from "../src/SequencerFaults.sol";
import {AccountFaults} from "../src/faults/AccountFaults.sol";
import {EntryFaults} from "../src/faults/EntryFaults.sol";
import {FinishFaults} from "../src/faults/FinishFaults.sol";
import {FormFaults} from "../src/faults/FormFaults.sol";
import {Judge} from "../src/faults/Judge.sol";
import {PipelineFaults} from "../src/faults/PipelineFaults.sol";
import {RequestFaults} from "../src/faults/RequestFaults.sol";
import {TokenFaults} from "../src/faults/TokenFaults.sol";
import {ICredits} from "../src/interfaces/ICredits.sol";
import {ISequencerFaults} from "../src/interfaces/ISequencerFaults.sol";
import {ITeeTeeRollup} from "../src/interfaces/ITeeTeeRollup.sol";
import {BatchProof} from "../src/libraries/BatchProof.sol";
import {SignedReceipt} from "../src/types/FaultTypes.sol";
import {Batch, BatchStatus, StakeKind} from "../src/types/Types.sol";

import {FaultFixture} from "./support/FaultFixture.sol";
import {vm} from "./support/Vm.sol";

/// @notice What a conviction takes and does, and who may cause one.
contract SequencerFaultsTest is FaultFixture {
    address internal constant BURN = 0x000000000000000000000000000000000000dEaD;

    function test_convict_refundableFault_refundsTheFeeAndLeavesTheBatch() public {
        (Posted memory p, bytes memory proof) = badSigner();
        uint128 fee = p.leaves[1].receipt.fee;
        (uint256 burnt, uint128 stake) = (BURN.balance, posterStake());
        assertFalse(convict(PIPELINE, proof), "not rolled back");

        assertEq(stake - posterStake(), PENALTY, "the penalty covers twice bounty and fee");
        assertEq(registry.payoutOf(WINNER), BOUNTY, "bounty");
        assertEq(BURN.balance - burnt, PENALTY - BOUNTY - fee, "the rest is burnt");
        ICredits.Refund memory r = credits.refundOf(p.ref.batchHash, 1);
        assertEq(r.amount, fee, "refund");
        assertEq(r.user, user, "to the user");
        assertTrue(rollup.statusOf(p.ref.index) == BatchStatus.Open, "stands");
        assertTrue(faults.isConvicted(p.ref.batchHash, 1), "known");
        assertFalse(faults.isConvicted(p.ref.batchHash, 0), "the other leaf is not");
        assertBacked();
    }

    function test_convict_largeFee_growsThePenaltyToCoverIt() public {
        Job memory j = goodJob(2);
        (j.request.promptPrice, j.request.maxFee) = (0.3 ether, 2 ether);
        refresh(j);
        j.keys[1] = STRANGER_KEY;
        Posted memory p = postJobs(pair(goodJob(1), j));
        uint128 fee = p.leaves[1].receipt.fee;
        uint128 stake = posterStake();
        convict(
            PIPELINE,
            abi.encodeCall(PipelineFaults.shardSigner, (p.ref, p.leaves[1], p.requests[1], 1, p.receipts[1][1]))
        );
        assertEq(stake - posterStake(), 2 * (fee + BOUNTY), "twice what is given");
        assertEq(credits.refundOf(p.ref.batchHash, 1).amount, fee, "whole fee");
    }

    function test_convict_feeAboveWhatTheStakeCanRefund_rollsBackInstead() public {
        Job memory j = goodJob(2);
        (j.request.promptPrice, j.request.maxFee) = (0.66 ether, 3 ether);
        refresh(j);
        j.keys[1] = STRANGER_KEY;
        Posted memory p = postJobs(pair(goodJob(1), j));
        assertTrue(
            convict(
                PIPELINE,
                abi.encodeCall(PipelineFaults.shardSigner, (p.ref, p.leaves[1], p.requests[1], 1, p.receipts[1][1]))
            ),
            "rolled back"
        );
        assertTrue(rollup.statusOf(p.ref.index) == BatchStatus.RolledBack, "fallen");
        assertTrue(credits.refundOf(p.ref.batchHash, 1).status == ICredits.RefundStatus.None, "the debit is gone");
    }

    function test_convict_sameLeafTwice_reverts() public {
        (Posted memory p, bytes memory proof) = badSigner();
        convict(PIPELINE, proof);
        vm.expectRevert(
            abi.encodeWithSelector(ISequencerFaults.SequencerFaults_AlreadyConvicted.selector, p.ref.batchHash, 1)
        );
        faults.convict(PIPELINE, proof);
    }

    function test_convict_wrongStateAfterARefund_stillRollsBack() public {
        Job memory j = goodJob(2);
        j.keys[1] = STRANGER_KEY;
        j.leaf.fee += 1;
        Posted memory p = postJobs(pair(goodJob(1), j));
        convict(
            PIPELINE,
            abi.encodeCall(PipelineFaults.shardSigner, (p.ref, p.leaves[1], p.requests[1], 1, p.receipts[1][1]))
        );
        assertTrue(
            convict(FINISH, abi.encodeCall(FinishFaults.fee, (p.ref, p.leaves[1], p.requests[1]))), "rolled back"
        );
    }

    function test_convict_rollBack_takesSuccessorsAndStartsACase() public {
        Job memory j = goodJob(2);
        j.leaf.fee += 1;
        Posted memory p = postJobs(pair(goodJob(1), j));
        Posted memory next = postJobs(one(goodJob(3)));
        uint256 burnt = BURN.balance;
        assertTrue(
            convict(FINISH, abi.encodeCall(FinishFaults.fee, (p.ref, p.leaves[1], p.requests[1]))), "rolled back"
        );
        assertTrue(rollup.statusOf(next.ref.index) == BatchStatus.RolledBack, "the successor too");
        assertEq(rollup.headIndex(), 0, "head");
        assertEq(BURN.balance - burnt, PENALTY / 2, "half is burnt");
        assertEq(compensations.caseOf(1).pot, PENALTY / 2 - BOUNTY, "the rest is for hosts");
        assertEq(address(compensations).balance, PENALTY / 2 - BOUNTY, "and there");
        assertEq(compensations.caseOf(1).to, next.ref.index, "all that fell");
        vm.expectRevert(
            abi.encodeWithSelector(BatchProof.BatchProof_NotOpen.selector, p.ref.index, BatchStatus.RolledBack)
        );
        faults.convict(FINISH, abi.encodeCall(FinishFaults.fee, (p.ref, p.leaves[1], p.requests[1])));
        assertBacked();
    }

    function test_convict_everyConviction_takesItsPenaltyUntilThePosterIsOut() public {
        for (uint64 i = 1; i <= 7; i++) {
            assertTrue(registry.isActivePoster(poster), "still active");
            Job memory j = goodJob(i);
            j.keys[0] = STRANGER_KEY;
            Posted memory p = postJobs(one(j));
            convict(
                PIPELINE,
                abi.encodeCall(PipelineFaults.shardSigner, (p.ref, p.leaves[0], p.requests[0], 0, p.receipts[0][0]))
            );
            assertEq(posterStake(), 4 ether - uint128(i) * PENALTY, "one penalty each");
        }
        assertFalse(registry.isActivePoster(poster), "below the minimum it is out");
        Posted memory last = assemble(one(goodJob(8)));
        bytes32 parent = hashOf(rollup.headIndex());
        uint64 index = rollup.nextIndex();
        vm.expectRevert(abi.encodeWithSelector(ITeeTeeRollup.Rollup_NotAPoster.selector, poster));
        vm.prank(poster);
        rollup.postBatch(index, parent, last.ref.header);
    }

    function test_convict_leafThatAnotherKindVoided_isNotRefundedTwice() public {
        (Posted memory p, bytes memory proof) = badSigner();
        vm.deal(address(hub), 1 ether);
        vm.prank(address(hub));
        credits.voidLeaf{value: 1}(p.ref.index, p.ref.batchHash, 1, user);
        uint128 stake = posterStake();
        convict(PIPELINE, proof);
        assertEq(stake - posterStake(), PENALTY, "penalty");
        assertEq(credits.refundOf(p.ref.batchHash, 1).amount, 1, "the earlier refund");
    }

    function test_convict_notAVerdict_reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(ISequencerFaults.SequencerFaults_NoVerdict.selector, faults.judges()[FORM], 32)
        );
        faults.convict(FORM, abi.encodeWithSignature("rollup()"));
        vm.expectRevert(abi.encodeWithSelector(ISequencerFaults.SequencerFaults_NoSuchJudge.selector, 7, 7));
        faults.convict(7, "");
        vm.expectRevert();
        faults.convict(FORM, hex"12345678");
    }

    function test_convict_replacedModule_reverts() public {
        (, bytes memory proof) = badSigner();
        rollup.queueModule(ITeeTeeRollup.Module.Dispute, address(faults));
        skip(rollup.parameters().moduleDelay);
        rollup.applyModule(ITeeTeeRollup.Module.Dispute);
        vm.expectRevert(abi.encodeWithSelector(ISequencerFaults.SequencerFaults_NotInForce.selector));
        faults.convict(PIPELINE, proof);
    }

    /// @notice No amount of gas makes a good signature bad: the call convicts never, whatever runs out within.
    function testFuzz_convict_honestSignatureAndAnyGas_neverConvicts(uint256 gasSeed) public {
        Posted memory p = postGood();
        bytes memory proof =
            abi.encodeCall(PipelineFaults.shardSigner, (p.ref, p.leaves[1], p.requests[1], 1, p.receipts[1][1]));
        uint256 gasLimit = bound(gasSeed, 30_000, 700_000);
        (bool convicted,) =
            address(faults).call{gas: gasLimit}(abi.encodeCall(SequencerFaults.convict, (PIPELINE, proof)));
        assertFalse(convicted, "convicted");
        assertEq(posterStake(), 4 ether, "stake");
    }

    function testFuzz_convict_faultAndAnyGas_convictsWhollyOrNotAtAll(uint256 gasSeed) public {
        (Posted memory p, bytes memory proof) = badSigner();
        uint256 gasLimit = bound(gasSeed, 30_000, 900_000);
        (bool convicted,) =
            address(faults).call{gas: gasLimit}(abi.encodeCall(SequencerFaults.convict, (PIPELINE, proof)));
        assertEq(posterStake(), convicted ? 4 ether - PENALTY : 4 ether, "stake");
        assertTrue(faults.isConvicted(p.ref.batchHash, 1) == convicted, "known");
    }

    function test_constructor_badTerms_reverts() public {
        address[] memory none = new address[](0);
        vm.expectRevert(abi.encodeWithSelector(ISequencerFaults.SequencerFaults_BadTerms.selector, 0, 0));
        new SequencerFaults(rollup, hub, compensations, none, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(ISequencerFaults.SequencerFaults_BadTerms.selector, 10, 6));
        new SequencerFaults(rollup, hub, compensations, none, 10, 6);
        address[] memory bad = new address[](1);
        bad[0] = address(0x77);
        vm.expectRevert(abi.encodeWithSelector(ISequencerFaults.SequencerFaults_BadJudge.selector, bad[0]));
        new SequencerFaults(rollup, hub, compensations, bad, 10, 5);
    }

    function test_blocksFinality_never() public view {
        assertFalse(faults.blocksFinality(1, 0), "decided at once");
    }

    function badSigner() internal returns (Posted memory p, bytes memory proof) {
        Job memory j = goodJob(2);
        j.keys[1] = STRANGER_KEY;
        p = postJobs(pair(goodJob(1), j));
        proof = abi.encodeCall(PipelineFaults.shardSigner, (p.ref, p.leaves[1], p.requests[1], 1, p.receipts[1][1]));
    }
}
