// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountFaults} from "../src/faults/AccountFaults.sol";
import {EntryFaults} from "../src/faults/EntryFaults.sol";
import {FinishFaults} from "../src/faults/FinishFaults.sol";
import {FormFaults} from "../src/faults/FormFaults.sol";
import {Judge} from "../src/faults/Judge.sol";
import {PipelineFaults} from "../src/faults/PipelineFaults.sol";
import {RequestFaults} from "../src/faults/RequestFaults.sol";
import {TokenFaults} from "../src/faults/TokenFaults.sol";
import {BatchProof} from "../src/libraries/BatchProof.sol";
import {LeafCodec} from "../src/libraries/LeafCodec.sol";
import {MessageHash} from "../src/libraries/MessageHash.sol";
import {TokenPages} from "../src/libraries/TokenPages.sol";
import {TokenOpening} from "../src/types/DisputeTypes.sol";
import {AccountOpening, ChunkProof, ShardEntry, SignedAnswer, VERDICT_TAG, Verdict} from "../src/types/FaultTypes.sol";
import {QueryReceipt, ShardReceipt} from "../src/types/Messages.sol";
import {Account, ModelConfig} from "../src/types/Types.sol";

import {AccountTree} from "./support/AccountTree.sol";
import {FaultFixture} from "./support/FaultFixture.sol";
import {TestTree} from "./support/TestTree.sol";
import {vm} from "./support/Vm.sol";

