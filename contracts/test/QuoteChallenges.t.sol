// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {QuoteChallenges} from "../src/QuoteChallenges.sol";
import {IDisputes} from "../src/interfaces/IDisputes.sol";
import {IHostRegistry} from "../src/interfaces/IHostRegistry.sol";
import {IQuoteChallenges} from "../src/interfaces/IQuoteChallenges.sol";
import {IQuoteVerifier} from "../src/interfaces/IQuoteVerifier.sol";
import {ITeeTeeRollup} from "../src/interfaces/ITeeTeeRollup.sol";
import {Ether} from "../src/libraries/Ether.sol";
import {QuoteRecord} from "../src/types/Messages.sol";
import {BatchHeader, BatchStatus, StakeKind} from "../src/types/Types.sol";

import {ChallengeFixture} from "./support/ChallengeFixture.sol";
import {QuoteTree} from "./support/QuoteTree.sol";
import {Reentrant} from "./support/Recipients.sol";
import {TestDisputeModule} from "./support/TestDisputeModule.sol";
import {TestQuoteVerifier} from "./support/TestQuoteVerifier.sol";
import {vm} from "./support/Vm.sol";

contract ChallengeQuoteTest is ChallengeFixture {
    uint64 private _batch;

    function setUp() public override {
        super.setUp();
        skip(10);
        _batch = postGood(3);
    }

    function test_challengeQuote_opens_holdsBondAndFreezesThePoster() public {
        vm.expectEmit(true, true, true, true, address(disputes));
        emit IQuoteChallenges.QuoteChallenged(
            1, hashOf(_batch), PRIMARY, _batch, 2, DOUBTER, uint64(block.timestamp + 20)
        );
        assertEq(doubt(_batch, 2), 1, "id");
        IQuoteChallenges.Challenge memory c = disputes.challenge(1);
        assertEq(uint8(c.state), uint8(IQuoteChallenges.ChallengeState.Open), "state");
        assertEq(c.deadline, block.timestamp + 20, "deadline");
        assertEq(disputes.challengeOf(hashOf(_batch), 2), 1, "by quote");
        assertEq(disputes.openCountOf(PRIMARY), 1, "waits for the poster");
        assertEq(disputes.openOf(PRIMARY, 0, 9)[0], 1, "by id");
        assertEq(registry.stakeOf(StakeKind.Poster, posterId(PRIMARY)).freezes, 1, "frozen");
        assertEq(disputes.bondsHeld(), BOND, "bond");
        assertBonds();
    }

    function test_challengeQuote_wrongBond_reverts() public {
        BatchHeader memory h = headerOf(_batch);
        bytes32 hash = hashOf(_batch);
        for (uint256 i = 0; i < 2; i++) {
            uint256 sent = i == 0 ? BOND - 1 : BOND + 1;
            vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_WrongBond.selector, sent, BOND));
            disputes.challengeQuote{value: sent}(_batch, hash, h, 0);
        }
    }

    function test_challengeQuote_alteredHeader_reverts() public {
        BatchHeader memory h = headerOf(_batch);
        bytes32 hash = hashOf(_batch);
        h.quotesRoot = keccak256("another");
        vm.expectPartialRevert(IQuoteChallenges.QuoteChallenges_WrongHeader.selector);
        disputes.challengeQuote{value: BOND}(_batch, hash, h, 0);
        h = headerOf(_batch);
        h.quoteCount++;
        vm.expectPartialRevert(IQuoteChallenges.QuoteChallenges_WrongHeader.selector);
        disputes.challengeQuote{value: BOND}(_batch, hash, h, 3);
    }

    function test_challengeQuote_anotherBatchOfThatIndex_reverts() public {
        BatchHeader memory h = headerOf(_batch);
        bytes32 hash = hashOf(_batch);
        vm.expectRevert(
            abi.encodeWithSelector(IQuoteChallenges.QuoteChallenges_WrongBatch.selector, keccak256("fork"), hash)
        );
        disputes.challengeQuote{value: BOND}(_batch, keccak256("fork"), h, 0);
    }

    function test_challengeQuote_indexPastTheQuotes_reverts() public {
        BatchHeader memory h = headerOf(_batch);
        bytes32 hash = hashOf(_batch);
        vm.expectRevert(
            abi.encodeWithSelector(IQuoteChallenges.QuoteChallenges_NoSuchQuote.selector, uint32(3), uint32(3))
        );
        disputes.challengeQuote{value: BOND}(_batch, hash, h, 3);
    }

    function test_challengeQuote_twice_reverts() public {
        doubt(_batch, 0);
        BatchHeader memory h = headerOf(_batch);
        bytes32 hash = hashOf(_batch);
        vm.expectRevert(
            abi.encodeWithSelector(
                IQuoteChallenges.QuoteChallenges_AlreadyChallenged.selector, 1, IQuoteChallenges.ChallengeState.Open
            )
        );
        disputes.challengeQuote{value: BOND}(_batch, hash, h, 0);
        respond(1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IQuoteChallenges.QuoteChallenges_AlreadyChallenged.selector,
                1,
                IQuoteChallenges.ChallengeState.Answered
            )
        );
        disputes.challengeQuote{value: BOND}(_batch, hash, h, 0);
    }

    function test_challengeQuote_lastSecondOfTheDataWindow_opens() public {
        BatchHeader memory h = headerOf(_batch);
        bytes32 hash = hashOf(_batch);
        skip(20);
        vm.expectRevert(
            abi.encodeWithSelector(
                IQuoteChallenges.QuoteChallenges_WindowClosed.selector, uint64(START + 30), uint64(START + 30)
            )
        );
        disputes.challengeQuote{value: BOND}(_batch, hash, h, 0);
        vm.warp(START + 29);
        doubt(_batch, 0);
    }

    function test_challengeQuote_batchNotOpen_reverts() public {
        BatchHeader memory h = headerOf(_batch);
        bytes32 hash = hashOf(_batch);
        skip(60);
        rollup.finalize(1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IQuoteChallenges.QuoteChallenges_BatchNotOpen.selector, _batch, BatchStatus.Final
            )
        );
        disputes.challengeQuote{value: BOND}(_batch, hash, h, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IQuoteChallenges.QuoteChallenges_BatchNotOpen.selector, _batch + 1, BatchStatus.None
            )
        );
        disputes.challengeQuote{value: BOND}(_batch + 1, hash, h, 0);
    }

    function test_challengeQuote_finality_doesNotWait() public {
        doubt(_batch, 0);
        skip(60);
        assertEq(rollup.finalize(1), 1, "final all the same");
    }

    function test_openOf_pages_giveEveryOpenOneOnce() public {
        uint256[3] memory ids = [doubt(_batch, 2), doubt(_batch, 0), doubt(_batch, 1)];
        respond(ids[0]);
        assertEq(disputes.openCountOf(PRIMARY), 2, "two left");
        uint256 first = disputes.openOf(PRIMARY, 0, 1)[0];
        uint256 second = disputes.openOf(PRIMARY, 1, 5)[0];
        assertTrue(first != second && first != ids[0] && second != ids[0], "the other two");
        assertEq(disputes.openOf(PRIMARY, 2, 5).length, 0, "past the end");
        assertEq(disputes.openOf(PRIMARY, 0, type(uint256).max).length, 2, "any count");
    }
}

