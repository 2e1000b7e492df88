// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DataChallenges} from "../src/DataChallenges.sol";
import {ChunkAnswers} from "../src/faults/ChunkAnswers.sol";
import {FinishFaults} from "../src/faults/FinishFaults.sol";
import {IBondedChallenges} from "../src/interfaces/IBondedChallenges.sol";
import {IDataChallenges} from "../src/interfaces/IDataChallenges.sol";
import {IDisputes} from "../src/interfaces/IDisputes.sol";
import {BatchProof} from "../src/libraries/BatchProof.sol";
import {ChunkProof, NO_LEAF} from "../src/types/FaultTypes.sol";
import {BatchStatus} from "../src/types/Types.sol";

import {FaultFixture} from "./support/FaultFixture.sol";
import {TestTree} from "./support/TestTree.sol";
import {vm} from "./support/Vm.sol";

/// @notice Demands for data: what answers them, and what silence costs.
contract DataChallengesTest is FaultFixture {
    address internal constant BURN = 0x000000000000000000000000000000000000dEaD;

    error OtherError(bytes answer, bytes4 expected);

    function test_challenge_eachKind_isAnsweredByWhatTheLeafBinds() public {
        Job memory j = jobOf(1, 4_000, 1_000);
        (j.finish, j.request.maxFee, j.request.promptPrice, j.request.outputPrice) = (3, 1 ether, 1, 1);
        refresh(j);
        Posted memory p = postJobs(one(j));
        respond(demandReceipt(p, 0), abi.encodeCall(ChunkAnswers.queryReceipt, (p.ref, p.leaves[0])));
        respond(demand(p, 1, 0, 0), abi.encodeCall(ChunkAnswers.request, (p.ref, p.leaves[0], p.requests[0])));
        respond(demand(p, 6, 0, 0), abi.encodeCall(ChunkAnswers.cancel, (p.ref, p.leaves[0], p.cancels[0])));
        respond(demand(p, 3, 1, 0), entryAnswer(p, 1, 1));
        respond(demand(p, 4, 0, 0), tokensAnswer(p, j.tokens, 0));
        respond(demand(p, 4, 0, 1), tokensAnswer(p, j.tokens, 1));
        respond(demand(p, 5, 0, 0), listAnswer(p, 0, 0, 4_999));
        respond(demand(p, 5, 1, 9), listAnswer(p, 1, 9, 4_999));
        assertEq(data.openCountOf(posterId(poster)), 0, "none open");
        assertMoney();
    }

    function test_answer_otherContent_revertsAndTheRightOneStillCounts() public {
        Posted memory p = postGood();
        Job memory j = goodJob(1);
        uint256 id = demand(p, 4, 0, 0);
        j.tokens[2]++;
        refuse(id, tokensAnswer(p, j.tokens, 0), ChunkAnswers.ChunkAnswers_WrongContent.selector);
        j.tokens[2]--;
        refuse(
            id,
            abi.encodeCall(ChunkAnswers.request, (p.ref, p.leaves[0], p.requests[0])),
            IDataChallenges.DataChallenges_OtherChunk.selector
        );
        refuse(id, abi.encodeWithSignature("rollup()"), IDataChallenges.DataChallenges_NoChunk.selector);
        bytes memory otherLeaf =
            abi.encodeCall(ChunkAnswers.tokens, (p.ref, p.leaves[1], 0, idsOf(j.tokens), new bytes32[](0)));
        refuse(id, otherLeaf, IDataChallenges.DataChallenges_OtherChunk.selector);
        bytes memory shortAnswer = abi.encodeCall(
            ChunkAnswers.tokens, (p.ref, p.leaves[0], 0, _slice(idsOf(j.tokens), 0, 24), new bytes32[](0))
        );
        refuse(id, shortAnswer, ChunkAnswers.ChunkAnswers_WrongLength.selector);
        respond(id, tokensAnswer(p, j.tokens, 0));
    }

    function test_answer_entryThatNoQuoteCovers_isNone() public {
        Job memory j = goodJob(1);
        j.quoteShift = 1;
        Posted memory p = postJobs(one(j));
        uint256 id = demand(p, 3, 0, 0);
        refuse(id, entryAnswer(p, 0, 1), ChunkAnswers.ChunkAnswers_NotCovered.selector);
        refuse(id, entryAnswer(p, 0, 0), ChunkAnswers.ChunkAnswers_NotCovered.selector);
    }

    function test_answer_sealedTokensAndQuotes_areThoseOfTheDataTree() public {
        bytes memory frame = bytes.concat(hex"0201", new bytes(112), new bytes(28), new bytes(16));
        Posted memory p = sealedBatch(frame, uint32(frame.length), 0);
        uint256 id = demand(p, 4, 0, 0);
        respond(
            id,
            abi.encodeCall(
                ChunkAnswers.sealedTokens,
                (p.ref, p.leaves[0], p.requests[0], 0, frame, chunk(p, 3, uint32(frame.length)))
            )
        );
        vm.prank(WINNER);
        uint256 quote = data.challengeQuoteData{value: data.bondFor(posterId(poster))}(p.ref, 0);
        bytes memory item = "a quote's item";
        respond(quote, abi.encodeCall(ChunkAnswers.quoteData, (p.ref, 0, item, chunk(p, 2, uint32(item.length)))));
    }

    function test_answer_publicJobAsIfSealed_reverts() public {
        Posted memory p = postGood();
        uint256 id = demand(p, 4, 0, 0);
        bytes memory ids = idsOf(goodJob(1).tokens);
        refuse(
            id,
            abi.encodeCall(
                ChunkAnswers.sealedTokens, (p.ref, p.leaves[0], p.requests[0], 0, ids, chunk(p, 3, uint32(ids.length)))
            ),
            ChunkAnswers.ChunkAnswers_NotSealed.selector
        );
    }

    function test_answer_chunkThatOnlyALargerFrameHas_isShownToBeAbsent() public {
        // 4,096 ids fill a chunk: a sealed job's item would have a second one.
        Job memory j = jobOf(1, 3_596, 500);
        (j.request.maxFee, j.request.promptPrice, j.request.outputPrice) = (1 ether, 1, 1);
        refresh(j);
        Posted memory p = postJobs(one(j));
        uint256 id = demand(p, 4, 0, 1);
        ChunkProof memory none;
        respond(id, abi.encodeCall(ChunkAnswers.noSuchTokens, (p.ref, p.leaves[0], p.requests[0], 1, 0, none)));
        id = demand(p, 4, 0, 0);
        refuse(
            id,
            abi.encodeCall(ChunkAnswers.noSuchTokens, (p.ref, p.leaves[0], p.requests[0], 0, 0, none)),
            ChunkAnswers.ChunkAnswers_ChunkExists.selector
        );
    }

    function test_challenge_chunksThatTheLeafDoesNotHave_revert() public {
        Posted memory p = postGood();
        uint256 bond = data.bondFor(posterId(poster));
        uint256[3][10] memory places = [
            [uint256(1), 1, 0],
            [uint256(1), 0, 1],
            [uint256(3), 2, 0],
            [uint256(3), 0, 1],
            [uint256(6), 0, 0],
            [uint256(5), 0, 1],
            [uint256(5), 2, 0],
            [uint256(4), 0, 1],
            [uint256(2), 0, 0],
            [uint256(7), 0, 0]
        ];
        for (uint256 i = 0; i < places.length; i++) {
            (uint8 kind, uint16 part, uint32 number) = (uint8(places[i][0]), uint16(places[i][1]), uint32(places[i][2]));
            vm.expectRevert(
                abi.encodeWithSelector(IDataChallenges.DataChallenges_NoSuchChunk.selector, 0, kind, part, number)
            );
            data.challengeChunk{value: bond}(p.ref, p.leaves[0], kind, part, number);
        }
        vm.expectRevert(abi.encodeWithSelector(IDataChallenges.DataChallenges_NoSuchChunk.selector, 2, 2, 0, 0));
        data.challengeReceipt{value: bond}(p.ref, 2);
        vm.expectRevert(abi.encodeWithSelector(IDataChallenges.DataChallenges_NoSuchChunk.selector, NO_LEAF, 7, 4, 0));
        data.challengeQuoteData{value: bond}(p.ref, 4);
    }

    function test_challenge_eachWindow_endsAtItsFirstSecond() public {
        Posted memory p = postGood();
        skip(19);
        uint256 id = demandReceipt(p, 0);
        skip(1);
        uint256 bond = data.bondFor(posterId(poster));
        vm.expectPartialRevert(IBondedChallenges.Challenges_TooLate.selector);
        data.challengeReceipt{value: bond}(p.ref, 1);
        skip(18);
        vm.expectPartialRevert(IBondedChallenges.Challenges_TooEarly.selector);
        data.timeout(id);
        skip(1);
        refuse(
            id,
            abi.encodeCall(ChunkAnswers.queryReceipt, (p.ref, p.leaves[0])),
            IBondedChallenges.Challenges_TooLate.selector
        );
        data.timeout(id);
    }

    function test_challenge_twice_revertsForGood() public {
        Posted memory p = postGood();
        uint256 id = demandReceipt(p, 0);
        uint256 bond = data.bondFor(posterId(poster));
        vm.expectRevert(
            abi.encodeWithSelector(
                IBondedChallenges.Challenges_Repeated.selector, id, IBondedChallenges.ChallengeState.Open
            )
        );
        data.challengeReceipt{value: bond}(p.ref, 0);
        respond(id, abi.encodeCall(ChunkAnswers.queryReceipt, (p.ref, p.leaves[0])));
        vm.expectRevert(
            abi.encodeWithSelector(
                IBondedChallenges.Challenges_Repeated.selector, id, IBondedChallenges.ChallengeState.Answered
            )
        );
        data.challengeReceipt{value: bond}(p.ref, 0);
        refuse(
            id,
            abi.encodeCall(ChunkAnswers.queryReceipt, (p.ref, p.leaves[0])),
            IBondedChallenges.Challenges_NotOpen.selector
        );
    }

    function test_challenge_wrongBondOrBatch_reverts() public {
        Posted memory p = postGood();
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_WrongBond.selector, BOND - 1, BOND));
        data.challengeReceipt{value: BOND - 1}(p.ref, 0);
        p.ref.header.quoteCount++;
        vm.expectPartialRevert(BatchProof.BatchProof_WrongHeader.selector);
        data.challengeReceipt{value: BOND}(p.ref, 0);
        p.ref.header.quoteCount--;
        skip(rollup.window());
        rollup.finalize(1);
        vm.expectPartialRevert(BatchProof.BatchProof_NotOpen.selector);
        data.challengeReceipt{value: BOND}(p.ref, 0);
    }

    function test_bond_manyOpenChallenges_growsSlowly() public {
        Job[] memory jobs = new Job[](9);
        for (uint64 i = 0; i < 9; i++) {
            jobs[i] = goodJob(i + 1);
        }
        Posted memory p = postJobs(jobs);
        for (uint32 i = 0; i < 9; i++) {
            demandReceipt(p, i);
            assertEq(data.bondFor(posterId(poster)), BOND, "far from 512");
        }
        assertEq(data.bondsHeld(), 9 * uint256(BOND), "held");
        assertEq(data.openOf(posterId(poster), 7, 9).length, 2, "page");
        respond(1, abi.encodeCall(ChunkAnswers.queryReceipt, (p.ref, p.leaves[0])));
        assertEq(data.openCountOf(posterId(poster)), 8, "eight are open");
        assertMoney();
    }

    function test_answer_meteredCost_isHalvedAndPaidToWhoAnswers() public {
        Posted memory p = postGood();
        uint256 id = demandReceipt(p, 0);
        vm.fee(1 gwei);
        vm.txGasPrice(50 gwei);
        respond(id, abi.encodeCall(ChunkAnswers.queryReceipt, (p.ref, p.leaves[0])));
        uint128 paid = data.payoutOf(HOST);
        assertTrue(
            paid > 50_000 * 1 gwei && paid < 400_000 * 1 gwei,
            "half of some 100,000 to 400,000 gas at twice the base fee"
        );
        assertEq(data.payoutOf(WINNER), BOND - paid, "the rest goes back");
        assertMoney();
    }

    function test_answer_dearGas_takesTheBondAtMost() public {
        Posted memory p = postGood();
        uint256 id = demandReceipt(p, 0);
        vm.fee(1_000 gwei);
        vm.txGasPrice(5_000 gwei);
        respond(id, abi.encodeCall(ChunkAnswers.queryReceipt, (p.ref, p.leaves[0])));
        assertEq(data.payoutOf(HOST), BOND, "all of it");
        assertEq(data.payoutOf(WINNER), 0, "nothing left");
        assertMoney();
    }

    function test_timeout_silence_rollsBackAndSlashes() public {
        Posted memory p = postGood();
        Posted memory next = postJobs(one(goodJob(3)));
        uint256 id = demand(p, 4, 0, 0);
        assertTrue(hub.blocksFinality(p.ref.index, p.ref.batchHash), "held back");
        assertFalse(hub.blocksFinality(next.ref.index, next.ref.batchHash), "order holds the next one");
        skip(20);
        uint256 burnt = BURN.balance;
        data.timeout(id);
        assertTrue(rollup.statusOf(p.ref.index) == BatchStatus.RolledBack, "fallen");
        assertTrue(rollup.statusOf(next.ref.index) == BatchStatus.RolledBack, "with its successor");
        assertEq(posterStake(), 4 ether - PENALTY, "penalty");
        assertEq(registry.payoutOf(WINNER), BOUNTY, "bounty");
        assertEq(BURN.balance - burnt, PENALTY / 2, "burnt");
        assertEq(compensations.caseOf(1).pot, PENALTY / 2 - BOUNTY, "for hosts");
        assertEq(data.payoutOf(WINNER), BOND, "bond back");
        assertFalse(hub.blocksFinality(p.ref.index, p.ref.batchHash), "closed");
        assertMoney();
    }

    function test_timeout_batchThatFellMeanwhile_givesTheBondBackAtOnce() public {
        Job memory j = goodJob(1);
        j.leaf.fee++;
        Posted memory p = postJobs(one(j));
        uint256 id = demandReceipt(p, 0);
        convict(FINISH, abi.encodeCall(FinishFaults.fee, (p.ref, p.leaves[0], p.requests[0])));
        uint128 stake = posterStake();
        data.timeout(id);
        assertTrue(data.challenge(id).state == IBondedChallenges.ChallengeState.Void, "void");
        assertEq(posterStake(), stake, "one penalty for one batch");
        assertEq(data.payoutOf(WINNER), BOND, "bond back");
        assertMoney();
    }

    function test_timeout_afterFinalityInSpiteOfIt_slashesAlone() public {
        Posted memory p = postGood();
        uint256 id = demandReceipt(p, 0);
        skip(rollup.window());
        vm.expectPartialRevert(bytes4(keccak256("Rollup_FinalityBlocked(uint64,bytes32)")));
        rollup.finalize(1);
        skip(rollup.disputeHorizon());
        rollup.finalize(1);
        data.timeout(id);
        assertTrue(rollup.statusOf(p.ref.index) == BatchStatus.Final, "stays final");
        assertEq(posterStake(), 4 ether - PENALTY, "penalty");
        assertMoney();
    }

    /// @notice Whatever gas an answer gets, it counts or it changes nothing.
    function testFuzz_answer_anyGas_countsOrChangesNothing(uint256 gasSeed) public {
        Posted memory p = postGood();
        uint256 id = demand(p, 4, 0, 0);
        bytes memory proof = tokensAnswer(p, goodJob(1).tokens, 0);
        (bool answered,) =
            address(data).call{gas: bound(gasSeed, 30_000, 600_000)}(abi.encodeCall(DataChallenges.answer, (id, proof)));
        IBondedChallenges.ChallengeState s = data.challenge(id).state;
        assertTrue(
            s == (answered ? IBondedChallenges.ChallengeState.Answered : IBondedChallenges.ChallengeState.Open), "state"
        );
    }

    function test_constructor_badTerms_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IBondedChallenges.Challenges_BadTerms.selector, 0, 2, 1));
        new DataChallenges(rollup, hub, compensations, chunks, 0, 2, 1);
        vm.expectRevert(abi.encodeWithSelector(IBondedChallenges.Challenges_BadTerms.selector, 1, 2, 2));
        new DataChallenges(rollup, hub, compensations, chunks, 1, 2, 2);
    }

    function demandReceipt(Posted memory p, uint32 index) internal returns (uint256) {
        uint256 bond = data.bondFor(posterId(poster));
        vm.prank(WINNER);
        return data.challengeReceipt{value: bond}(p.ref, index);
    }

    function demand(Posted memory p, uint8 kind, uint16 part, uint32 number) internal returns (uint256) {
        uint256 bond = data.bondFor(posterId(poster));
        vm.prank(WINNER);
        return data.challengeChunk{value: bond}(p.ref, p.leaves[0], kind, part, number);
    }

    function respond(uint256 id, bytes memory proof) internal {
        vm.prank(HOST);
        data.answer(id, proof);
        assertTrue(data.challenge(id).state == IBondedChallenges.ChallengeState.Answered, "answered");
    }

    function refuse(uint256 id, bytes memory proof, bytes4 selector) internal {
        (bool answered, bytes memory why) = address(data).call(abi.encodeCall(DataChallenges.answer, (id, proof)));
        assertFalse(answered, "answered");
        if (selector != 0 && bytes4(why) != selector) revert OtherError(why, selector);
    }

    function tokensAnswer(Posted memory p, uint32[] memory tokens, uint32 number) internal pure returns (bytes memory) {
        bytes memory ids = idsOf(tokens);
        uint256 end = (uint256(number) + 1) * 16_384 < ids.length ? (uint256(number) + 1) * 16_384 : ids.length;
        bytes32[] memory path = TestTree.shaProve(pagesOf(tokens, tokens.length), 16, number);
        return abi.encodeCall(
            ChunkAnswers.tokens, (p.ref, p.leaves[0], number, _slice(ids, uint256(number) * 16_384, end), path)
        );
    }

    function listAnswer(Posted memory p, uint16 part, uint32 number, uint256 positions)
        internal
        pure
        returns (bytes memory)
    {
        bytes[] memory all = traceLeaves(part, positions);
        uint256 start = uint256(number) * 512;
        uint256 end = start + 512 < positions ? start + 512 : positions;
        bytes32[] memory run = new bytes32[](end - start);
        for (uint256 i = 0; i < run.length; i++) {
            run[i] = abi.decode(all[start + i], (bytes32));
        }
        bytes32[] memory path = TestTree.shaProve(all, 512, number);
        return abi.encodeCall(ChunkAnswers.leafList, (p.ref, p.leaves[0], part, number, p.receipts[0][part], run, path));
    }

    function entryAnswer(Posted memory p, uint16 part, uint256 quote) internal pure returns (bytes memory) {
        return abi.encodeCall(
            ChunkAnswers.shardReceipt,
            (p.ref, p.leaves[0], p.requests[0], part, p.entries[0][part], quoteProof(p, quote))
        );
    }

    function sealedBatch(bytes memory frame, uint32 length, uint32 number) internal returns (Posted memory p) {
        Job memory j = goodJob(1);
        j.request.privacy = 1;
        refresh(j);
        p = assemble(one(j));
        bytes memory item = "a quote's item";
        p.records[2] = abi.encodePacked(NO_LEAF, uint8(7), uint16(0), uint32(0), uint32(item.length), keccak256(item));
        p.records[3] = abi.encodePacked(uint32(0), uint8(4), uint16(0), number, length, keccak256(frame));
        p.ref.header.dataRoot = TestTree.root("TT/data1", p.records);
        return postWith(p);
    }

    function assertMoney() internal view {
        assertEq(address(data).balance, uint256(data.bondsHeld()) + data.totalPayouts(), "bonds and payouts");
        assertBacked();
    }
}
