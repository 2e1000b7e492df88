// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHostRegistry} from "../src/interfaces/IHostRegistry.sol";
import {IQuoteVerifier} from "../src/interfaces/IQuoteVerifier.sol";
import {ITeeTeeRollup} from "../src/interfaces/ITeeTeeRollup.sol";
import {Standing} from "../src/libraries/Standing.sol";

import {RegistryFixture} from "./support/RegistryFixture.sol";
import {TestQuoteVerifier} from "./support/TestQuoteVerifier.sol";
import {vm} from "./support/Vm.sol";

/// @notice What happens to a registered key when its image, its platform, its quote or its judge goes.
contract KeyStandingTest is RegistryFixture {
    bytes32 private constant NEXT_IMAGE = keccak256("next image");
    bytes32 private constant NEXT_PLATFORM = keccak256("next platform");
    uint64 private constant FIRST = uint64(START / 10);

    uint32 private _id;

    function setUp() public override {
        super.setUp();
        _id = openSlot(HOST);
        registerKey(_id, KEY);
    }

    function test_isValidKey_imageDelisted_runningEpochGoesAtOnce() public {
        skip(25);
        assertTrue(registry.isValidKey(_id, KEY, FIRST + 2), "one moment before");
        verifier.lapse(IMAGE);
        assertFalse(registry.isValidKey(_id, KEY, FIRST + 2), "the running epoch");
        assertFalse(registry.isValidKey(_id, KEY, FIRST + 3), "later ones");
        assertTrue(registry.isValidKey(_id, KEY, FIRST + 1), "the last finished epoch");
        assertTrue(registry.isValidKey(_id, KEY, FIRST), "earlier ones");
        assertEq(registry.keyOf(_id, FIRST + 2).signingKey, address(0), "no key now");
        assertEq(registry.keyOf(_id, FIRST + 1).signingKey, KEY, "the key of then");
        assertEq(registry.keysOf(_id)[0].validUntil, FIRST + 2, "cut where it lapsed");
    }

    function test_isValidKey_platformRevoked_runningEpochGoesAtOnce() public {
        skip(10);
        verifier.lapse(PLATFORM);
        assertFalse(registry.isValidKey(_id, KEY, FIRST + 1), "the running epoch");
        assertTrue(registry.isValidKey(_id, KEY, FIRST), "the finished one");
    }

    function test_isValidKey_lapsedInItsFirstEpoch_wasNeverGood() public {
        verifier.lapse(IMAGE);
        assertFalse(registry.isValidKey(_id, KEY, FIRST), "not even the first epoch");
    }

    function test_isValidKey_quoteExpired_endsWithTheEpochBefore() public {
        (, uint64 until) = registerKey(_id, OTHER, uint64(START + 95));
        assertEq(until, FIRST + 9, "the epoch in which it expires does not count");
        assertTrue(registry.isValidKey(_id, OTHER, FIRST + 8), "last");
        assertFalse(registry.isValidKey(_id, OTHER, FIRST + 9), "after");
        skip(500);
        assertTrue(registry.isValidKey(_id, OTHER, FIRST + 8), "the past stays");
    }

    function test_isValidKey_lapsedAfterItsEnd_changesNothing() public {
        skip(600);
        verifier.lapse(IMAGE);
        assertTrue(registry.isValidKey(_id, KEY, FIRST + 49), "last epoch of its dates");
        assertEq(registry.keysOf(_id)[0].validUntil, FIRST + 50, "its own end");
    }

    function testFuzz_isValidKey_anyLapse_earlierEpochsAreNeverTouched(uint16 after_, uint64 epoch) public {
        uint64 e = FIRST + epoch % 60;
        skip(after_ % 700);
        bool before = registry.isValidKey(_id, KEY, e);
        uint64 running = registry.currentEpoch();
        verifier.lapse(after_ % 2 == 0 ? IMAGE : PLATFORM);
        assertTrue(registry.isValidKey(_id, KEY, e) == (before && e < running), "exactly the finished epochs");
        IHostRegistry.Key memory found = registry.keyOf(_id, e);
        assertTrue((found.signingKey == KEY) == registry.isValidKey(_id, KEY, e), "keyOf agrees");
        skip(5_000);
        assertTrue(registry.isValidKey(_id, KEY, e) == (before && e < running), "for good");
    }

    function test_keyStanding_tellsWhoJudgedWhat() public {
        IHostRegistry.KeyStanding memory s = registry.keyStanding(_id, KEY);
        assertEq(s.judge, address(verifier), "judge");
        assertEq(s.image, IMAGE, "image");
        assertEq(s.platform, PLATFORM, "platform");
        assertTrue(s.answered && s.lapsedAt == 0, "good standing");
        skip(7);
        verifier.lapse(PLATFORM);
        assertEq(registry.keyStanding(_id, KEY).lapsedAt, START + 7, "lapsed");
        assertEq(registry.keyStanding(_id, OTHER).judge, address(0), "unknown key");
        assertEq(registry.keyStanding(_id + 1, KEY).judge, address(0), "another slot");
    }

    function test_register_sameKeyAgain_takesTheNewImageAndPlatform() public {
        skip(100);
        registerKey(_id, KEY, IQuoteVerifier.Claims(uint64(START + 900), NEXT_IMAGE, NEXT_PLATFORM));
        IHostRegistry.KeyStanding memory s = registry.keyStanding(_id, KEY);
        assertEq(s.image, NEXT_IMAGE, "image");
        assertEq(s.platform, NEXT_PLATFORM, "platform");
        assertEq(s.key.validFrom, FIRST, "from stays");
        assertEq(s.key.validUntil, FIRST + 90, "longer");
        verifier.lapse(PLATFORM);
        assertTrue(registry.isValidKey(_id, KEY, FIRST + 10), "the old platform no longer matters");
        verifier.lapse(NEXT_IMAGE);
        assertFalse(registry.isValidKey(_id, KEY, FIRST + 10), "the new image does");
    }

    function test_register_lapsedKeyWithNewEvidence_reverts() public {
        skip(20);
        verifier.lapse(IMAGE);
        vm.expectRevert(
            abi.encodeWithSelector(IHostRegistry.Registry_KeyLapsed.selector, KEY, uint64(START + 20))
        );
        this.register(KEY, NEXT_IMAGE);
        this.register(OTHER, NEXT_IMAGE);
        assertTrue(registry.isValidKey(_id, OTHER, FIRST + 2), "a new key is welcome");
        assertTrue(registry.isValidKey(_id, KEY, FIRST + 1), "and the old one keeps its past");
    }

    function test_register_refusedEvidence_revertsWithTheVerifiersError() public {
        verifier.lapse(IMAGE);
        vm.expectRevert(abi.encodeWithSelector(TestQuoteVerifier.TestQuoteVerifier_Refused.selector, "lapsed"));
        this.register(OTHER, IMAGE);
    }

    function register(address key, bytes32 image) external returns (uint64, uint64) {
        return registerKey(_id, key, IQuoteVerifier.Claims(uint64(START + 900), image, PLATFORM));
    }

    function test_isValidKey_replacedModule_oldKeysAreAskedOfTheirOwnJudge() public {
        TestQuoteVerifier old = verifier;
        replaceVerifier();
        assertTrue(registry.isValidKey(_id, KEY, registry.currentEpoch()), "still good");
        verifier.lapse(IMAGE);
        assertTrue(registry.isValidKey(_id, KEY, registry.currentEpoch()), "the new module says nothing about it");
        old.lapse(IMAGE);
        assertFalse(registry.isValidKey(_id, KEY, registry.currentEpoch()), "its own judge does");
    }

    function test_register_replacedModule_moveTheKeyToTheNewJudge() public {
        TestQuoteVerifier old = verifier;
        replaceVerifier();
        registerKey(_id, KEY);
        assertEq(registry.keyStanding(_id, KEY).judge, address(verifier), "judge");
        old.lapse(IMAGE);
        assertTrue(registry.isValidKey(_id, KEY, registry.currentEpoch()), "the old judge is not asked any more");
    }

    /// @dev A silent judge holds up the running epoch only, and new evidence for another judge takes the key away from it.
    function test_isValidKey_brokenJudge_keepsThePastAndWaitsForAnother() public {
        TestQuoteVerifier old = verifier;
        replaceVerifier();
        for (uint8 fault = 1; fault <= uint8(TestQuoteVerifier.Fault.AnswersEndlessly); fault++) {
            old.set(TestQuoteVerifier.Fault(fault));
            uint64 now_ = registry.currentEpoch();
            assertFalse(registry.isValidKey(_id, KEY, now_), "the running epoch");
            assertTrue(registry.isValidKey(_id, KEY, now_ - 1), "finished ones");
            assertFalse(registry.keyStanding(_id, KEY).answered, "answered");
            assertEq(registry.keysOf(_id).length, 1, "lists do not fail");
        }
        old.set(TestQuoteVerifier.Fault.Reverts);
        registerKey(_id, KEY);
        assertTrue(registry.isValidKey(_id, KEY, registry.currentEpoch()), "with another judge");
    }

    /// @dev Only the gas decides nothing: too little reverts instead of reading as silence.
    function test_isValidKey_tooLittleGas_revertsInsteadOfAnswering() public view {
        uint64 epoch = registry.currentEpoch();
        bytes memory call = abi.encodeCall(registry.isValidKey, (_id, KEY, epoch));
        uint256 refused;
        for (uint256 gas_ = 5_000; gas_ < 300_000; gas_ += 1_000) {
            (bool done, bytes memory answer) = address(registry).staticcall{gas: gas_}(call);
            if (done) assertTrue(abi.decode(answer, (bool)), "never the wrong answer");
            else refused++;
            if (!done && answer.length > 0) {
                assertTrue(bytes4(answer) == Standing.Standing_TooLittleGas.selector, "named");
            }
        }
        assertTrue(refused > 0 && refused < 295, "both were seen");
    }

    function replaceVerifier() internal {
        verifier = new TestQuoteVerifier(true);
        rollup.queueModule(ITeeTeeRollup.Module.QuoteVerifier, address(verifier));
        skip(81);
        rollup.applyModule(ITeeTeeRollup.Module.QuoteVerifier);
    }
}