contract AnswerTest is ChallengeFixture {
    function setUp() public override {
        super.setUp();
        skip(10);
    }

    function test_answer_goodQuote_givesTheBondToThePoster() public {
        uint256 challengeId = doubt(postGood(5), 3);
        vm.expectEmit(true, true, true, true, address(disputes));
        emit IQuoteChallenges.QuoteAnswered(challengeId, hashOf(1), PRIMARY, address(this));
        respond(challengeId);
        assertEq(disputes.payoutOf(PRIMARY), BOND, "bond");
        assertEq(disputes.openCountOf(PRIMARY), 0, "nothing waits");
        IHostRegistry.Stake memory stake = registry.stakeOf(StakeKind.Poster, posterId(PRIMARY));
        assertEq(stake.freezes, 0, "not frozen");
        assertEq(stake.amount, 1 ether, "not slashed");
        assertBonds();
        vm.prank(PRIMARY);
        disputes.withdrawPayout(COLD);
        assertEq(COLD.balance, BOND, "paid");
        assertBonds();
        skip(20);
        vm.expectPartialRevert(IQuoteChallenges.QuoteChallenges_NotOpen.selector);
        disputes.timeout(challengeId);
    }

    function testFuzz_answer_anyQuoteOfAnyTree_isAccepted(uint256 size, uint256 which) public {
        size = bound(size, 1, 20);
        uint256 challengeId = doubt(postGood(size), uint32(which % size));
        respond(challengeId);
        assertEq(disputes.payoutOf(PRIMARY), BOND, "bond");
    }

    function test_answer_lastSecond_countsAndTheNextDoesNot() public {
        uint64 batch = postGood(2);
        (uint256 a, uint256 b) = (doubt(batch, 0), doubt(batch, 1));
        skip(19);
        respond(a);
        skip(1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IQuoteChallenges.QuoteChallenges_TooLate.selector, uint64(START + 30), uint64(START + 30)
            )
        );
        this.respondExternal(b);
    }

    /// @dev Whatever a stranger sends instead of the right answer convicts nobody and takes nothing from the right one.
    function test_answer_wrongByAStranger_revertsAndTheRightOneStillCounts() public {
        uint64 batch = postGood(4);
        uint256 challengeId = doubt(batch, 1);
        QuoteRecord[] memory records = recordsOf(batch);
        QuoteRecord memory r = records[1];
        bytes32[] memory proof = QuoteTree.prove(records, 1);
        bytes memory quote = quoteOf[r.quoteHash];
        (bytes memory leaf, bytes memory issuer) = (verifier.LEAF(), verifier.ISSUER());

        vm.expectPartialRevert(IQuoteChallenges.QuoteChallenges_NotInTheTree.selector);
        disputes.answer(challengeId, records[2], QuoteTree.prove(records, 2), quoteOf[records[2].quoteHash], leaf, issuer);
        vm.expectPartialRevert(IQuoteChallenges.QuoteChallenges_NotInTheTree.selector);
        disputes.answer(challengeId, r, new bytes32[](0), quote, leaf, issuer);
        vm.expectPartialRevert(IQuoteChallenges.QuoteChallenges_WrongQuote.selector);
        disputes.answer(challengeId, r, proof, bytes.concat(quote, hex"00"), leaf, issuer);
        vm.expectPartialRevert(TestQuoteVerifier.TestQuoteVerifier_Refused.selector);
        disputes.answer(challengeId, r, proof, quote, issuer, leaf);
        r.epoch++;
        vm.expectPartialRevert(IQuoteChallenges.QuoteChallenges_NotInTheTree.selector);
        disputes.answer(challengeId, r, proof, quote, leaf, issuer);

        respond(challengeId);
        assertEq(disputes.payoutOf(PRIMARY), BOND, "cleared");
    }

    /// @dev Gas that runs out anywhere inside reverts and decides nothing.
    function testFuzz_answer_anyGas_clearsOrChangesNothing(uint256 gas_) public {
        uint256 challengeId = doubt(postGood(2), 0);
        try this.respondExternal{gas: bound(gas_, 30_000, 500_000)}(challengeId) {
            assertEq(disputes.payoutOf(PRIMARY), BOND, "cleared");
        } catch {
            IQuoteChallenges.Challenge memory c = disputes.challenge(challengeId);
            assertEq(uint8(c.state), uint8(IQuoteChallenges.ChallengeState.Open), "still open");
            assertEq(disputes.bondsHeld(), BOND, "still held");
        }
    }

    function test_answer_quoteForOtherReportData_neverCounts() public {
        QuoteRecord[7] memory twists;
        for (uint256 i = 0; i < 7; i++) {
            twists[i] = goodRecord(registry.currentEpoch() - 1);
        }
        // The record says one thing, its quote was made over another.
        twists[0].executionRoot = keccak256("other receipts");
        twists[1].epoch = FIRST;
        twists[1].executionRoot = keccak256("moved to another epoch");
        QuoteRecord memory other = goodRecord(FIRST);
        (bytes32 high, bytes32 low) = reportData(other);
        twists[2] = withQuote(twists[2], verifier.quote(claims(), bytes32(uint256(high) ^ 1), low));
        twists[3] = withQuote(twists[3], verifier.quote(claims(), high, bytes32(uint256(low) ^ 1)));
        twists[4] = withQuote(twists[4], verifier.quote(claims(), low, high));
        // A registration quote is no execution quote.
        bytes32 registration = registry.registrationReportData(id, HOST, keccak256("nonce"));
        twists[5] = withQuote(twists[5], verifier.quote(claims(), registration, low));
        // Another rollup's.
        bytes32 foreign = keccak256(
            abi.encode(
                "TeeTee PoEA v1", block.chainid, OTHER, modelId, id, HOST, other.epoch, other.executionRoot
            )
        );
        twists[6] = withQuote(twists[6], verifier.quote(claims(), foreign, low));
        for (uint256 i = 0; i < 7; i++) {
            expectConviction(twists[i], TestQuoteVerifier.TestQuoteVerifier_Refused.selector);
        }
    }

    function claims() internal pure returns (IQuoteVerifier.Claims memory) {
        return IQuoteVerifier.Claims(uint64(START + 9_000), IMAGE, PLATFORM);
    }

    function test_answer_unregisteredOrForeignKey_neverCounts() public {
        bytes4 badKey = IQuoteChallenges.QuoteChallenges_KeyNotValid.selector;
        bytes4 badSlot = IQuoteChallenges.QuoteChallenges_WrongSlot.selector;
        QuoteRecord memory r = goodRecord(FIRST);
        r.signingKey = OTHER;
        expectConviction(quoted(r), badKey);
        r = goodRecord(FIRST);
        r.encryptionKey = keccak256("another box");
        expectConviction(quoted(r), badKey);
        expectConviction(goodRecord(FIRST - 1), badKey);
        r = goodRecord(FIRST);
        r.operator = OTHER;
        expectConviction(quoted(r), badSlot);
        r = goodRecord(FIRST);
        r.modelId = keccak256("another model");
        expectConviction(quoted(r), badSlot);
        r = goodRecord(FIRST);
        r.slot = openSlot(HOST);
        expectConviction(quoted(r), badKey);
        r = goodRecord(type(uint64).max);
        expectConviction(quoted(r), badKey);
    }

    /// @dev Why posters wait for the end of an epoch: until then its host can take the key away, afterwards nobody can.
    function test_answer_keyEndedByItsHost_countsOnlyIfTheEpochWasOver() public {
        uint64 batch = postGood(1);
        QuoteRecord memory early = goodRecord(registry.currentEpoch() + 1);
        uint256 over = doubt(batch, 0);
        uint256 notOver = doubt(postOne(early), 0);
        vm.prank(HOST);
        registry.revokeKey(id, KEY);
        respond(over);
        assertEq(disputes.payoutOf(PRIMARY), BOND, "cleared");
        vm.expectPartialRevert(IQuoteChallenges.QuoteChallenges_KeyNotValid.selector);
        this.respondExternal(notOver);
    }

    /// @dev Posts it, doubts it, sees the only possible answer refused and the poster convicted.
    function expectConviction(QuoteRecord memory r, bytes4 why) internal {
        registry.addStake{value: PENALTY}(StakeKind.Poster, posterId(PRIMARY));
        uint128 before = registry.stakeOf(StakeKind.Poster, posterId(PRIMARY)).amount;
        uint256 challengeId = doubt(postOne(r), 0);
        vm.expectPartialRevert(why);
        this.respondExternal(challengeId);
        skip(20);
        disputes.timeout(challengeId);
        assertEq(before - registry.stakeOf(StakeKind.Poster, posterId(PRIMARY)).amount, PENALTY, "slashed");
        assertBonds();
    }

    function test_answer_imageDelistedAfterTheEpoch_isStillGood() public {
        QuoteRecord memory r = goodRecord(FIRST);
        verifier.lapse(IMAGE);
        skip(5);
        uint256 before = doubt(postOne(r), 0);
        respond(before);
        assertEq(disputes.payoutOf(PRIMARY), BOND, "posted after the lapse, made before it");
    }

    function test_answer_imageDelistedAfterThePosting_isStillGood() public {
        uint256 challengeId = doubt(postGood(1), 0);
        verifier.lapse(IMAGE);
        verifier.lapse(PLATFORM);
        skip(5);
        respond(challengeId);
        assertEq(disputes.payoutOf(PRIMARY), BOND, "cleared");
    }

    function test_answer_imageDelistedWithinTheEpoch_neverCounts() public {
        skip(5);
        verifier.lapse(IMAGE);
        skip(5);
        expectConviction(goodRecord(FIRST + 1), IQuoteChallenges.QuoteChallenges_KeyNotValid.selector);
        verifier.restore(IMAGE);
        expectGood(goodRecord(FIRST + 1));
    }

    function expectGood(QuoteRecord memory r) internal {
        r.executionRoot = keccak256("once more");
        uint256 challengeId = doubt(postOne(quoted(r)), 0);
        respond(challengeId);
    }

    function test_answer_evidenceExpiredWithinTheEpoch_neverCounts() public {
        QuoteRecord memory r = goodRecord(FIRST);
        (bytes32 high, bytes32 low) = reportData(r);
        r = withQuote(r, verifier.quote(IQuoteVerifier.Claims(uint64(START + 9), IMAGE, PLATFORM), high, low));
        expectConviction(r, TestQuoteVerifier.TestQuoteVerifier_Refused.selector);
        r = withQuote(r, verifier.quote(IQuoteVerifier.Claims(uint64(START + 10), IMAGE, PLATFORM), high, low));
        respond(doubt(postOne(r), 0));
    }

    function test_answer_moduleReplacedSince_isJudgedByTheOneOfThen() public {
        TestQuoteVerifier next = new TestQuoteVerifier(true);
        next.refuseAll(true);
        rollup.queueModule(ITeeTeeRollup.Module.QuoteVerifier, address(next));
        skip(76);
        uint256 challengeId = doubt(postGood(1), 0);
        skip(5);
        rollup.applyModule(ITeeTeeRollup.Module.QuoteVerifier);
        respond(challengeId);
        assertEq(disputes.payoutOf(PRIMARY), BOND, "cleared");
        skip(10);
        uint256 later = doubt(postGood(1), 0);
        vm.expectPartialRevert(TestQuoteVerifier.TestQuoteVerifier_Refused.selector);
        this.respondExternal(later);
    }

    function test_judgedAt_isTheEpochsLastSecondWithinTheHorizon() public view {
        uint64 end = uint64(START + 9);
        assertEq(disputes.judgedAt(FIRST, end + 1), end, "just finished");
        assertEq(disputes.judgedAt(FIRST, end + 40), end, "horizon 40");
        assertEq(disputes.judgedAt(FIRST, end + 41), end + 1, "not older than the horizon");
        assertEq(disputes.judgedAt(FIRST, end), end, "in its last second");
        assertEq(disputes.judgedAt(FIRST, end - 1), end - 1, "unfinished");
        assertEq(disputes.judgedAt(type(uint64).max, end), end, "absurd epoch");
        assertEq(disputes.judgedAt(0, 5), 5, "no time before zero");
    }

    function test_answer_unknownChallenge_reverts() public {
        QuoteRecord memory r = goodRecord(FIRST);
        vm.expectRevert(
            abi.encodeWithSelector(
                IQuoteChallenges.QuoteChallenges_NotOpen.selector, 7, IQuoteChallenges.ChallengeState.None
            )
        );
        disputes.answer(7, r, new bytes32[](0), "", "", "");
    }
}

