// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TdxQuoteVerifier} from "../src/TdxQuoteVerifier.sol";
import {IQuoteChallenges} from "../src/interfaces/IQuoteChallenges.sol";
import {ITeeTeeRollup} from "../src/interfaces/ITeeTeeRollup.sol";
import {QuoteRecord} from "../src/types/Messages.sol";
import {StakeKind} from "../src/types/Types.sol";

import {ChallengeFixture} from "./support/ChallengeFixture.sol";
import {QuoteFixture} from "./support/QuoteFixture.sol";
import {QuoteTree} from "./support/QuoteTree.sol";
import {vm} from "./support/Vm.sol";

/// @notice Registration, lapse and challenge with the real verifier, its registry and quotes below a simulated root.
/// forge-config: default.isolate = true
contract RealChallengeTest is ChallengeFixture, QuoteFixture {
    address private constant REAL_KEY = address(0x7EA1);

    function setUp() public override(ChallengeFixture, QuoteFixture) {
        ChallengeFixture.setUp();
        QuoteFixture.setUp();
        rollup.queueModule(ITeeTeeRollup.Module.QuoteVerifier, address(quoteVerifier));
        skip(rollup.parameters().moduleDelay);
        rollup.applyModule(ITeeTeeRollup.Module.QuoteVerifier);
        vm.prank(HOST);
        bytes32 nonce = registry.beginRegistration(id);
        bytes memory evidence =
            evidenceFor(registry.registrationReportData(id, HOST, nonce), keccak256(abi.encode(REAL_KEY, BOX)));
        vm.prank(HOST);
        registry.register(id, REAL_KEY, BOX, evidence);
        skip(10);
    }

    function test_answer_realQuote_clearsThePoster() public {
        (QuoteRecord memory r, bytes memory quote, bytes memory leaf, bytes memory issuer) = made();
        uint256 challengeId = doubt(postOne(r), 0);
        vm.prank(PRIMARY);
        disputes.answer(challengeId, r, QuoteTree.prove(one(r), 0), quote, leaf, issuer);
        vm.snapshotGasLastCall("RealChallenges", "answer, real quote with precompile");
        assertEq(disputes.payoutOf(PRIMARY), BOND, "bond");
    }

    function test_answer_realQuote_withoutPrecompile_staysInOneTransaction() public {
        vm.mockCall(address(0x100), "", "");
        TdxQuoteVerifier slow = deployVerifier(tcb);
        rollup.queueModule(ITeeTeeRollup.Module.QuoteVerifier, address(slow));
        skip(rollup.parameters().moduleDelay);
        rollup.applyModule(ITeeTeeRollup.Module.QuoteVerifier);
        skip(10);
        (QuoteRecord memory r, bytes memory quote, bytes memory leaf, bytes memory issuer) = made();
        uint256 challengeId = doubt(postOne(r), 0);
        disputes.answer(challengeId, r, QuoteTree.prove(one(r), 0), quote, leaf, issuer);
        assertTrue(vm.snapshotGasLastCall("RealChallenges", "answer, real quote without precompile") < 2_500_000, "gas");
    }

    function test_answer_realQuoteOfAnotherStatement_convictsByTimeout() public {
        (QuoteRecord memory r, bytes memory quote, bytes memory leaf, bytes memory issuer) = made();
        r.executionRoot = keccak256("receipts that were never quoted");
        uint256 challengeId = doubt(postOne(r), 0);
        bytes32[] memory proof = QuoteTree.prove(one(r), 0);
        vm.expectPartialRevert(TdxQuoteVerifier.TdxQuoteVerifier_WrongReportData.selector);
        disputes.answer(challengeId, r, proof, quote, leaf, issuer);
        skip(20);
        disputes.timeout(challengeId);
        assertEq(registry.stakeOf(StakeKind.Poster, posterId(PRIMARY)).amount, 1 ether - PENALTY, "slashed");
    }

    /// @dev Key rule and quote rule are the same second: what the key could still sign, its quote still proves.
    function test_delistImage_epochsBefore_stayProvable() public {
        (QuoteRecord memory r, bytes memory quote, bytes memory leaf, bytes memory issuer) = made();
        skip(3);
        tcb.delistImage(image);
        skip(1);
        assertTrue(registry.isValidKey(id, REAL_KEY, r.epoch), "the finished epoch");
        assertFalse(registry.isValidKey(id, REAL_KEY, registry.currentEpoch()), "the running one");
        uint256 challengeId = doubt(postOne(r), 0);
        disputes.answer(challengeId, r, QuoteTree.prove(one(r), 0), quote, leaf, issuer);
        assertEq(disputes.payoutOf(PRIMARY), BOND, "bond");

        skip(10);
        (r, quote, leaf, issuer) = made();
        challengeId = doubt(postOne(r), 0);
        bytes32[] memory proof = QuoteTree.prove(one(r), 0);
        vm.expectPartialRevert(IQuoteChallenges.QuoteChallenges_KeyNotValid.selector);
        disputes.answer(challengeId, r, proof, quote, leaf, issuer);
    }

    function test_revokePlatform_runningEpochGoesAndTheKeyCannotReturn() public {
        uint64 epoch = registry.currentEpoch();
        assertTrue(registry.isValidKey(id, REAL_KEY, epoch), "before");
        vm.prank(address(0));
        registry.isValidKey(id, REAL_KEY, epoch);
        vm.snapshotGasLastCall("RealChallenges", "isValidKey, real registry");
        tcb.revokePlatform(platform);
        skip(1);
        assertFalse(registry.isValidKey(id, REAL_KEY, registry.currentEpoch()), "after");
        assertTrue(registry.isValidKey(id, REAL_KEY, epoch - 1), "the past");
        assertEq(registry.keyStanding(id, REAL_KEY).platform, platform, "platform");
    }

    /// @notice The record of the last finished epoch with its quote and certificates.
    function made()
        internal
        returns (QuoteRecord memory r, bytes memory quote, bytes memory leaf, bytes memory issuer)
    {
        r = QuoteRecord(
            modelId, id, HOST, registry.currentEpoch() - 1, keccak256("receipts"), REAL_KEY, BOX, bytes32(0)
        );
        (bytes32 recordHigh, bytes32 recordLow) = reportData(r);
        (quote, leaf, issuer) = abi.decode(evidenceFor(recordHigh, recordLow), (bytes, bytes, bytes));
        r = withQuote(r, quote);
    }

    function one(QuoteRecord memory r) internal pure returns (QuoteRecord[] memory list) {
        list = new QuoteRecord[](1);
        list[0] = r;
    }
}
