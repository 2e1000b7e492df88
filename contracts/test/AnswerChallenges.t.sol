// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FinishFaults} from "../src/faults/FinishFaults.sol";
import {IAnswerChallenges} from "../src/interfaces/IAnswerChallenges.sol";
import {IBondedChallenges} from "../src/interfaces/IBondedChallenges.sol";
import {MessageHash} from "../src/libraries/MessageHash.sol";
import {LeafProof} from "../src/types/DisputeTypes.sol";
import {SignedAnswer} from "../src/types/FaultTypes.sol";
import {AnswerReceipt, ShardReceipt} from "../src/types/Messages.sol";
import {StakeKind} from "../src/types/Types.sol";

import {FaultFixture} from "./support/FaultFixture.sol";
import {vm} from "./support/Vm.sol";

/// @notice Promised answers: what keeps a promise, and what breaking it costs.
contract AnswerChallengesTest is FaultFixture {
    function test_challenge_postedInTime_isClearedByTheLeaf() public {
        Posted memory p = postGood();
        SignedAnswer memory s = promised(p, 1, POSTER_KEY);
        skip(30);
        uint256 id = doubt(s);
        vm.prank(HOST);
        answers.showPosted(id, p.ref, p.leaves[1]);
        assertTrue(answers.challenge(id).state == IBondedChallenges.ChallengeState.Answered, "kept");
        assertEq(posterStake(), 4 ether, "stake");
        assertMoney();
    }

    function test_challenge_neverPosted_isPunished() public {
        SignedAnswer memory s = promise_(keccak256("job"), POSTER_KEY);
        skip(30);
        uint256 id = doubt(s);
        assertTrue(registry.stakeOf(StakeKind.Poster, posterId(poster)).freezes > 0, "frozen");
        skip(19);
        vm.expectPartialRevert(IBondedChallenges.Challenges_TooEarly.selector);
        answers.timeout(id);
        skip(1);
        answers.timeout(id);
        assertEq(posterStake(), 4 ether - PENALTY, "penalty");
        assertEq(registry.payoutOf(WINNER), BOUNTY, "bounty");
        assertEq(answers.payoutOf(WINNER), BOND, "bond");
        assertEq(registry.stakeOf(StakeKind.Poster, posterId(poster)).freezes, 0, "free again");
        assertMoney();
    }

    function test_showPosted_otherJobOrLateOrOtherContent_reverts() public {
        Posted memory p = postGood();
        SignedAnswer memory s = promised(p, 1, POSTER_KEY);
        s.answer.fee++;
        s.signature = sign(POSTER_KEY, MessageHash.structHash(s.answer));
        skip(30);
        uint256 id = doubt(s);
        vm.expectPartialRevert(IAnswerChallenges.AnswerChallenges_OtherJob.selector);
        answers.showPosted(id, p.ref, p.leaves[0]);
        vm.expectPartialRevert(IAnswerChallenges.AnswerChallenges_PostedDifferently.selector);
        answers.showPosted(id, p.ref, p.leaves[1]);
        SignedAnswer memory early = promised(p, 0, POSTER_KEY);
        early.answer.postBefore = uint64(block.timestamp - 30);
        early.signature = sign(POSTER_KEY, MessageHash.structHash(early.answer));
        uint256 late = doubt(early);
        vm.expectPartialRevert(IAnswerChallenges.AnswerChallenges_PostedLate.selector);
        answers.showPosted(late, p.ref, p.leaves[0]);
    }

    function test_showPosted_leafThatWasConvictedForIt_isNotPunishedAgain() public {
        Posted memory p = postGood();
        SignedAnswer memory s = promised(p, 1, POSTER_KEY);
        s.answer.fee++;
        s.signature = sign(POSTER_KEY, MessageHash.structHash(s.answer));
        convict(FINISH, abi.encodeCall(FinishFaults.answerDiffers, (p.ref, p.leaves[1], p.requests[1], s)));
        skip(30);
        uint256 id = doubt(s);
        answers.showPosted(id, p.ref, p.leaves[1]);
        assertEq(posterStake(), 4 ether - PENALTY, "one penalty for one fault");
    }

    function test_bond_everyEighthOpenChallenge_doubles() public {
        for (uint256 i = 0; i < 9; i++) {
            assertEq(answers.bondFor(posterId(poster)), i < 8 ? BOND : 2 * BOND, "bond");
            SignedAnswer memory s = promise_(keccak256(abi.encode(i)), POSTER_KEY);
            s.answer.postBefore = uint64(block.timestamp);
            s.signature = sign(POSTER_KEY, MessageHash.structHash(s.answer));
            doubt(s);
        }
        assertEq(answers.bondsHeld(), 10 * uint256(BOND), "held");
        skip(20);
        answers.timeout(1);
        answers.timeout(5);
        assertEq(answers.bondFor(posterId(poster)), BOND, "seven are open");
        assertMoney();
    }

    function test_showPosted_voidLeaf_breaksNoPromise() public {
        Job memory j = goodJob(1);
        (j.receipts, j.keys) = (new ShardReceipt[](0), new uint256[](0));
        (j.finish, j.leaf.finish, j.leaf.outputTokens, j.leaf.fee, j.leaf.tokensRoot) = (4, 4, 0, 0, 0);
        SignedAnswer memory s = promise_(j.leaf.jobId, POSTER_KEY);
        skip(31);
        Posted memory p = postJobs(one(j));
        (bool found,) = faults.judges()[FINISH].staticcall(
            abi.encodeCall(FinishFaults.answerDiffers, (p.ref, p.leaves[0], p.requests[0], s))
        );
        assertFalse(found, "no other answer");
        uint256 id = doubt(s);
        answers.showPosted(id, p.ref, p.leaves[0]);
        assertEq(posterStake(), 4 ether, "nobody was charged");
    }

    function test_showPosted_batchThatFell_stillKeepsThePromise() public {
        Posted memory p = postGood();
        SignedAnswer memory s = promised(p, 1, POSTER_KEY);
        vm.prank(address(hub));
        rollup.rollBack(p.ref.index, p.ref.batchHash);
        skip(30);
        uint256 id = doubt(s);
        answers.showPosted(id, p.ref, p.leaves[1]);
        assertTrue(answers.challenge(id).state == IBondedChallenges.ChallengeState.Answered, "kept");
    }

    function test_challenge_outsideItsTimeOrTwiceOrByAStranger_reverts() public {
        SignedAnswer memory s = promise_(keccak256("job"), POSTER_KEY);
        skip(29);
        vm.expectPartialRevert(IBondedChallenges.Challenges_TooEarly.selector);
        answers.challengeAnswer{value: BOND}(s);
        SignedAnswer memory strange = promise_(keccak256("job"), STRANGER_KEY);
        skip(31);
        vm.expectPartialRevert(IAnswerChallenges.AnswerChallenges_NotAPoster.selector);
        answers.challengeAnswer{value: BOND}(strange);
        uint256 id = doubt(s);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBondedChallenges.Challenges_Repeated.selector, id, IBondedChallenges.ChallengeState.Open
            )
        );
        answers.challengeAnswer{value: BOND}(s);
        SignedAnswer memory old = promise_(keccak256("old"), POSTER_KEY);
        skip(30 + rollup.window());
        vm.expectPartialRevert(IBondedChallenges.Challenges_TooLate.selector);
        answers.challengeAnswer{value: BOND}(old);
        Posted memory none;
        none.leaves = new LeafProof[](1);
        vm.expectPartialRevert(IBondedChallenges.Challenges_TooLate.selector);
        answers.showPosted(id, none.ref, none.leaves[0]);
    }

    function test_blocksFinality_never() public view {
        assertFalse(answers.blocksFinality(1, 0), "it is in no batch");
    }

    function promise_(bytes32 job, uint256 key) internal view returns (SignedAnswer memory s) {
        s.answer = AnswerReceipt(job, keccak256("tokens"), 5, uint64(block.timestamp + 30));
        s.signature = sign(key, MessageHash.structHash(s.answer));
    }

    function doubt(SignedAnswer memory s) internal returns (uint256) {
        uint256 bond = answers.bondFor(posterId(poster));
        vm.prank(WINNER);
        return answers.challengeAnswer{value: bond}(s);
    }

    function assertMoney() internal view {
        assertEq(address(answers).balance, uint256(answers.bondsHeld()) + answers.totalPayouts(), "bonds and payouts");
        assertBacked();
    }
}