/// @notice Each rule of a batch: a leaf that breaks it gets a verdict, an honest one does not, and evidence that is not the batch's reverts.
contract FaultRulesTest is FaultFixture {
    // Who was charged for the leaf is refunded; a state that is wrong, or a job that nobody signed, takes the batch down.
    bool internal constant ROLLS_BACK = true;
    bool internal constant REFUNDS = false;

    error OtherError(bytes answer, bytes4 expected);

    function test_jobId_notTheDigest_rollsBack() public {
        Job memory j = goodJob(2);
        j.leaf.jobId = keccak256("another");
        Posted memory p = after_(j);
        assertFound(REQUEST, abi.encodeCall(RequestFaults.jobId, (p.ref, p.leaves[1], p.requests[1])), ROLLS_BACK);
        assertHolds(REQUEST, abi.encodeCall(RequestFaults.jobId, (p.ref, p.leaves[0], p.requests[0])));
    }

    function test_modelUnknown_notListed_rollsBack() public {
        Job memory j = goodJob(2);
        j.request.modelId = keccak256("nobody's");
        refresh(j);
        Posted memory p = after_(j);
        assertFound(
            REQUEST, abi.encodeCall(RequestFaults.modelUnknown, (p.ref, p.leaves[1], p.requests[1])), ROLLS_BACK
        );
        assertHolds(REQUEST, abi.encodeCall(RequestFaults.modelUnknown, (p.ref, p.leaves[0], p.requests[0])));
    }

    function test_requestForm_eachRule_rollsBack() public {
        for (uint256 rule = 0; rule < 15; rule++) {
            Job memory j = goodJob(2);
            breakForm(j, rule);
            delete state;
            Posted memory p = postJobs(one(j));
            assertFound(
                REQUEST,
                abi.encodeCall(RequestFaults.requestForm, (p.ref, p.leaves[0], p.requests[0], config())),
                ROLLS_BACK
            );
        }
    }

    function test_requestForm_atEveryBound_holds() public {
        Job memory j = goodJob(2);
        j.request.sampling.greedy = false;
        j.request.sampling.inverseTemperatureBits = 0x3C000000;
        j.request.stopTokens = new uint32[](16);
        for (uint32 i = 0; i < 16; i++) {
            j.request.stopTokens[i] = 496 + i;
        }
        j.request.maxFee = j.request.promptPrice * 3 + j.request.outputPrice;
        refresh(j);
        Posted memory p = postJobs(one(j));
        assertHolds(REQUEST, abi.encodeCall(RequestFaults.requestForm, (p.ref, p.leaves[0], p.requests[0], config())));
        assertReverts(
            REQUEST,
            abi.encodeCall(RequestFaults.requestForm, (p.ref, p.leaves[0], p.requests[0], altered())),
            RequestFaults.RequestFaults_WrongConfig.selector
        );
    }

    function test_requestSigner_stranger_rollsBack() public {
        Job memory j = goodJob(2);
        j.signer = STRANGER_KEY;
        Posted memory p = after_(j);
        assertFound(
            REQUEST, abi.encodeCall(RequestFaults.requestSigner, (p.ref, p.leaves[1], p.requests[1])), ROLLS_BACK
        );
        assertHolds(REQUEST, abi.encodeCall(RequestFaults.requestSigner, (p.ref, p.leaves[0], p.requests[0])));
    }

    function test_requestSigner_sessionKey_followsItsCapAndTimes() public {
        Job memory j = goodJob(1);
        j.signer = SESSION_KEY;
        vm.prank(user);
        credits.authorizeSession(vm.addr(SESSION_KEY), 10 ether - 1, uint64(block.timestamp + 10));
        Posted memory p = postJobs(one(j));
        bytes memory proof = abi.encodeCall(RequestFaults.requestSigner, (p.ref, p.leaves[0], p.requests[0]));
        assertFound(REQUEST, proof, ROLLS_BACK);
        vm.prank(user);
        credits.authorizeSession(vm.addr(SESSION_KEY), 10 ether, uint64(block.timestamp + 10));
        assertHolds(REQUEST, proof);
        // An end counts for batches only after the margin.
        skip(10 + 14);
        Posted memory late = postJobs(one(renewed(j)));
        assertHolds(REQUEST, abi.encodeCall(RequestFaults.requestSigner, (late.ref, late.leaves[0], late.requests[0])));
        skip(1);
        Posted memory later = postJobs(one(renewed(j)));
        assertFound(
            REQUEST,
            abi.encodeCall(RequestFaults.requestSigner, (later.ref, later.leaves[0], later.requests[0])),
            ROLLS_BACK
        );
    }

    function test_requestSigner_notASignature_rollsBack() public {
        Job memory j = goodJob(1);
        Posted memory p = assemble(one(j));
        p.requests[0].signature = hex"1234";
        j.isSet = true;
        j.leaf.requestHash = keccak256(abi.encode(j.request, hex"1234"));
        j.leaf.shardReceiptHashes = p.leaves[0].receipt.shardReceiptHashes;
        delete state;
        j.leaf.stateRootAfter = 0;
        Posted memory q = postJobs(one(j));
        assertFound(
            REQUEST, abi.encodeCall(RequestFaults.requestSigner, (q.ref, q.leaves[0], p.requests[0])), ROLLS_BACK
        );
    }

    function test_wrongSequencer_rollsBack() public {
        Job memory j = goodJob(2);
        j.request.sequencer = address(0x77);
        refresh(j);
        Posted memory p = after_(j);
        assertFound(
            REQUEST, abi.encodeCall(RequestFaults.wrongSequencer, (p.ref, p.leaves[1], p.requests[1])), ROLLS_BACK
        );
        assertHolds(REQUEST, abi.encodeCall(RequestFaults.wrongSequencer, (p.ref, p.leaves[0], p.requests[0])));
    }

    function test_promptCount_rollsBack() public {
        Job memory j = goodJob(2);
        j.leaf.promptTokens++;
        Posted memory p = after_(j);
        assertFound(REQUEST, abi.encodeCall(RequestFaults.promptCount, (p.ref, p.leaves[1], p.requests[1])), ROLLS_BACK);
        assertHolds(REQUEST, abi.encodeCall(RequestFaults.promptCount, (p.ref, p.leaves[0], p.requests[0])));
    }

    function test_shardCount_noneOrTooMany_rollsBack() public {
        Job memory j = goodJob(2);
        j.isSet = true;
        Posted memory p = after_(j);
        assertFound(PIPELINE, abi.encodeCall(PipelineFaults.shardCount, (p.ref, p.leaves[1])), ROLLS_BACK);
        assertHolds(PIPELINE, abi.encodeCall(PipelineFaults.shardCount, (p.ref, p.leaves[0])));
        j.leaf.shardReceiptHashes = new bytes32[](17);
        delete state;
        j.leaf.stateRootAfter = 0;
        Posted memory q = postJobs(one(j));
        assertFound(PIPELINE, abi.encodeCall(PipelineFaults.shardCount, (q.ref, q.leaves[0])), ROLLS_BACK);
    }

    function test_layers_missingOne_rollsBack() public {
        Job memory j = goodJob(2);
        (j.receipts, j.keys) = (only(j, 0), keys(FIRST_KEY));
        Posted memory p = after_(j);
        assertFound(PIPELINE, layers(p, 1), ROLLS_BACK);
        assertHolds(PIPELINE, layers(p, 0));
        assertReverts(
            PIPELINE,
            abi.encodeCall(PipelineFaults.layers, (p.ref, p.leaves[0], p.requests[0], p.receipts[1])),
            PipelineFaults.PipelineFaults_NotAllReceipts.selector
        );
    }

    function test_layers_swappedOrUnknownSlotOrModel_rollsBack() public {
        for (uint256 way = 0; way < 3; way++) {
            Job memory j = goodJob(1);
            if (way == 0) (j.receipts[0].slot, j.receipts[1].slot) = (second, first);
            if (way == 1) j.receipts[1].slot = 99;
            if (way == 2) j.request.modelId = registry.listModel{value: 0.5 ether}(altered(), keccak256("w"), 0, 1);
            if (way == 2) refresh(j);
            delete state;
            Posted memory p = postJobs(one(j));
            assertFound(PIPELINE, layers(p, 0), ROLLS_BACK);
        }
    }

    function test_shardRules_eachOfThem_refunds() public {
        for (uint256 rule = 0; rule < 6; rule++) {
            Job memory j = goodJob(2);
            if (rule == 0) j.receipts[1].jobId = keccak256("other");
            if (rule == 1) j.receipts[1].positions++;
            if (rule == 2) j.receipts[1].tokensRoot = keccak256("other");
            if (rule == 3) j.receipts[1].postBefore = uint64(block.timestamp);
            if (rule == 4) j.receipts[1].operator = HOST;
            if (rule == 5) j.receipts[1].epoch = 1;
            delete state;
            Posted memory p = postJobs(pair(goodJob(1), j));
            assertFound(PIPELINE, shardProof(rule, p, 1), REFUNDS);
            assertHolds(PIPELINE, shardProof(rule, p, 0));
            assertReverts(PIPELINE, jobProof(p, 0), Judge.Judge_WrongReceipt.selector);
            assertReverts(PIPELINE, jobProof(p, 2), Judge.Judge_NoSuchPart.selector);
        }
    }

    function test_outputCount_noneOrAboveALimit_refunds() public {
        for (uint256 way = 0; way < 4; way++) {
            Job memory j = goodJob(1);
            if (way == 0) j.request.maxOutputTokens = 3;
            if (way == 1) j.request.maxFee = j.request.promptPrice * 3 + j.request.outputPrice * 4 - 1;
            if (way == 0 || way == 1) refresh(j);
            if (way == 2) j.leaf.outputTokens = 0;
            if (way == 3) j.request.promptPrice = 10 ether;
            delete state;
            Posted memory p = postJobs(one(j));
            assertFound(FINISH, finishProof(FinishFaults.outputCount.selector, p, 0), REFUNDS);
        }
        delete state;
        Posted memory good = postGood();
        assertHolds(FINISH, finishProof(FinishFaults.outputCount.selector, good, 0));
    }

    function test_effectiveLimit_eachBound_isTheLeast() public view {
        FinishFaults judge = FinishFaults(faults.judges()[FINISH]);
        Job memory j = goodJob(1);
        assertEq(judge.effectiveLimit(j.request), 9, "asked for");
        j.request.maxOutputTokens = 10_000;
        j.request.maxFee = 100 ether;
        assertEq(judge.effectiveLimit(j.request), 512 - 3, "context");
        j.request.maxFee = 0.003 ether + 0.002 ether * 7 + 1;
        assertEq(judge.effectiveLimit(j.request), 7, "fee");
        j.request.outputPrice = 0;
        assertEq(judge.effectiveLimit(j.request), 512 - 3, "free output");
        j.request.promptTokens = 512;
        assertEq(judge.effectiveLimit(j.request), 0, "no room");
    }

    function test_lengthRule_beforeTheLimit_refunds() public {
        Job memory j = goodJob(1);
        (j.finish, j.leaf.finish) = (2, 2);
        Posted memory p = postJobs(one(j));
        assertFound(FINISH, finishProof(FinishFaults.lengthRule.selector, p, 0), REFUNDS);
        j = goodJob(1);
        (j.finish, j.request.maxOutputTokens) = (2, 4);
        refresh(j);
        delete state;
        p = postJobs(one(j));
        assertHolds(FINISH, finishProof(FinishFaults.lengthRule.selector, p, 0));
        delete state;
        p = postGood();
        assertReverts(FINISH, finishProof(FinishFaults.lengthRule.selector, p, 0), Judge.Judge_OtherFinish.selector);
    }

    function test_fee_anyOther_rollsBack() public {
        for (uint256 way = 0; way < 3; way++) {
            Job memory j = goodJob(1);
            if (way == 0) j.leaf.fee++;
            if (way == 1) j.leaf.fee--;
            if (way == 2) j.request.maxFee = j.leaf.fee - 1;
            delete state;
            Posted memory p = postJobs(one(j));
            assertFound(FINISH, finishProof(FinishFaults.fee.selector, p, 0), ROLLS_BACK);
        }
        delete state;
        Posted memory good = postGood();
        assertHolds(FINISH, finishProof(FinishFaults.fee.selector, good, 1));
    }

    function test_voidNotEmpty_eachMember_rollsBack() public {
        for (uint256 way = 0; way < 5; way++) {
            Job memory j = voidJob();
            if (way == 1) j.leaf.fee = 1;
            if (way == 2) j.leaf.outputTokens = 1;
            if (way == 3) j.leaf.tokensRoot = keccak256("tokens");
            if (way == 4) (j.isSet, j.leaf.shardReceiptHashes) = (true, new bytes32[](1));
            delete state;
            Posted memory p = postJobs(one(j));
            bytes memory proof = abi.encodeCall(FinishFaults.voidNotEmpty, (p.ref, p.leaves[0]));
            if (way == 0) assertHolds(FINISH, proof);
            else assertFound(FINISH, proof, ROLLS_BACK);
        }
        delete state;
        Posted memory v = postJobs(one(voidJob()));
        assertReverts(FINISH, finishProof(FinishFaults.fee.selector, v, 0), Judge.Judge_OtherFinish.selector);
        Posted memory good = postGood();
        assertReverts(
            FINISH,
            abi.encodeCall(FinishFaults.voidNotEmpty, (good.ref, good.leaves[0])),
            Judge.Judge_OtherFinish.selector
        );
    }

    function test_cancelPresence_eitherWay_refunds() public {
        Job memory j = goodJob(1);
        j.leaf.cancelHash = keccak256("cancel");
        Posted memory p = postJobs(one(j));
        assertFound(FINISH, finishProof(FinishFaults.cancelPresence.selector, p, 0), REFUNDS);
        j = goodJob(1);
        j.leaf.finish = 3;
        delete state;
        p = postJobs(one(j));
        assertFound(FINISH, finishProof(FinishFaults.cancelPresence.selector, p, 0), REFUNDS);
        delete state;
        p = postGood();
        assertHolds(FINISH, finishProof(FinishFaults.cancelPresence.selector, p, 0));
    }

    function test_cancelRule_jobCountOrSigner_refunds() public {
        for (uint256 way = 0; way < 4; way++) {
            Job memory j = goodJob(1);
            (j.finish, j.leaf.finish) = (3, 3);
            if (way == 1) j.cancel.jobId = keccak256("other");
            if (way == 2) j.cancel.outputTokens++;
            if (way == 3) j.canceller = STRANGER_KEY;
            delete state;
            Posted memory p = postJobs(one(j));
            bytes memory proof =
                abi.encodeCall(FinishFaults.cancelRule, (p.ref, p.leaves[0], p.requests[0], p.cancels[0]));
            if (way == 0) assertHolds(FINISH, proof);
            else assertFound(FINISH, proof, REFUNDS);
            p.cancels[0].cancel.outputTokens += 7;
            proof = abi.encodeCall(FinishFaults.cancelRule, (p.ref, p.leaves[0], p.requests[0], p.cancels[0]));
            assertReverts(FINISH, proof, FinishFaults.FinishFaults_WrongCancel.selector);
        }
    }

    function test_answerDiffers_otherTokensOrFee_refunds() public {
        Posted memory p = postGood();
        SignedAnswer memory s = promised(p, 1, POSTER_KEY);
        assertHolds(FINISH, abi.encodeCall(FinishFaults.answerDiffers, (p.ref, p.leaves[1], p.requests[1], s)));
        assertHolds(FINISH, abi.encodeCall(FinishFaults.answerDiffers, (p.ref, p.leaves[0], p.requests[0], s)));
        s.answer.fee++;
        s.signature = sign(POSTER_KEY, MessageHash.structHash(s.answer));
        assertFound(FINISH, abi.encodeCall(FinishFaults.answerDiffers, (p.ref, p.leaves[1], p.requests[1], s)), REFUNDS);
        s.answer.fee--;
        s.answer.tokensRoot = keccak256("shown");
        s.signature = sign(POSTER_KEY, MessageHash.structHash(s.answer));
        assertFound(FINISH, abi.encodeCall(FinishFaults.answerDiffers, (p.ref, p.leaves[1], p.requests[1], s)), REFUNDS);
        s.signature = sign(STRANGER_KEY, MessageHash.structHash(s.answer));
        assertReverts(
            FINISH,
            abi.encodeCall(FinishFaults.answerDiffers, (p.ref, p.leaves[1], p.requests[1], s)),
            FinishFaults.FinishFaults_NotThePoster.selector
        );
    }

    function test_stopRules_missingAndIgnored_refund() public {
        Job memory j = jobOf(1, 300, 300);
        j.request.maxOutputTokens = 300;
        refresh(j);
        Posted memory p = postJobs(one(j));
        assertHolds(
            TOKEN,
            abi.encodeCall(TokenFaults.stopMissing, (p.ref, p.leaves[0], p.requests[0], tokenOpening(j.tokens, 2)))
        );
        assertHolds(
            TOKEN,
            abi.encodeCall(TokenFaults.stopIgnored, (p.ref, p.leaves[0], p.requests[0], 300, tokenOpening(j.tokens, 1)))
        );
        assertReverts(
            TOKEN,
            abi.encodeCall(
                TokenFaults.stopIgnored, (p.ref, p.leaves[0], p.requests[0], 599, tokenOpening(j.tokens, 2))
            ),
            TokenFaults.TokenFaults_NotAnOutput.selector
        );
        (j.tokens[599], j.tokens[400]) = (17, STOP);
        refresh(j);
        j.leaf.stateRootAfter = 0;
        delete state;
        p = postJobs(one(j));
        assertFound(
            TOKEN,
            abi.encodeCall(TokenFaults.stopMissing, (p.ref, p.leaves[0], p.requests[0], tokenOpening(j.tokens, 2))),
            REFUNDS
        );
        assertFound(
            TOKEN,
            abi.encodeCall(
                TokenFaults.stopIgnored, (p.ref, p.leaves[0], p.requests[0], 400, tokenOpening(j.tokens, 1))
            ),
            REFUNDS
        );
        TokenOpening memory wrong = tokenOpening(j.tokens, 1);
        wrong.page[0] ^= 0x01;
        assertReverts(
            TOKEN,
            abi.encodeCall(TokenFaults.stopIgnored, (p.ref, p.leaves[0], p.requests[0], 400, wrong)),
            TokenPages.TokenPages_NotInTheTree.selector
        );
        assertReverts(
            TOKEN,
            abi.encodeCall(
                TokenFaults.stopIgnored, (p.ref, p.leaves[0], p.requests[0], 400, tokenOpening(j.tokens, 2))
            ),
            TokenPages.TokenPages_WrongLength.selector
        );
    }

    function test_promptDiffers_inAWholePageOrTheCutOne_refunds() public {
        uint32[2] memory positions = [uint32(10), 299];
        for (uint256 i = 0; i < 2; i++) {
            Job memory j = jobOf(1, 300, 300);
            bytes32 signed = j.request.promptTokensRoot;
            delete state;
            Posted memory p = postJobs(one(j));
            assertHolds(TOKEN, promptProof(p, j.tokens));
            j.tokens[positions[i]]++;
            refresh(j);
            j.leaf.stateRootAfter = 0;
            assertEq(j.request.promptTokensRoot, signed, "the signed prompt stays");
            delete state;
            p = postJobs(one(j));
            assertFound(TOKEN, promptProof(p, j.tokens), REFUNDS);
        }
    }

    function test_promptDiffers_promptOfWholePages_needsNoPage() public {
        Job memory j = jobOf(1, 256, 20);
        Posted memory p = postJobs(one(j));
        bytes32[] memory leaves = pageLeaves(j.tokens);
        assertHolds(TOKEN, abi.encodeCall(TokenFaults.promptDiffers, (p.ref, p.leaves[0], p.requests[0], leaves, "")));
    }

    function test_tokenOutOfRange_refunds() public {
        Job memory j = goodJob(1);
        j.tokens[1] = 511;
        j.request.promptTokensRoot = tokensRootOf(j.tokens, 3);
        refresh(j);
        Posted memory p = postJobs(one(j));
        assertHolds(
            TOKEN,
            abi.encodeCall(
                TokenFaults.tokenOutOfRange, (p.ref, p.leaves[0], p.requests[0], 1, tokenOpening(j.tokens, 0), config())
            )
        );
        j.tokens[1] = 512;
        refresh(j);
        j.leaf.stateRootAfter = 0;
        delete state;
        p = postJobs(one(j));
        assertFound(
            TOKEN,
            abi.encodeCall(
                TokenFaults.tokenOutOfRange, (p.ref, p.leaves[0], p.requests[0], 1, tokenOpening(j.tokens, 0), config())
            ),
            REFUNDS
        );
        assertReverts(
            TOKEN,
            abi.encodeCall(
                TokenFaults.tokenOutOfRange,
                (p.ref, p.leaves[0], p.requests[0], 1, tokenOpening(j.tokens, 0), altered())
            ),
            TokenFaults.TokenFaults_WrongConfig.selector
        );
    }

    function test_tokenRules_sealedJob_blameNobody() public {
        Job memory j = goodJob(1);
        j.request.privacy = 1;
        j.tokens[6] = 17;
        refresh(j);
        Posted memory p = postJobs(one(j));
        assertReverts(
            TOKEN,
            abi.encodeCall(TokenFaults.stopMissing, (p.ref, p.leaves[0], p.requests[0], tokenOpening(j.tokens, 0))),
            TokenFaults.TokenFaults_Sealed.selector
        );
    }

    function test_malformedLeaf_trailingByteOrUnknownFinish_rollsBack() public {
        Posted memory p = assemble(pair(goodJob(1), goodJob(2)));
        bytes[] memory leaves = new bytes[](2);
        leaves[0] = abi.encode(p.leaves[0].receipt);
        leaves[1] = bytes.concat(abi.encode(p.leaves[1].receipt), hex"00");
        p.ref.header.receiptsRoot = TestTree.root("TT/rcpt1", leaves);
        p = postWith(p);
        assertFound(
            FORM, abi.encodeCall(FormFaults.malformedLeaf, (p.ref, 1, leaves[1], TestTree.prove(leaves, 1))), ROLLS_BACK
        );
        assertHolds(FORM, abi.encodeCall(FormFaults.malformedLeaf, (p.ref, 0, leaves[0], TestTree.prove(leaves, 0))));
        assertReverts(
            FORM,
            abi.encodeCall(FormFaults.malformedLeaf, (p.ref, 0, leaves[1], TestTree.prove(leaves, 0))),
            BatchProof.BatchProof_NotInTheTree.selector
        );
    }

    function test_jobTwice_sameBatchAndLater_rollsBackTheSecond() public {
        Posted memory p = postJobs(pair(goodJob(1), goodJob(1)));
        assertFound(FORM, abi.encodeCall(FormFaults.jobTwice, (p.ref, p.leaves[0], p.ref, p.leaves[1])), ROLLS_BACK);
        assertReverts(
            FORM,
            abi.encodeCall(FormFaults.jobTwice, (p.ref, p.leaves[1], p.ref, p.leaves[0])),
            FormFaults.FormFaults_NotInOrder.selector
        );
        assertReverts(
            FORM,
            abi.encodeCall(FormFaults.jobTwice, (p.ref, p.leaves[1], p.ref, p.leaves[1])),
            FormFaults.FormFaults_NotInOrder.selector
        );
        Posted memory q = postJobs(pair(goodJob(2), goodJob(1)));
        assertFound(FORM, abi.encodeCall(FormFaults.jobTwice, (p.ref, p.leaves[0], q.ref, q.leaves[1])), ROLLS_BACK);
        assertHolds(FORM, abi.encodeCall(FormFaults.jobTwice, (p.ref, p.leaves[0], q.ref, q.leaves[0])));
    }

    function test_jobTwice_firstHasFallen_isNone() public {
        Posted memory p = postJobs(one(goodJob(1)));
        vm.prank(address(hub));
        rollup.rollBack(p.ref.index, p.ref.batchHash);
        delete state;
        Posted memory q = postJobs(one(goodJob(1)));
        assertReverts(
            FORM,
            abi.encodeCall(FormFaults.jobTwice, (p.ref, p.leaves[0], q.ref, q.leaves[0])),
            FormFaults.FormFaults_FirstDoesNotStand.selector
        );
    }

    function test_headerStateRoot_notTheLast_rollsBack() public {
        Posted memory p = assemble(pair(goodJob(1), goodJob(2)));
        p.ref.header.stateRoot = keccak256("mine");
        p = postWith(p);
        assertFound(FORM, abi.encodeCall(FormFaults.headerStateRoot, (p.ref, p.leaves[1])), ROLLS_BACK);
        assertReverts(
            FORM,
            abi.encodeCall(FormFaults.headerStateRoot, (p.ref, p.leaves[0])),
            FormFaults.FormFaults_NotTheLast.selector
        );
        delete state;
        p = postGood();
        assertHolds(FORM, abi.encodeCall(FormFaults.headerStateRoot, (p.ref, p.leaves[1])));
    }

    function test_itemHash_otherRequestPublished_rollsBack() public {
        Posted memory p = postGood();
        uint32 length = uint32(abi.encode(p.requests[0].request, p.requests[0].signature).length);
        assertHolds(
            FORM, abi.encodeCall(FormFaults.itemHash, (p.ref, p.leaves[0], 1, chunk(p, 0, length), p.chunkHashes[0]))
        );
        assertReverts(
            FORM,
            abi.encodeCall(FormFaults.itemHash, (p.ref, p.leaves[0], 3, chunk(p, 0, length), p.chunkHashes[0])),
            FormFaults.FormFaults_NotBound.selector
        );
        Posted memory q = assemble(one(goodJob(3)));
        q.chunkHashes[0] = keccak256("another request");
        q.records[0] = abi.encodePacked(uint32(0), uint8(1), uint16(0), uint32(0), length, q.chunkHashes[0]);
        q.ref.header.dataRoot = TestTree.root("TT/data1", q.records);
        q = postWith(q);
        assertFound(
            FORM,
            abi.encodeCall(FormFaults.itemHash, (q.ref, q.leaves[0], 1, chunk(q, 0, length), q.chunkHashes[0])),
            ROLLS_BACK
        );
    }

    function test_quoteTwice_takesThePenaltyAlone() public {
        Job memory j = goodJob(2);
        Posted memory p = postJobs(pair(goodJob(1), j));
        bytes memory proof = abi.encodeCall(FormFaults.quoteTwice, (p.ref, quoteProof(p, 0), quoteProof(p, 2)));
        Verdict memory v = assertFound(FORM, proof, REFUNDS);
        assertEq(v.user, address(0), "nobody to refund");
        assertHolds(FORM, abi.encodeCall(FormFaults.quoteTwice, (p.ref, quoteProof(p, 0), quoteProof(p, 1))));
        assertHolds(FORM, abi.encodeCall(FormFaults.quoteTwice, (p.ref, quoteProof(p, 0), quoteProof(p, 0))));
    }

    function test_entryRules_indexRecordAndExecution_refund() public {
        Job memory j = goodJob(2);
        j.quoteShift = 9;
        Posted memory p = postJobs(pair(goodJob(1), j));
        assertFound(ENTRY, indexProof(p, 1), REFUNDS);
        assertHolds(ENTRY, indexProof(p, 0));
        assertHolds(ENTRY, coverProof(p, 0, 1, 1));
        assertReverts(ENTRY, coverProof(p, 0, 1, 0), EntryFaults.EntryFaults_WrongQuote.selector);
        j = goodJob(2);
        j.quoteShift = 1;
        delete state;
        p = postJobs(pair(goodJob(1), j));
        assertFound(ENTRY, coverProof(p, 1, 0, 3), REFUNDS);
    }

    function test_entryHash_otherReceiptPublished_rollsBack() public {
        Posted memory p = assemble(one(goodJob(1)));
        p.entries[0][1].receipt.traceRoot = keccak256("another");
        bytes memory item = itemOf(p, 0, 1);
        p.records[2] = abi.encodePacked(uint32(0), uint8(3), uint16(1), uint32(0), uint32(item.length), keccak256(item));
        p.ref.header.dataRoot = TestTree.root("TT/data1", p.records);
        p = postWith(p);
        assertFound(
            ENTRY,
            abi.encodeCall(
                EntryFaults.entryHash, (p.ref, p.leaves[0], 1, p.entries[0][1], chunk(p, 2, uint32(item.length)))
            ),
            ROLLS_BACK
        );
        assertHolds(
            ENTRY,
            abi.encodeCall(
                EntryFaults.entryHash,
                (p.ref, p.leaves[0], 0, p.entries[0][0], chunk(p, 1, uint32(itemOf(p, 0, 0).length)))
            )
        );
    }

    function test_sealedFrame_otherForm_refunds() public {
        bytes memory good = bytes.concat(hex"0201", new bytes(112), new bytes(28), new bytes(16));
        assertFrame(good, uint32(good.length), true);
        assertFrame(bytes.concat(good, hex"00"), uint32(good.length + 1), false);
        assertFrame(bytes.concat(hex"01", _slice(good, 1, good.length)), uint32(good.length), false);
        assertFrame(bytes.concat(hex"0200", _slice(good, 2, good.length)), uint32(good.length), false);
        bytes memory twice = bytes.concat(hex"0202", new bytes(224), new bytes(28), new bytes(16));
        assertFrame(twice, uint32(twice.length), false);
        assertFrame("", 0, false);
    }

    function test_accounting_nonceVoucherOverdraft_rollBack() public {
        Job memory j = goodJob(1);
        Posted memory p = postJobs(pair(goodJob(1), j));
        assertFound(ACCOUNT, abi.encodeCall(AccountFaults.nonce, (p.ref, step(p, 1), userAfter(p, 0))), ROLLS_BACK);
        assertHolds(ACCOUNT, abi.encodeCall(AccountFaults.nonce, (p.ref, step(p, 0), userBefore())));
        j = goodJob(2);
        j.request.cumulativeMax = 2 * j.leaf.fee - 1;
        refresh(j);
        undo(p);
        p = postJobs(pair(goodJob(1), j));
        assertFound(ACCOUNT, abi.encodeCall(AccountFaults.voucher, (p.ref, step(p, 1), userAfter(p, 0))), ROLLS_BACK);
        assertHolds(ACCOUNT, abi.encodeCall(AccountFaults.overdraft, (p.ref, step(p, 1), userAfter(p, 0))));
        j = goodJob(2);
        (j.request.promptPrice, j.request.maxFee) = (0.7 ether, 3 ether);
        refresh(j);
        undo(p);
        p = postJobs(pair(goodJob(1), j));
        assertFound(ACCOUNT, abi.encodeCall(AccountFaults.overdraft, (p.ref, step(p, 1), userAfter(p, 0))), ROLLS_BACK);
        assertHolds(ACCOUNT, abi.encodeCall(AccountFaults.voucher, (p.ref, step(p, 1), userAfter(p, 0))));
    }

    function test_overdraft_ownEarningsWithoutAReserve_rollsBack() public {
        Job memory j = goodJob(1);
        j.request.payment = 1;
        refresh(j);
        Posted memory p = postJobs(one(j));
        assertFound(ACCOUNT, abi.encodeCall(AccountFaults.overdraft, (p.ref, step(p, 0), userBefore())), ROLLS_BACK);
    }

    function test_stateRoot_anyOther_rollsBack() public {
        Posted memory p = postGood();
        assertHolds(ACCOUNT, rootProof(p));
        Job memory j = goodJob(1);
        j.leaf.stateRootAfter = keccak256("mine");
        undo(p);
        p = postJobs(one(j));
        assertFound(ACCOUNT, rootProof(p), ROLLS_BACK);
    }

    function test_stateRoot_shareToAnotherPayee_rollsBack() public {
        Job memory j = goodJob(1);
        assemble(one(j));
        // One wei moved from an operator to the poster: the sum is right, the share is not.
        accountOf(HOST).earned--;
        accountOf(poster).earned++;
        j.leaf.stateRootAfter = AccountTree.root(state);
        delete state;
        Posted memory p = postJobs(one(j));
        assertFound(ACCOUNT, rootProof(p), ROLLS_BACK);
    }

    function test_stateRoot_wrongOpenings_revert() public {
        Posted memory p = postGood();
        AccountOpening[] memory accounts = openings(p);
        accounts[1].account.earned = 5;
        assertReverts(
            ACCOUNT,
            abi.encodeCall(AccountFaults.stateRoot, (p.ref, step(p, 0), p.receipts[0], accounts)),
            AccountFaults.AccountFaults_NotInTheState.selector
        );
        accounts = openings(p);
        (accounts[1], accounts[2]) = (accounts[2], accounts[1]);
        assertReverts(
            ACCOUNT,
            abi.encodeCall(AccountFaults.stateRoot, (p.ref, step(p, 0), p.receipts[0], accounts)),
            AccountFaults.AccountFaults_WrongOwner.selector
        );
        AccountFaults.Step memory s = step(p, 1);
        s.previous.index = 1;
        assertReverts(
            ACCOUNT,
            abi.encodeCall(AccountFaults.nonce, (p.ref, s, userAfter(p, 0))),
            AccountFaults.AccountFaults_NotThePrevious.selector
        );
        s.previous.index = 0;
        AccountOpening[] memory few = new AccountOpening[](1);
        assertReverts(
            ACCOUNT,
            abi.encodeCall(AccountFaults.stateRoot, (p.ref, step(p, 0), p.receipts[0], few)),
            AccountFaults.AccountFaults_WrongCount.selector
        );
    }

    function test_stateRoot_voidJob_takesTheNonceAlone() public {
        Posted memory p = postJobs(one(voidJob()));
        AccountOpening[] memory accounts = new AccountOpening[](1);
        accounts[0] = userBefore();
        assertHolds(ACCOUNT, abi.encodeCall(AccountFaults.stateRoot, (p.ref, step(p, 0), p.receipts[0], accounts)));
    }

    function test_everyRule_batchThatIsNotOpen_reverts() public {
        Posted memory p = postGood();
        skip(rollup.window());
        rollup.finalize(1);
        assertReverts(FINISH, finishProof(FinishFaults.fee.selector, p, 0), BatchProof.BatchProof_NotOpen.selector);
    }

    function test_everyRule_evidenceOfAnotherBatch_reverts() public {
        Posted memory p = postGood();
        Posted memory q = postJobs(one(goodJob(3)));
        Posted memory mixed = p;
        mixed.ref.header.count = 3;
        assertReverts(
            FINISH, finishProof(FinishFaults.fee.selector, mixed, 0), BatchProof.BatchProof_WrongHeader.selector
        );
        mixed.ref = q.ref;
        assertReverts(
            FINISH, finishProof(FinishFaults.fee.selector, mixed, 0), BatchProof.BatchProof_NotInTheTree.selector
        );
        q.requests[0].request.nonce++;
        assertReverts(FINISH, finishProof(FinishFaults.fee.selector, q, 0), Judge.Judge_WrongRequest.selector);
        q.ref.batchHash = keccak256("none");
        assertReverts(FINISH, finishProof(FinishFaults.fee.selector, q, 0), BatchProof.BatchProof_WrongBatch.selector);
    }

    /// @notice The strict decoder accepts exactly what encodes back to itself.
    function testFuzz_isCanonical_anyReceiptAndAnyDamage_acceptsOnlyTheEncoding(
        uint256 seed,
        uint8 shards,
        uint256 place,
        uint8 mask
    ) public view {
        QueryReceipt memory r;
        r.jobId = bytes32(seed);
        r.shardReceiptHashes = new bytes32[](shards % 18);
        r.finish = uint8(1 + seed % 4);
        (r.promptTokens, r.outputTokens, r.fee) = (uint32(seed >> 8), uint32(seed >> 40), uint128(seed >> 72));
        bytes memory data_ = abi.encode(r);
        assertTrue(this.isCanonical(data_), "the encoding");
        bytes memory damaged = bytes.concat(data_);
        damaged[place % damaged.length] ^= bytes1(mask == 0 ? 1 : mask);
        bool same;
        try this.reencode(damaged) returns (bytes memory again) {
            same = keccak256(again) == keccak256(damaged);
        } catch {}
        bool known = same && damaged[159] != 0 && uint8(damaged[159]) < 5;
        assertTrue(this.isCanonical(damaged) == known, "damaged");
        assertFalse(this.isCanonical(bytes.concat(data_, hex"00")), "longer");
    }

    function isCanonical(bytes calldata data_) external pure returns (bool) {
        return LeafCodec.isCanonical(data_);
    }

    function reencode(bytes calldata data_) external pure returns (bytes memory) {
        return abi.encode(abi.decode(data_, (QueryReceipt)));
    }

    function after_(Job memory j) internal returns (Posted memory) {
        return postJobs(pair(goodJob(1), j));
    }

    function renewed(Job memory j) internal view returns (Job memory n) {
        n = goodJob(j.request.nonce + 1);
        n.signer = j.signer;
        j.request.nonce++;
    }

    function voidJob() internal view returns (Job memory j) {
        j = goodJob(1);
        (j.receipts, j.keys) = (new ShardReceipt[](0), new uint256[](0));
        (j.finish, j.leaf.finish) = (4, 4);
        (j.leaf.outputTokens, j.leaf.fee, j.leaf.tokensRoot) = (0, 0, 0);
    }

    function breakForm(Job memory j, uint256 rule) internal pure {
        if (rule == 0) j.request.user = address(0);
        if (rule == 1) j.request.nonce = 0;
        if (rule == 2) j.request.payment = 2;
        if (rule == 3) j.request.privacy = 2;
        if (rule == 4) j.request.stopTokens = new uint32[](17);
        if (rule == 5) j.request.stopTokens = new uint32[](2);
        if (rule == 6) j.request.stopTokens[0] = 512;
        if (rule == 7) j.request.sampling.topK = 1;
        if (rule == 8) (j.request.sampling.greedy, j.request.sampling.inverseTemperatureBits) = (false, 0x3BFFFFFF);
        if (rule == 9) (j.request.sampling.greedy, j.request.sampling.inverseTemperatureBits) = (false, 0x44800001);
        if (rule == 10) (j.request.sampling.greedy, j.request.sampling.inverseTemperatureBits) = (false, 0x7FC00000);
        if (rule == 11) (j.request.sampling.greedy, j.request.sampling.inverseTemperatureBits) = (false, 0xBF800000);
        if (rule == 12) j.request.promptTokens = 512;
        if (rule == 13) j.request.maxOutputTokens = 0;
        if (rule == 14) j.request.maxFee = j.request.promptPrice * 3 + j.request.outputPrice - 1;
    }

    /// @dev The batch and what builds on it fall, and the state is as before the first.
    function undo(Posted memory p) internal {
        vm.prank(address(hub));
        rollup.rollBack(p.ref.index, p.ref.batchHash);
        delete state;
    }

    function altered() internal pure returns (ModelConfig memory c) {
        c = config();
        c.vocabularySize = 100;
    }

    function only(Job memory j, uint256 part) internal pure returns (ShardReceipt[] memory list) {
        list = new ShardReceipt[](1);
        list[0] = j.receipts[part];
    }

    function keys(uint256 key) internal pure returns (uint256[] memory list) {
        list = new uint256[](1);
        list[0] = key;
    }

    function layers(Posted memory p, uint256 i) internal pure returns (bytes memory) {
        return abi.encodeCall(PipelineFaults.layers, (p.ref, p.leaves[i], p.requests[i], p.receipts[i]));
    }

    function shardProof(uint256 rule, Posted memory p, uint256 i) internal pure returns (bytes memory) {
        bytes4[6] memory selectors = [
            PipelineFaults.shardJob.selector,
            PipelineFaults.shardPositions.selector,
            PipelineFaults.shardTokens.selector,
            PipelineFaults.postBeforePassed.selector,
            PipelineFaults.slotOperator.selector,
            PipelineFaults.shardSigner.selector
        ];
        return abi.encodeWithSelector(selectors[rule], p.ref, p.leaves[i], p.requests[i], 1, p.receipts[i][1]);
    }

    function jobProof(Posted memory p, uint256 part) internal pure returns (bytes memory) {
        return abi.encodeCall(PipelineFaults.shardJob, (p.ref, p.leaves[1], p.requests[1], part, p.receipts[1][1]));
    }

    function finishProof(bytes4 selector, Posted memory p, uint256 i) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, p.ref, p.leaves[i], p.requests[i]);
    }

    function pageLeaves(uint32[] memory tokens) internal pure returns (bytes32[] memory leaves) {
        bytes[] memory pages = pagesOf(tokens, tokens.length);
        leaves = new bytes32[](pages.length);
        for (uint256 i = 0; i < pages.length; i++) {
            leaves[i] = sha256(abi.encodePacked(uint8(0), pages[i]));
        }
    }

    function promptProof(Posted memory p, uint32[] memory tokens) internal pure returns (bytes memory) {
        bytes memory boundary = pagesOf(tokens, tokens.length)[p.requests[0].request.promptTokens / 256];
        return
            abi.encodeCall(TokenFaults.promptDiffers, (p.ref, p.leaves[0], p.requests[0], pageLeaves(tokens), boundary));
    }

    function itemOf(Posted memory p, uint256 leaf, uint256 part) internal pure returns (bytes memory) {
        ShardEntry memory e = p.entries[leaf][part];
        return abi.encode(e.receipt, e.signature, e.quoteIndex, e.executionIndex, e.executionSize, e.executionProof);
    }

    function indexProof(Posted memory p, uint256 leaf) internal pure returns (bytes memory) {
        ChunkProof memory c = chunk(p, leaf * 4 + 1, uint32(itemOf(p, leaf, 0).length));
        return
            abi.encodeCall(EntryFaults.quoteIndex, (p.ref, p.leaves[leaf], p.requests[leaf], 0, p.entries[leaf][0], c));
    }

    function coverProof(Posted memory p, uint256 leaf, uint16 part, uint256 quote)
        internal
        pure
        returns (bytes memory)
    {
        ChunkProof memory c = chunk(p, leaf * 4 + 1 + part, uint32(itemOf(p, leaf, part).length));
        return abi.encodeCall(
            EntryFaults.notCovered,
            (p.ref, p.leaves[leaf], p.requests[leaf], part, p.entries[leaf][part], c, quoteProof(p, quote))
        );
    }

    function assertFrame(bytes memory item, uint32 length, bool good) internal {
        Job memory j = goodJob(1);
        j.request.privacy = 1;
        refresh(j);
        delete state;
        Posted memory p = assemble(one(j));
        p.records[3] = abi.encodePacked(uint32(0), uint8(4), uint16(0), uint32(0), length, keccak256(item));
        p.ref.header.dataRoot = TestTree.root("TT/data1", p.records);
        p = postWith(p);
        bytes memory proof =
            abi.encodeCall(EntryFaults.sealedFrame, (p.ref, p.leaves[0], p.requests[0], item, chunk(p, 3, length)));
        if (good) assertHolds(ENTRY, proof);
        else assertFound(ENTRY, proof, REFUNDS);
    }

    function step(Posted memory p, uint256 leaf) internal pure returns (AccountFaults.Step memory s) {
        s.leaf = p.leaves[leaf];
        s.previous = p.leaves[leaf == 0 ? 0 : leaf - 1];
        s.signed = p.requests[leaf];
    }

    function userBefore() internal view returns (AccountOpening memory) {
        return opening(new Account[](0), user);
    }

    /// @dev The user's account after one good job on nothing.
    function userAfter(Posted memory p, uint256 leaf) internal returns (AccountOpening memory) {
        delete state;
        account(goodJob(1), p.leaves[leaf].receipt);
        return opening(state, user);
    }

    /// @dev The accounts of leaf 0 on nothing, each in the state that the ones before it leave.
    function openings(Posted memory p) internal returns (AccountOpening[] memory accounts) {
        uint128 fee = p.leaves[0].receipt.fee;
        uint128 rest = fee - fee / 10;
        delete state;
        accounts = new AccountOpening[](4);
        accounts[0] = opening(state, user);
        accountOf(user).nonce = p.requests[0].request.nonce;
        accountOf(user).spent = fee;
        accounts[1] = opening(state, HOST);
        accountOf(HOST).earned = rest * 2 / 5;
        accounts[2] = opening(state, OTHER);
        accountOf(OTHER).earned = rest * 3 / 5;
        accounts[3] = opening(state, poster);
    }

    function rootProof(Posted memory p) internal returns (bytes memory) {
        return abi.encodeCall(AccountFaults.stateRoot, (p.ref, step(p, 0), p.receipts[0], openings(p)));
    }

    function assertFound(uint256 judge, bytes memory proof, bool rollsBack) internal view returns (Verdict memory v) {
        (bool found, bytes memory answer) = faults.judges()[judge].staticcall(proof);
        if (!found) revert NotTrue(string(abi.encodePacked("found: ", answer)));
        v = abi.decode(answer, (Verdict));
        assertEq(v.tag, VERDICT_TAG, "tag");
        assertTrue(v.rollsBack == rollsBack, "remedy");
        if (!rollsBack && v.leaf != type(uint32).max) assertEq(v.user, user, "refund to the user");
    }

    /// @dev The comparison was made, and the rule holds.
    function assertHolds(uint256 judge, bytes memory proof) internal view {
        assertReverts(judge, proof, Judge.Judge_NoFault.selector);
    }

    function assertReverts(uint256 judge, bytes memory proof, bytes4 selector) internal view {
        (bool found, bytes memory answer) = faults.judges()[judge].staticcall(proof);
        assertFalse(found, "no verdict");
        if (bytes4(answer) != selector) revert OtherError(answer, selector);
    }
}