contract TimeoutTest is ChallengeFixture {
    uint64 private _batch;

    function setUp() public override {
        super.setUp();
        skip(10);
        _batch = postGood(3);
    }

    function test_timeout_oneSecondEarly_reverts() public {
        uint256 challengeId = doubt(_batch, 0);
        skip(19);
        vm.expectRevert(
            abi.encodeWithSelector(
                IQuoteChallenges.QuoteChallenges_TooEarly.selector, uint64(START + 30), uint64(START + 29)
            )
        );
        disputes.timeout(challengeId);
    }

    function test_timeout_silence_slashesBurnsAndPaysTheChallenger() public {
        uint256 challengeId = doubt(_batch, 0);
        skip(20);
        vm.expectEmit(true, true, true, true, address(disputes));
        emit IQuoteChallenges.PosterConvicted(challengeId, hashOf(_batch), PRIMARY, PENALTY, BOUNTY);
        vm.prank(OTHER);
        disputes.timeout(challengeId);
        IHostRegistry.Stake memory stake = registry.stakeOf(StakeKind.Poster, posterId(PRIMARY));
        assertEq(stake.amount, 1 ether - PENALTY, "slashed");
        assertEq(stake.freezes, 0, "not frozen any more");
        assertEq(registry.payoutOf(DOUBTER), BOUNTY, "bounty");
        assertEq(disputes.payoutOf(DOUBTER), BOND, "bond");
        assertEq(Ether.BURN.balance, PENALTY - BOUNTY, "burnt");
        assertFalse(registry.isActivePoster(PRIMARY), "below the minimum: may not post");
        assertEq(uint8(rollup.statusOf(_batch)), uint8(BatchStatus.Open), "nothing is rolled back");
        assertBonds();
        vm.prank(DOUBTER);
        disputes.withdrawPayout(COLD);
        vm.prank(DOUBTER);
        registry.withdrawPayout(COLD);
        assertEq(COLD.balance, uint256(BOND) + BOUNTY, "paid");
        assertBonds();
    }

    function test_timeout_again_reverts() public {
        uint256 challengeId = doubt(_batch, 0);
        skip(20);
        disputes.timeout(challengeId);
        vm.expectRevert(
            abi.encodeWithSelector(
                IQuoteChallenges.QuoteChallenges_NotOpen.selector,
                challengeId,
                IQuoteChallenges.ChallengeState.Convicted
            )
        );
        disputes.timeout(challengeId);
    }

    function test_timeout_stakeRunsOut_takesWhatIsLeft() public {
        uint256[3] memory ids = [doubt(_batch, 0), doubt(_batch, 1), doubt(_batch, 2)];
        skip(20);
        for (uint256 i = 0; i < 3; i++) {
            disputes.timeout(ids[i]);
        }
        assertEq(registry.stakeOf(StakeKind.Poster, posterId(PRIMARY)).amount, 0, "all of it");
        // The last conviction found 0.2 ether, of which half is the bounty.
        assertEq(registry.payoutOf(DOUBTER), BOUNTY * 3, "bounties");
        assertEq(disputes.payoutOf(DOUBTER), BOND * 3, "bonds");
        assertBonds();
    }

    function test_timeout_emptyStake_stillReturnsTheBond() public {
        uint64 second = postGood(1);
        uint256[4] memory ids = [doubt(_batch, 0), doubt(_batch, 1), doubt(_batch, 2), doubt(second, 0)];
        skip(20);
        for (uint256 i = 0; i < 4; i++) {
            disputes.timeout(ids[i]);
        }
        assertEq(disputes.payoutOf(DOUBTER), BOND * 4, "bonds");
        assertEq(registry.payoutOf(DOUBTER), BOUNTY * 3, "nothing more to win");
        assertBonds();
    }

    function test_timeout_posterThatLeaves_isConvictedBeforeItsStakeGoes() public {
        skip(19);
        uint256 challengeId = doubt(_batch, 0);
        vm.prank(PRIMARY);
        registry.requestExit(StakeKind.Poster, posterId(PRIMARY));
        skip(99);
        assertTrue(registry.stakeOf(StakeKind.Poster, posterId(PRIMARY)).frozenUntil > block.timestamp, "frozen");
        disputes.timeout(challengeId);
        skip(101);
        vm.prank(PRIMARY);
        assertEq(registry.withdrawStake(StakeKind.Poster, posterId(PRIMARY)), 1 ether - PENALTY, "what is left");
    }

    /// @dev The exit delay alone outlasts the freeze of any parameters; still nobody leaves while a challenge is open in its horizon.
    function test_timeout_posterGone_losesNothingAndBlocksNobody() public {
        uint256 challengeId = doubt(_batch, 0);
        vm.prank(PRIMARY);
        registry.requestExit(StakeKind.Poster, posterId(PRIMARY));
        skip(200);
        vm.prank(PRIMARY);
        registry.withdrawStake(StakeKind.Poster, posterId(PRIMARY));
        disputes.timeout(challengeId);
        assertEq(disputes.payoutOf(DOUBTER), BOND, "bond");
        assertBonds();
    }

    /// @dev A freeze that ran out must not take the next one with it.
    function test_timeout_afterItsFreezeRanOut_leavesTheNextFreezeAlone() public {
        uint256 old = doubt(_batch, 0);
        skip(100);
        uint64 next = postGood(1);
        uint256 young = doubt(next, 0);
        assertEq(registry.stakeOf(StakeKind.Poster, posterId(PRIMARY)).freezes, 1, "the old one is dropped");
        disputes.timeout(old);
        assertEq(registry.stakeOf(StakeKind.Poster, posterId(PRIMARY)).freezes, 1, "the young one holds");
        respond(young);
        assertEq(registry.stakeOf(StakeKind.Poster, posterId(PRIMARY)).freezes, 0, "and is taken back once");
    }

    function test_timeout_batchFinalMeanwhile_convictsAllTheSame() public {
        skip(19);
        uint256 challengeId = doubt(_batch, 0);
        skip(41);
        rollup.finalize(1);
        disputes.timeout(challengeId);
        assertEq(registry.payoutOf(DOUBTER), BOUNTY, "bounty");
    }

    function test_timeout_moduleReplaced_isVoidAndReturnsTheBond() public {
        uint256 held = doubt(_batch, 0);
        uint256 answered = doubt(_batch, 1);
        rollup.queueModule(ITeeTeeRollup.Module.Dispute, address(new TestDisputeModule()));
        skip(81);
        rollup.applyModule(ITeeTeeRollup.Module.Dispute);
        disputes.timeout(held);
        assertEq(uint8(disputes.challenge(held).state), uint8(IQuoteChallenges.ChallengeState.Void), "void");
        assertEq(disputes.payoutOf(DOUBTER), BOND, "bond");
        assertEq(registry.stakeOf(StakeKind.Poster, posterId(PRIMARY)).amount, 1 ether, "no penalty");
        disputes.timeout(answered);
        assertBonds();
        uint64 next = postGood(1);
        BatchHeader memory h = headerOf(next);
        bytes32 hash = hashOf(next);
        vm.expectPartialRevert(IHostRegistry.Registry_OnlyDisputeModule.selector);
        disputes.challengeQuote{value: BOND}(next, hash, h, 0);
    }

    function test_constructor_badTerms_revert() public {
        uint128[3][3] memory terms =
            [[uint128(0), PENALTY, BOUNTY], [BOND, uint128(0), 0], [BOND, PENALTY, PENALTY / 2 + 1]];
        for (uint256 i = 0; i < 3; i++) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IQuoteChallenges.QuoteChallenges_BadTerms.selector, terms[i][0], terms[i][1], terms[i][2]
                )
            );
            new QuoteChallenges(rollup, hub, terms[i][0], terms[i][1], terms[i][2]);
        }
        assertEq(new QuoteChallenges(rollup, hub, BOND, PENALTY, PENALTY / 2).bounty(), PENALTY / 2, "at equality");
    }

    function test_withdrawPayout_twiceOrReentering_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NothingToPay.selector, address(this)));
        disputes.withdrawPayout(COLD);
        Reentrant target = new Reentrant(address(disputes));
        vm.deal(address(target), BOND);
        BatchHeader memory h = headerOf(_batch);
        bytes32 hash = hashOf(_batch);
        vm.prank(address(target));
        uint256 challengeId = disputes.challengeQuote{value: BOND}(_batch, hash, h, 0);
        skip(20);
        disputes.timeout(challengeId);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_BadAddress.selector, address(0)));
        vm.prank(address(target));
        disputes.withdrawPayout(address(0));
        target.arm(abi.encodeCall(disputes.withdrawPayout, (address(target))));
        vm.expectPartialRevert(Ether.Ether_TransferFailed.selector);
        vm.prank(address(target));
        disputes.withdrawPayout(address(target));
        assertBonds();
    }
}
