// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TcbRegistry} from "../src/TcbRegistry.sol";

import {ITcbRegistry} from "../src/interfaces/ITcbRegistry.sol";

import {QeIdentity, TcbPolicy} from "../src/types/Tcb.sol";

import {Assertions} from "./support/Assertions.sol";
import {vm} from "./support/Vm.sol";

contract TcbRegistryTest is Assertions {
    uint64 private constant START = 1_800_000_000;
    uint64 private constant DELAY = 7 days;
    address private constant STRANGER = address(0xBAD);
    bytes6 private constant FMSPC = 0x90c06f000000;
    bytes32 private constant IMAGE = keccak256("image");
    bytes32 private constant PLATFORM = keccak256("platform");
    uint64 private constant ATTRIBUTES = 0x10000000;

    TcbRegistry private _registry;

    function setUp() public {
        vm.warp(START);
        _registry = new TcbRegistry(address(this), DELAY);
    }

    // ------------------------------------------------------------ who may and when

    function test_everyChange_byStranger_reverts() public {
        bytes[15] memory calls = [
            abi.encodeCall(ITcbRegistry.queue, (abi.encodeCall(ITcbRegistry.addImage, (IMAGE)))),
            abi.encodeCall(ITcbRegistry.cancel, (IMAGE)),
            abi.encodeCall(ITcbRegistry.closeSetup, ()),
            abi.encodeCall(ITcbRegistry.addImage, (IMAGE)),
            abi.encodeCall(ITcbRegistry.addAttributes, (ATTRIBUTES)),
            abi.encodeCall(ITcbRegistry.setPolicy, (FMSPC, _policy())),
            abi.encodeCall(ITcbRegistry.setQeIdentity, (_identity())),
            abi.encodeCall(ITcbRegistry.delistImage, (IMAGE)),
            abi.encodeCall(ITcbRegistry.removeAttributes, (ATTRIBUTES)),
            abi.encodeCall(ITcbRegistry.raisePolicy, (FMSPC, _policy())),
            abi.encodeCall(ITcbRegistry.raiseQeIdentity, (9, 9)),
            abi.encodeCall(ITcbRegistry.raiseMinimumEvaluationNumber, (9)),
            abi.encodeCall(ITcbRegistry.setRevoker, (STRANGER)),
            abi.encodeCall(ITcbRegistry.offerOwnership, (STRANGER)),
            abi.encodeCall(ITcbRegistry.renounceOwnership, ())
        ];
        for (uint256 i = 0; i < calls.length; i++) {
            vm.prank(STRANGER);
            (bool done, bytes memory reason) = address(_registry).call(calls[i]);
            assertFalse(done, "done");
            assertEq(
                keccak256(reason),
                keccak256(abi.encodeWithSelector(ITcbRegistry.TcbRegistry_OnlyOwner.selector, STRANGER)),
                "only the owner"
            );
        }
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_OnlyOwnerOrRevoker.selector);
        vm.prank(STRANGER);
        _registry.revokePlatform(PLATFORM);
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_OnlyOwnerOrRevoker.selector);
        vm.prank(STRANGER);
        _registry.revokeIssuer(IMAGE);
    }

    function test_setup_window_closesAfterADayForGood() public {
        assertTrue(_registry.isSetupOpen(), "open");
        vm.warp(START + 1 days - 1);
        _registry.addImage(IMAGE);
        assertTrue(_registry.isImageAllowedAt(IMAGE, START + 1 days - 1), "at once");
        vm.warp(START + 1 days);
        assertFalse(_registry.isSetupOpen(), "closed by time");
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_NotQueued.selector);
        _registry.addAttributes(ATTRIBUTES);
        vm.expectRevert(abi.encodeWithSelector(ITcbRegistry.TcbRegistry_SetupIsClosed.selector));
        _registry.closeSetup();
    }

    function test_closeSetup_early_isForGood() public {
        _registry.closeSetup();
        assertFalse(_registry.isSetupOpen(), "closed");
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_NotQueued.selector);
        _registry.addImage(IMAGE);
        vm.expectRevert(abi.encodeWithSelector(ITcbRegistry.TcbRegistry_SetupIsClosed.selector));
        _registry.closeSetup();
    }

    function test_loosening_everyKind_waitsForItsDelay() public {
        _registry.closeSetup();
        bytes[4] memory calls = [
            abi.encodeCall(ITcbRegistry.addImage, (IMAGE)),
            abi.encodeCall(ITcbRegistry.addAttributes, (ATTRIBUTES)),
            abi.encodeCall(ITcbRegistry.setPolicy, (FMSPC, _policy())),
            abi.encodeCall(ITcbRegistry.setQeIdentity, (_identity()))
        ];
        for (uint256 i = 0; i < calls.length; i++) {
            vm.warp(START);
            _refused(calls[i], ITcbRegistry.TcbRegistry_NotQueued.selector);
            bytes32 id = _registry.queue(calls[i]);
            assertEq(id, keccak256(calls[i]), "id");
            assertEq(_registry.readyAt(id), START + DELAY, "ready");
            vm.warp(START + DELAY - 1);
            _refused(calls[i], ITcbRegistry.TcbRegistry_NotReady.selector);
            vm.warp(START + DELAY);
            (bool done,) = address(_registry).call(calls[i]);
            assertTrue(done, "applied");
            assertEq(_registry.readyAt(id), 0, "used");
            _refused(calls[i], ITcbRegistry.TcbRegistry_NotQueued.selector);
        }
        assertFalse(_registry.isImageAllowedAt(IMAGE, START + DELAY), "not in the second of the change");
        assertTrue(_registry.isImageAllowedAt(IMAGE, START + DELAY + 1), "from the next second on");
        assertTrue(_registry.areAttributesAllowedAt(ATTRIBUTES, START + DELAY + 1), "attributes");
        assertEq(_registry.policyAt(FMSPC, START + DELAY + 1).pceSvn, 13, "policy");
        assertEq(_registry.qeIdentityAt(START + DELAY + 1).isvSvn, 4, "identity");
    }

    function test_loosening_otherArguments_areNotWhatWasQueued() public {
        _registry.closeSetup();
        _registry.queue(abi.encodeCall(ITcbRegistry.addImage, (IMAGE)));
        vm.warp(START + DELAY);
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_NotQueued.selector);
        _registry.addImage(keccak256("another"));
    }

    function test_loosening_leftAlone_goesStale() public {
        _registry.closeSetup();
        bytes memory call = abi.encodeCall(ITcbRegistry.addImage, (IMAGE));
        _registry.queue(call);
        vm.warp(START + DELAY + 30 days);
        _refused(call, ITcbRegistry.TcbRegistry_Stale.selector);
        vm.warp(START + DELAY + 30 days - 1);
        _registry.addImage(IMAGE);
    }

    function test_queue_again_startsTheDelayAgain() public {
        _registry.closeSetup();
        bytes memory call = abi.encodeCall(ITcbRegistry.addImage, (IMAGE));
        _registry.queue(call);
        vm.warp(START + DELAY);
        _registry.queue(call);
        _refused(call, ITcbRegistry.TcbRegistry_NotReady.selector);
    }

    function test_queue_whatIsNoLoosening_reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(ITcbRegistry.TcbRegistry_NotALoosening.selector, ITcbRegistry.delistImage.selector)
        );
        _registry.queue(abi.encodeCall(ITcbRegistry.delistImage, (IMAGE)));
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_NotALoosening.selector);
        _registry.queue("");
    }

    function test_cancel_queued_isGone() public {
        _registry.closeSetup();
        bytes32 id = _registry.queue(abi.encodeCall(ITcbRegistry.addImage, (IMAGE)));
        _registry.cancel(id);
        vm.warp(START + DELAY);
        vm.expectRevert(abi.encodeWithSelector(ITcbRegistry.TcbRegistry_NotQueued.selector, id));
        _registry.addImage(IMAGE);
        vm.expectRevert(abi.encodeWithSelector(ITcbRegistry.TcbRegistry_NotQueued.selector, id));
        _registry.cancel(id);
    }

    // ------------------------------------------------------------ images and attributes

    function test_delistImage_listed_isForGood() public {
        _registry.addImage(IMAGE);
        _registry.closeSetup();
        vm.warp(START + 10);
        _registry.delistImage(IMAGE);
        assertTrue(_registry.isImageAllowedAt(IMAGE, START + 10), "this second stays");
        assertFalse(_registry.isImageAllowedAt(IMAGE, START + 11), "the next does not");
        assertTrue(_registry.isImageAllowedAt(IMAGE, START), "the past stays");
        assertFalse(_registry.isImageAllowedAt(IMAGE, START - 1), "before the listing");
        (uint64 from, uint64 until) = _registry.imageListing(IMAGE);
        assertTrue(from == START && until == START + 11, "listing");
        _registry.queue(abi.encodeCall(ITcbRegistry.addImage, (IMAGE)));
        vm.warp(START + 10 + DELAY);
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_ImageKnown.selector);
        _registry.addImage(IMAGE);
        vm.expectRevert(abi.encodeWithSelector(ITcbRegistry.TcbRegistry_ImageNotListed.selector, IMAGE));
        _registry.delistImage(IMAGE);
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_ImageNotListed.selector);
        _registry.delistImage(keccak256("never listed"));
    }

    function test_addAttributes_debug_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ITcbRegistry.TcbRegistry_DebugAttributes.selector, ATTRIBUTES | 1));
        _registry.addAttributes(ATTRIBUTES | 1);
    }

    function test_attributes_addedAndRemoved_keepTheirHistory() public {
        _registry.addAttributes(ATTRIBUTES);
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_AttributesUnchanged.selector);
        _registry.addAttributes(ATTRIBUTES);
        vm.warp(START + 10);
        _registry.closeSetup();
        _registry.removeAttributes(ATTRIBUTES);
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_AttributesUnchanged.selector);
        _registry.removeAttributes(ATTRIBUTES);
        _registry.queue(abi.encodeCall(ITcbRegistry.addAttributes, (ATTRIBUTES)));
        vm.warp(START + 10 + DELAY);
        _registry.addAttributes(ATTRIBUTES);
        assertFalse(_registry.areAttributesAllowedAt(ATTRIBUTES, START - 1), "before");
        assertTrue(_registry.areAttributesAllowedAt(ATTRIBUTES, START), "added");
        assertTrue(_registry.areAttributesAllowedAt(ATTRIBUTES, START + 10), "until");
        assertFalse(_registry.areAttributesAllowedAt(ATTRIBUTES, START + 11), "removed");
        assertFalse(_registry.areAttributesAllowedAt(ATTRIBUTES, START + 10 + DELAY), "still");
        assertTrue(_registry.areAttributesAllowedAt(ATTRIBUTES, START + 11 + DELAY), "again");
    }

    // ------------------------------------------------------------ policies

    function test_setPolicy_withoutSense_reverts() public {
        TcbPolicy memory p = _policy();
        p.moduleVersions = 0;
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_BadPolicy.selector);
        _registry.setPolicy(FMSPC, p);
        p = _policy();
        p.validUntil = START;
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_BadPolicy.selector);
        _registry.setPolicy(FMSPC, p);
    }

    function test_raisePolicy_eachField_onlyTightens() public {
        vm.expectRevert(abi.encodeWithSelector(ITcbRegistry.TcbRegistry_NoPolicy.selector, FMSPC));
        _registry.raisePolicy(FMSPC, _policy());
        _registry.setPolicy(FMSPC, _policy());
        _registry.closeSetup();
        for (uint256 i = 0; i < 16; i++) {
            TcbPolicy memory p = _policy();
            p.sgxComponents = _less(p.sgxComponents, i);
            _loosens(p, "sgxComponents");
            p = _policy();
            p.tdxComponents = _less(p.tdxComponents, i);
            _loosens(p, "tdxComponents");
        }
        TcbPolicy memory q = _policy();
        q.moduleSvns = bytes32(uint256(q.moduleSvns) - (1 << 240));
        _loosens(q, "moduleSvns");
        q = _policy();
        q.moduleVersions |= 8;
        _loosens(q, "moduleVersions");
        q = _policy();
        q.pceSvn--;
        _loosens(q, "pceSvn");
        q = _policy();
        q.pceId = 1;
        _loosens(q, "pceId");
        q = _policy();
        q.evaluationNumber--;
        _loosens(q, "evaluationNumber");
        q = _policy();
        q.validUntil++;
        _loosens(q, "validUntil");
    }

    function test_raisePolicy_higher_worksFromTheNextSecond() public {
        _registry.setPolicy(FMSPC, _policy());
        _registry.closeSetup();
        TcbPolicy memory p = _policy();
        p.pceSvn = 14;
        p.sgxComponents = bytes16(type(uint128).max);
        p.moduleVersions = 2;
        p.validUntil = START + 5;
        vm.warp(START + 3);
        _registry.raisePolicy(FMSPC, p);
        assertEq(_registry.policyAt(FMSPC, START + 3).pceSvn, 13, "now");
        assertEq(_registry.policyAt(FMSPC, START + 4).pceSvn, 14, "next");
        assertEq(_registry.policyAt(FMSPC, START - 1).validUntil, 0, "before the first");
        p.pceSvn = 15;
        _registry.raisePolicy(FMSPC, p);
        assertEq(_registry.policyAt(FMSPC, START + 4).pceSvn, 15, "the later one of a second");
        assertEq(_registry.policyAt(0x00806f050000, START + 4).validUntil, 0, "another family");
    }

    function testFuzz_policyAt_anyHistory_equalsAReplay(uint16[8] memory steps, uint32 asked) public {
        uint64[8] memory times;
        _registry.setPolicy(FMSPC, _policy());
        _registry.closeSetup();
        TcbPolicy memory p = _policy();
        for (uint256 i = 0; i < 8; i++) {
            vm.warp(block.timestamp + steps[i] % 5);
            times[i] = uint64(block.timestamp) + 1;
            p.evaluationNumber++;
            _registry.raisePolicy(FMSPC, p);
        }
        uint64 time = START + uint64(bound(asked, 0, 50));
        uint32 expected = _policy().evaluationNumber;
        for (uint256 i = 0; i < 8; i++) {
            if (times[i] <= time) expected = _policy().evaluationNumber + uint32(i) + 1;
        }
        assertEq(_registry.policyAt(FMSPC, time).evaluationNumber, expected, "in force");
    }

    function test_raiseQeIdentity_onlyUp_keepsHistory() public {
        vm.expectRevert(abi.encodeWithSelector(ITcbRegistry.TcbRegistry_NoQeIdentity.selector));
        _registry.raiseQeIdentity(5, 20);
        _registry.setQeIdentity(_identity());
        vm.warp(START + 10);
        _registry.closeSetup();
        _registry.raiseQeIdentity(5, 21);
        assertEq(_registry.qeIdentityAt(START + 10).isvSvn, 4, "now");
        assertEq(_registry.qeIdentityAt(START + 11).isvSvn, 5, "next");
        assertEq(_registry.qeIdentityAt(START + 11).evaluationNumber, 21, "number");
        assertEq(_registry.qeIdentityAt(START + 11).mrSigner, _identity().mrSigner, "the rest stays");
        assertEq(_registry.qeIdentityAt(START - 1).mrSigner, 0, "before the first");
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_Loosens.selector);
        _registry.raiseQeIdentity(4, 21);
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_Loosens.selector);
        _registry.raiseQeIdentity(5, 20);
    }

    function test_raiseMinimumEvaluationNumber_onlyUp_keepsHistory() public {
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_Loosens.selector);
        _registry.raiseMinimumEvaluationNumber(0);
        _registry.closeSetup();
        _registry.raiseMinimumEvaluationNumber(19);
        vm.warp(START + 5);
        _registry.raiseMinimumEvaluationNumber(20);
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_Loosens.selector);
        _registry.raiseMinimumEvaluationNumber(20);
        assertEq(_registry.minimumEvaluationNumberAt(START), 0, "before");
        assertEq(_registry.minimumEvaluationNumberAt(START + 5), 19, "first");
        assertEq(_registry.minimumEvaluationNumberAt(START + 6), 20, "second");
    }

    /// @dev Evidence below the minimum does not pass; a raise that lifted it over it would be a loosening without a delay.
    function test_raise_numberBelowTheMinimum_cannotComeBack() public {
        _registry.setPolicy(FMSPC, _policy());
        _registry.setQeIdentity(_identity());
        _registry.closeSetup();
        _registry.raiseMinimumEvaluationNumber(21);
        TcbPolicy memory p = _policy();
        p.evaluationNumber = 21;
        vm.expectRevert(
            abi.encodeWithSelector(ITcbRegistry.TcbRegistry_Loosens.selector, "minimumEvaluationNumber", 21, 21)
        );
        _registry.raisePolicy(FMSPC, p);
        vm.expectRevert(
            abi.encodeWithSelector(ITcbRegistry.TcbRegistry_Loosens.selector, "minimumEvaluationNumber", 22, 21)
        );
        _registry.raiseQeIdentity(5, 22);
        p.evaluationNumber = 20;
        _registry.raisePolicy(FMSPC, p);
        _registry.raiseQeIdentity(5, 20);
        bytes memory call = abi.encodeCall(ITcbRegistry.setPolicy, (FMSPC, p));
        _registry.queue(call);
        vm.warp(START + DELAY);
        _registry.setPolicy(FMSPC, p);
    }

    function test_raise_numberInForce_canGoOverALaterMinimum() public {
        _registry.setPolicy(FMSPC, _policy());
        _registry.setQeIdentity(_identity());
        _registry.closeSetup();
        _registry.raiseMinimumEvaluationNumber(20);
        TcbPolicy memory p = _policy();
        p.evaluationNumber = 22;
        _registry.raisePolicy(FMSPC, p);
        _registry.raiseQeIdentity(5, 22);
        _registry.raiseMinimumEvaluationNumber(22);
        assertEq(_registry.policyAt(FMSPC, START + 1).evaluationNumber, 22, "policy");
        assertEq(_registry.qeIdentityAt(START + 1).evaluationNumber, 22, "identity");
    }

    /// @dev A poster must be able to answer by an old second whatever the owner has stored since.
    function test_history_longTail_staysCheapToAsk() public {
        _registry.setPolicy(FMSPC, _policy());
        _registry.setQeIdentity(_identity());
        _registry.addAttributes(ATTRIBUTES);
        _registry.closeSetup();
        for (uint32 i = 1; i <= 300; i++) {
            _registry.raisePolicy(FMSPC, _policy());
            _registry.raiseQeIdentity(4, 20);
            _registry.raiseMinimumEvaluationNumber(i);
        }
        vm.warp(START + 1 days);
        uint256 before = gasleft();
        assertEq(_registry.policyAt(FMSPC, START).pceSvn, 13, "policy");
        assertEq(_registry.qeIdentityAt(START).isvSvn, 4, "identity");
        assertEq(_registry.minimumEvaluationNumberAt(START), 0, "minimum");
        assertTrue(before - gasleft() < 60_000, "gas");
    }

    // ------------------------------------------------------------ standing

    function test_lapsedAt_imageAndPlatform_isTheEarlier() public {
        assertEq(_registry.lapsedAt(IMAGE, PLATFORM), START, "never listed: from the start");
        _registry.addImage(IMAGE);
        _registry.closeSetup();
        assertEq(_registry.lapsedAt(IMAGE, PLATFORM), 0, "good standing");
        vm.warp(START + 100);
        _registry.revokePlatform(PLATFORM);
        assertEq(_registry.lapsedAt(IMAGE, PLATFORM), START + 101, "platform");
        assertEq(_registry.lapsedAt(IMAGE, keccak256("another")), 0, "another platform");
        vm.warp(START + 200);
        _registry.delistImage(IMAGE);
        assertEq(_registry.lapsedAt(IMAGE, PLATFORM), START + 101, "the earlier");
        assertEq(_registry.lapsedAt(IMAGE, keccak256("another")), START + 201, "image");
        vm.warp(START + 300);
        _registry.revokePlatform(keccak256("another"));
        assertEq(_registry.lapsedAt(IMAGE, keccak256("another")), START + 201, "the earlier again");
    }

    function test_revoke_twice_keepsTheFirstTime() public {
        _registry.closeSetup();
        _registry.revokePlatform(PLATFORM);
        _registry.revokeIssuer(IMAGE);
        vm.warp(START + 5);
        vm.expectRevert(abi.encodeWithSelector(ITcbRegistry.TcbRegistry_AlreadyRevoked.selector, PLATFORM, START + 1));
        _registry.revokePlatform(PLATFORM);
        vm.expectRevert(abi.encodeWithSelector(ITcbRegistry.TcbRegistry_AlreadyRevoked.selector, IMAGE, START + 1));
        _registry.revokeIssuer(IMAGE);
        assertEq(_registry.platformRevokedAt(PLATFORM), START + 1, "platform");
        assertEq(_registry.issuerRevokedAt(IMAGE), START + 1, "issuer");
    }

    function test_revokePlatformOf_revokedIssuer_isForAnyone() public {
        bytes32 id = _registry.platformId(IMAGE, 77);
        assertEq(id, keccak256(abi.encode(IMAGE, uint256(77))), "id");
        vm.expectRevert(abi.encodeWithSelector(ITcbRegistry.TcbRegistry_IssuerNotRevoked.selector, IMAGE));
        vm.prank(STRANGER);
        _registry.revokePlatformOf(IMAGE, 77);
        _registry.revokeIssuer(IMAGE);
        _registry.closeSetup();
        vm.warp(START + 5);
        vm.prank(STRANGER);
        _registry.revokePlatformOf(IMAGE, 77);
        assertEq(_registry.platformRevokedAt(id), START + 6, "from then on, not before");
    }

    function test_setRevoker_mayRevokeAndNothingElse() public {
        _registry.setRevoker(STRANGER);
        vm.prank(STRANGER);
        _registry.revokePlatform(PLATFORM);
        vm.prank(STRANGER);
        _registry.revokeIssuer(IMAGE);
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_OnlyOwner.selector);
        vm.prank(STRANGER);
        _registry.delistImage(IMAGE);
        _registry.setRevoker(address(0));
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_OnlyOwnerOrRevoker.selector);
        vm.prank(STRANGER);
        _registry.revokePlatform(keccak256("another"));
    }

    // ------------------------------------------------------------ ownership

    function test_ownership_offered_needsAcceptance() public {
        _registry.offerOwnership(STRANGER);
        assertEq(_registry.owner(), address(this), "still");
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_OnlyOwner.selector);
        _registry.acceptOwnership();
        vm.prank(STRANGER);
        _registry.acceptOwnership();
        assertEq(_registry.owner(), STRANGER, "new");
        assertEq(_registry.pendingOwner(), address(0), "nobody waits");
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_OnlyOwner.selector);
        _registry.addImage(IMAGE);
    }

    function test_renounceOwnership_queuedChanges_neverApply() public {
        _registry.closeSetup();
        _registry.queue(abi.encodeCall(ITcbRegistry.addImage, (IMAGE)));
        _registry.offerOwnership(STRANGER);
        _registry.renounceOwnership();
        vm.warp(START + DELAY);
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_OnlyOwner.selector);
        _registry.addImage(IMAGE);
        vm.expectPartialRevert(ITcbRegistry.TcbRegistry_OnlyOwner.selector);
        vm.prank(STRANGER);
        _registry.acceptOwnership();
    }

    function test_renounceOwnership_revoker_stays() public {
        _registry.setRevoker(STRANGER);
        _registry.renounceOwnership();
        vm.prank(STRANGER);
        _registry.revokePlatform(PLATFORM);
        assertEq(_registry.platformRevokedAt(PLATFORM), START, "revoked");
    }

    // ------------------------------------------------------------ events

    function test_events_everyChange_isLogged() public {
        _logs();
        emit ITcbRegistry.ImageAdded(IMAGE, START);
        _registry.addImage(IMAGE);
        _logs();
        emit ITcbRegistry.AttributesAdded(ATTRIBUTES, START);
        _registry.addAttributes(ATTRIBUTES);
        _logs();
        emit ITcbRegistry.PolicySet(FMSPC, START, _policy());
        _registry.setPolicy(FMSPC, _policy());
        _logs();
        emit ITcbRegistry.QeIdentitySet(START, _identity());
        _registry.setQeIdentity(_identity());
        _logs();
        emit ITcbRegistry.RevokerSet(STRANGER);
        _registry.setRevoker(STRANGER);
        _logs();
        emit ITcbRegistry.SetupClosed(START);
        _registry.closeSetup();
        _logs();
        emit ITcbRegistry.ImageDelisted(IMAGE, START + 1);
        _registry.delistImage(IMAGE);
        _logs();
        emit ITcbRegistry.AttributesRemoved(ATTRIBUTES, START + 1);
        _registry.removeAttributes(ATTRIBUTES);
        _logs();
        emit ITcbRegistry.MinimumEvaluationNumberRaised(3, START + 1);
        _registry.raiseMinimumEvaluationNumber(3);
        _logs();
        emit ITcbRegistry.PlatformRevoked(PLATFORM, START + 1);
        _registry.revokePlatform(PLATFORM);
        _logs();
        emit ITcbRegistry.IssuerRevoked(IMAGE, START + 1);
        _registry.revokeIssuer(IMAGE);
        bytes memory call = abi.encodeCall(ITcbRegistry.addAttributes, (ATTRIBUTES));
        _logs();
        emit ITcbRegistry.LooseningQueued(keccak256(call), call, START + DELAY);
        _registry.queue(call);
        vm.warp(START + DELAY);
        _logs();
        emit ITcbRegistry.LooseningApplied(keccak256(call));
        _registry.addAttributes(ATTRIBUTES);
        _registry.queue(call);
        _logs();
        emit ITcbRegistry.LooseningCancelled(keccak256(call));
        _registry.cancel(keccak256(call));
        _logs();
        emit ITcbRegistry.OwnershipOffered(address(this), STRANGER);
        _registry.offerOwnership(STRANGER);
        _logs();
        emit ITcbRegistry.OwnershipTransferred(address(this), address(0));
        _registry.renounceOwnership();
    }

    function _logs() private {
        vm.expectEmit(true, true, true, true, address(_registry));
    }

    function _refused(bytes memory call, bytes4 selector) private {
        (bool done, bytes memory reason) = address(_registry).call(call);
        assertFalse(done, "done");
        assertTrue(bytes4(reason) == selector, "selector");
    }

    function _loosens(TcbPolicy memory p, string memory rule) private {
        (bool done, bytes memory reason) = address(_registry).call(abi.encodeCall(ITcbRegistry.raisePolicy, (FMSPC, p)));
        assertFalse(done, rule);
        assertTrue(bytes4(reason) == ITcbRegistry.TcbRegistry_Loosens.selector, rule);
        assembly ("memory-safe") {
            reason := add(reason, 4)
        }
        // Behind the selector: the offset of the rule's text, both values, then the text.
        assertEq(keccak256(bytes(rule)), keccak256(_text(reason)), rule);
    }

    function _text(bytes memory encoded) private pure returns (bytes memory text) {
        assembly ("memory-safe") {
            text := add(add(encoded, 32), mload(add(encoded, 32)))
        }
    }

    function _less(bytes16 components, uint256 i) private pure returns (bytes16) {
        return bytes16(uint128(components) - uint128(1 << (8 * (15 - i))));
    }

    function _policy() private pure returns (TcbPolicy memory p) {
        p.sgxComponents = 0x01010101010101010101010101010101;
        p.tdxComponents = 0x02020202020202020202020202020202;
        p.moduleSvns = bytes32(uint256(5) << 240);
        p.moduleVersions = 6;
        p.pceSvn = 13;
        p.evaluationNumber = 20;
        p.validUntil = START + 60 days;
    }

    function _identity() private pure returns (QeIdentity memory q) {
        q.mrSigner = keccak256("signer");
        (q.isvProdId, q.isvSvn, q.evaluationNumber) = (2, 4, 20);
    }
}
