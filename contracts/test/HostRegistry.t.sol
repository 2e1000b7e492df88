// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHostRegistry} from "../src/interfaces/IHostRegistry.sol";
import {Ether} from "../src/libraries/Ether.sol";
import {ModelConfig, Penalty, StakeKind} from "../src/types/Types.sol";

import {Rejecting, Reentrant} from "./support/Recipients.sol";
import {RegistryFixture} from "./support/RegistryFixture.sol";
import {TestQuoteVerifier} from "./support/TestQuoteVerifier.sol";
import {vm} from "./support/Vm.sol";

contract ModelTest is RegistryFixture {
    function test_listModel_id_isTheHashOfItsPreimage() public view {
        bytes32 configHash = keccak256(abi.encode(config()));
        bytes32 expected = keccak256(abi.encode(keccak256("weights"), configHash, keccak256("tokenizer"), uint32(1)));
        assertEq(modelId, expected, "id");
        IHostRegistry.Model memory m = registry.model(modelId);
        assertEq(m.layerCount, 5, "layers");
        assertEq(m.contextLength, 512, "context");
        assertEq(m.configHash, configHash, "config");
        assertEq(registry.modelIdAt(0), modelId, "listed");
    }

    function test_listModel_twice_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IHostRegistry.Registry_ModelExists.selector, modelId));
        registry.listModel{value: 0.5 ether}(config(), keccak256("weights"), keccak256("tokenizer"), 1);
    }

    function test_listModel_bondTooSmall_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IHostRegistry.Registry_StakeTooSmall.selector, 0.5 ether - 1, 0.5 ether));
        registry.listModel{value: 0.5 ether - 1}(config(), keccak256("w2"), keccak256("tokenizer"), 1);
    }

    function test_listModel_noLayers_reverts() public {
        ModelConfig memory c = config();
        c.layerCount = 0;
        vm.expectPartialRevert(IHostRegistry.Registry_BadConfig.selector);
        registry.listModel{value: 0.5 ether}(c, keccak256("w2"), keccak256("tokenizer"), 1);
    }

    function test_suspendModel_stopsNewSlotsForGood() public {
        module.suspendModel(registry, modelId);
        vm.expectRevert(abi.encodeWithSelector(IHostRegistry.Registry_ModelUnavailable.selector, modelId));
        registry.registerSlot{value: 1 ether}(modelId, 0, 1, address(0));
        registry.requestExit(StakeKind.Model, modelId);
        skip(200);
        registry.withdrawStake(StakeKind.Model, modelId);
        vm.expectPartialRevert(IHostRegistry.Registry_ModelUnavailable.selector);
        registry.listModel{value: 0.5 ether}(config(), keccak256("weights"), keccak256("tokenizer"), 1);
    }

    function test_listModel_afterExit_listsAgainOnce() public {
        registry.requestExit(StakeKind.Model, modelId);
        vm.expectPartialRevert(IHostRegistry.Registry_ModelUnavailable.selector);
        registry.registerSlot{value: 1 ether}(modelId, 0, 1, address(0));
        skip(200);
        registry.withdrawStake(StakeKind.Model, modelId);
        registry.listModel{value: 0.5 ether}(config(), keccak256("weights"), keccak256("tokenizer"), 1);
        assertEq(registry.modelCount(), 1, "one entry");
        assertBacked();
    }
}

contract SlotTest is RegistryFixture {
    function test_registerSlot_ids_startAtOneAndAreListed() public {
        assertEq(openSlot(HOST), 1, "first");
        assertEq(openSlot(HOST), 2, "second");
        uint32[] memory ids = registry.slotsOf(modelId);
        assertEq(ids.length, 2, "listed");
        IHostRegistry.Slot memory s = registry.slot(2);
        assertEq(s.operator, HOST, "operator");
        assertEq(s.layerCount, 3, "layers");
        assertEq(s.stake, 1 ether, "stake");
        assertBacked();
    }

    function testFuzz_registerSlot_layers_mustFitTheModel(uint32 first, uint32 count) public {
        (first, count) = (first % 8, count % 8);
        if (count == 0 || first + count > 5) {
            vm.expectRevert(abi.encodeWithSelector(IHostRegistry.Registry_BadLayers.selector, first, count, uint32(5)));
        }
        registry.registerSlot{value: 1 ether}(modelId, first, count, address(0));
    }

    function test_registerSlot_layerOverflow_reverts() public {
        vm.expectPartialRevert(IHostRegistry.Registry_BadLayers.selector);
        registry.registerSlot{value: 1 ether}(modelId, type(uint32).max, 2, address(0));
    }

    function test_registerSlot_unknownModel_reverts() public {
        vm.expectPartialRevert(IHostRegistry.Registry_ModelUnavailable.selector);
        registry.registerSlot{value: 1 ether}(keccak256("?"), 0, 1, address(0));
    }

    function test_registerSlot_stakeTooSmall_reverts() public {
        vm.expectPartialRevert(IHostRegistry.Registry_StakeTooSmall.selector);
        registry.registerSlot{value: 1 ether - 1}(modelId, 0, 1, address(0));
    }
}

contract KeyTest is RegistryFixture {
    uint32 private _id;

    function setUp() public override {
        super.setUp();
        _id = openSlot(HOST);
    }

    function test_register_evidence_validFromThisEpochToExpiry() public {
        (uint64 from, uint64 until) = registerKey(_id, KEY);
        assertEq(from, START / 10, "from");
        assertEq(until, (START + 500) / 10, "until");
        assertFalse(registry.isValidKey(_id, KEY, from - 1), "before");
        assertTrue(registry.isValidKey(_id, KEY, from), "first epoch");
        assertTrue(registry.isValidKey(_id, KEY, until - 1), "last epoch");
        assertFalse(registry.isValidKey(_id, KEY, until), "after");
        assertEq(registry.keyOf(_id, from).signingKey, KEY, "key");
        assertEq(registry.keyOf(_id, until).signingKey, address(0), "none");
    }

    function test_register_longEvidence_isCutToTheLongestValidity() public {
        (, uint64 until) = registerKey(_id, KEY, type(uint64).max);
        assertEq(until, (START + 1_000) / 10, "until");
    }

    function test_register_nonceUsedTwice_reverts() public {
        vm.prank(HOST);
        bytes32 nonce = registry.beginRegistration(_id);
        bytes memory e = evidence(_id, KEY, BOX, nonce, uint64(START + 500));
        vm.prank(HOST);
        registry.register(_id, KEY, BOX, e);
        vm.expectRevert(abi.encodeWithSelector(IHostRegistry.Registry_NonceExpired.selector, _id, uint64(0)));
        vm.prank(HOST);
        registry.register(_id, KEY, BOX, e);
    }

    function test_register_nonceExpired_reverts() public {
        vm.prank(HOST);
        bytes32 nonce = registry.beginRegistration(_id);
        bytes memory e = evidence(_id, KEY, BOX, nonce, uint64(START + 500));
        skip(30);
        vm.expectRevert(abi.encodeWithSelector(IHostRegistry.Registry_NonceExpired.selector, _id, uint64(START + 30)));
        vm.prank(HOST);
        registry.register(_id, KEY, BOX, e);
    }

    function test_register_evidenceOfAnotherKeyOrBox_reverts() public {
        vm.prank(HOST);
        bytes32 nonce = registry.beginRegistration(_id);
        bytes memory e = evidence(_id, KEY, BOX, nonce, uint64(START + 500));
        vm.expectPartialRevert(TestQuoteVerifier.TestQuoteVerifier_Refused.selector);
        vm.prank(HOST);
        registry.register(_id, OTHER, BOX, e);
        vm.expectPartialRevert(TestQuoteVerifier.TestQuoteVerifier_Refused.selector);
        vm.prank(HOST);
        registry.register(_id, KEY, keccak256("other"), e);
    }

    function test_register_evidenceForAnotherSlot_reverts() public {
        uint32 second = openSlot(HOST);
        vm.prank(HOST);
        bytes32 nonce = registry.beginRegistration(_id);
        vm.prank(HOST);
        registry.beginRegistration(second);
        bytes memory e = evidence(_id, KEY, BOX, nonce, uint64(START + 500));
        vm.expectPartialRevert(TestQuoteVerifier.TestQuoteVerifier_Refused.selector);
        vm.prank(HOST);
        registry.register(second, KEY, BOX, e);
    }

    function test_register_expiredEvidence_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(TestQuoteVerifier.TestQuoteVerifier_Refused.selector, "expired"));
        this.registerExpiring(uint64(START));
        vm.expectPartialRevert(IHostRegistry.Registry_EvidenceExpired.selector);
        this.registerExpiring(uint64(START + 9));
    }

    function registerExpiring(uint64 expires) external {
        registerKey(_id, KEY, expires);
    }

    function test_register_keyOfAnotherSlot_reverts() public {
        registerKey(_id, KEY);
        uint32 second = openSlot(OTHER_OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(IHostRegistry.Registry_KeyTaken.selector, KEY, _id));
        this.registerExternal(second);
    }

    address private constant OTHER_OPERATOR = BACKUP;

    function registerExternal(uint32 id) external {
        registerKey(id, KEY);
    }

    function test_register_newKey_endsTheOldOneAfterThisEpoch() public {
        (uint64 from,) = registerKey(_id, KEY);
        registerKey(_id, OTHER);
        assertTrue(registry.isValidKey(_id, KEY, from), "this epoch");
        assertFalse(registry.isValidKey(_id, KEY, from + 1), "next epoch");
        assertEq(registry.keyOf(_id, from).signingKey, OTHER, "newest");
        assertEq(registry.keysOf(_id).length, 2, "both kept");
    }

    function test_register_sameKeyAgain_extends() public {
        (uint64 from,) = registerKey(_id, KEY);
        skip(100);
        (uint64 sameFrom, uint64 until) = registerKey(_id, KEY);
        assertEq(sameFrom, from, "from stays");
        assertEq(until, (START + 600) / 10, "longer");
        assertEq(registry.keysOf(_id).length, 1, "one entry");
    }

    function test_register_endedKey_doesNotComeBack() public {
        registerKey(_id, KEY);
        vm.prank(HOST);
        registry.revokeKey(_id, KEY);
        skip(10);
        vm.expectRevert(abi.encodeWithSelector(IHostRegistry.Registry_KeyTaken.selector, KEY, _id));
        this.registerExternal(_id);
    }

    function test_revokeKey_keepsThisEpoch() public {
        (uint64 from,) = registerKey(_id, KEY);
        module.revokeKey(registry, _id, KEY);
        assertTrue(registry.isValidKey(_id, KEY, from), "this epoch");
        assertFalse(registry.isValidKey(_id, KEY, from + 1), "next");
        vm.expectPartialRevert(IHostRegistry.Registry_NotOwner.selector);
        registry.revokeKey(_id, KEY);
        vm.expectPartialRevert(IHostRegistry.Registry_KeyUnknown.selector);
        vm.prank(HOST);
        registry.revokeKey(_id, OTHER);
    }

    function test_requestExit_slot_endsItsKeyAfterThisEpoch() public {
        (uint64 from,) = registerKey(_id, KEY);
        vm.prank(HOST);
        registry.requestExit(StakeKind.Slot, slotId(_id));
        assertTrue(registry.isValidKey(_id, KEY, from), "this epoch");
        assertFalse(registry.isValidKey(_id, KEY, from + 1), "next");
        vm.expectPartialRevert(IHostRegistry.Registry_Exiting.selector);
        vm.prank(HOST);
        registry.beginRegistration(_id);
    }

    function test_beginRegistration_byStranger_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IHostRegistry.Registry_NotOwner.selector, address(this), HOST));
        registry.beginRegistration(_id);
    }
}

contract StakeTest is RegistryFixture {
    uint32 private _id;

    function setUp() public override {
        super.setUp();
        _id = openSlot(HOST);
        post(keccak256("a"));
    }

    function test_withdrawStake_atTheDelay_paysTheColdAddress() public {
        vm.prank(HOST);
        registry.setWithdrawalAddress(HOST, COLD);
        vm.prank(HOST);
        registry.requestExit(StakeKind.Slot, slotId(_id));
        skip(199);
        vm.expectRevert(
            abi.encodeWithSelector(
                IHostRegistry.Registry_NotWithdrawable.selector, uint64(START + 200), uint64(START + 199)
            )
        );
        vm.prank(HOST);
        registry.withdrawStake(StakeKind.Slot, slotId(_id));
        skip(1);
        vm.prank(HOST);
        assertEq(registry.withdrawStake(StakeKind.Slot, slotId(_id)), 1 ether, "amount");
        assertEq(COLD.balance, 1 ether, "received");
        assertEq(registry.slot(_id).stake, 0, "gone");
        assertBacked();
    }

    function test_withdrawStake_withoutRequest_reverts() public {
        vm.expectPartialRevert(IHostRegistry.Registry_NotWithdrawable.selector);
        vm.prank(HOST);
        registry.withdrawStake(StakeKind.Slot, slotId(_id));
    }

    function test_withdrawStake_frozen_waitsForTheHorizonAtMost() public {
        vm.prank(HOST);
        registry.requestExit(StakeKind.Slot, slotId(_id));
        skip(150);
        module.freeze(registry, StakeKind.Slot, slotId(_id));
        skip(99);
        vm.expectRevert(abi.encodeWithSelector(IHostRegistry.Registry_Frozen.selector, uint64(START + 250)));
        vm.prank(HOST);
        registry.withdrawStake(StakeKind.Slot, slotId(_id));
        skip(1);
        vm.prank(HOST);
        registry.withdrawStake(StakeKind.Slot, slotId(_id));
    }

    function test_unfreeze_countsFreezes() public {
        module.freeze(registry, StakeKind.Slot, slotId(_id));
        module.freeze(registry, StakeKind.Slot, slotId(_id));
        module.unfreeze(registry, StakeKind.Slot, slotId(_id));
        assertTrue(registry.slot(_id).frozen, "one left");
        module.unfreeze(registry, StakeKind.Slot, slotId(_id));
        assertFalse(registry.slot(_id).frozen, "none left");
        vm.expectPartialRevert(IHostRegistry.Registry_NotFrozen.selector);
        module.unfreeze(registry, StakeKind.Slot, slotId(_id));
    }

    function test_requestExit_byStranger_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IHostRegistry.Registry_NotOwner.selector, address(this), HOST));
        registry.requestExit(StakeKind.Slot, slotId(_id));
    }

    function test_requestExit_poster_endsPostingAtOnce() public {
        vm.prank(PRIMARY);
        registry.requestExit(StakeKind.Poster, posterId(PRIMARY));
        assertFalse(registry.isActivePoster(PRIMARY), "inactive");
        skip(200);
        vm.prank(PRIMARY);
        registry.withdrawStake(StakeKind.Poster, posterId(PRIMARY));
        vm.prank(PRIMARY);
        registry.registerPoster{value: 1 ether}(address(0));
        assertTrue(registry.isActivePoster(PRIMARY), "back with a new stake");
    }

    function test_registerPoster_twice_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IHostRegistry.Registry_PosterExists.selector, PRIMARY));
        vm.prank(PRIMARY);
        registry.registerPoster{value: 1 ether}(address(0));
    }

    function test_addStake_afterSlash_makesThePosterActiveAgain() public {
        module.slash(registry, StakeKind.Poster, posterId(PRIMARY), penalty(0.2 ether, 0, 0.1 ether));
        assertFalse(registry.isActivePoster(PRIMARY), "below the minimum");
        registry.addStake{value: 0.2 ether}(StakeKind.Poster, posterId(PRIMARY));
        assertTrue(registry.isActivePoster(PRIMARY), "filled up");
        vm.expectPartialRevert(IHostRegistry.Registry_StakeUnknown.selector);
        registry.addStake{value: 1}(StakeKind.Slot, slotId(99));
    }

    function test_slash_splitsRefundBountyAndBurn() public {
        module.slash(registry, StakeKind.Slot, slotId(_id), penalty(0.8 ether, 0.1 ether, 0.3 ether));
        assertEq(registry.slot(_id).stake, 0.2 ether, "stake");
        assertEq(credits.pendingRefunds(), 0.1 ether, "refund");
        assertEq(registry.payoutOf(OTHER), 0.3 ether, "bounty");
        assertEq(Ether.BURN.balance, 0.4 ether, "burnt");
        assertBacked();
        vm.prank(OTHER);
        registry.withdrawPayout(COLD);
        assertEq(COLD.balance, 0.3 ether, "paid");
        assertBacked();
        vm.expectRevert(abi.encodeWithSelector(IHostRegistry.Registry_NothingToPay.selector, OTHER));
        vm.prank(OTHER);
        registry.withdrawPayout(COLD);
    }

    function testFuzz_slash_burnBelowHalf_reverts(uint128 total, uint128 refund, uint128 bounty) public {
        total = uint128(bound(total, 1, 1 ether));
        refund = uint128(bound(refund, 0, total));
        bounty = uint128(bound(bounty, 0, total));
        uint256 given = uint256(refund) + bounty;
        Penalty memory p = penalty(total, refund, bounty);
        if (given > total || (total - given) * 2 < total) {
            vm.expectPartialRevert(IHostRegistry.Registry_BurnTooSmall.selector);
        }
        module.slash(registry, StakeKind.Slot, slotId(_id), p);
        assertBacked();
    }

    function test_stakeAt_history_keepsWhatWas() public {
        skip(10);
        registry.addStake{value: 2 ether}(StakeKind.Slot, slotId(_id));
        skip(10);
        module.slash(registry, StakeKind.Slot, slotId(_id), penalty(1 ether, 0, 0));
        assertEq(registry.stakeAt(StakeKind.Slot, slotId(_id), uint64(START - 1)), 0, "before");
        assertEq(registry.stakeAt(StakeKind.Slot, slotId(_id), uint64(START + 9)), 1 ether, "opened");
        assertEq(registry.stakeAt(StakeKind.Slot, slotId(_id), uint64(START + 19)), 3 ether, "added");
        assertEq(registry.stakeAt(StakeKind.Slot, slotId(_id), uint64(START + 20)), 2 ether, "slashed");
        vm.prank(HOST);
        registry.requestExit(StakeKind.Slot, slotId(_id));
        skip(200);
        vm.prank(HOST);
        registry.withdrawStake(StakeKind.Slot, slotId(_id));
        assertEq(registry.stakeAt(StakeKind.Slot, slotId(_id), uint64(block.timestamp)), 0, "left");
    }

    function test_slash_aboveStake_reverts() public {
        Penalty memory p = penalty(1 ether + 1, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IHostRegistry.Registry_StakeTooSmall.selector, 1 ether, 1 ether + 1));
        module.slash(registry, StakeKind.Slot, slotId(_id), p);
    }

    function test_slash_rejectingPayee_blocksNobody() public {
        Penalty memory p = penalty(0.8 ether, 0, 0.4 ether);
        p.payees[0].to = address(new Rejecting());
        module.slash(registry, StakeKind.Slot, slotId(_id), p);
        assertEq(registry.payoutOf(p.payees[0].to), 0.4 ether, "waits");
    }

    function test_moduleEntries_byStranger_revert() public {
        bytes memory why = abi.encodeWithSelector(IHostRegistry.Registry_OnlyDisputeModule.selector, address(this));
        Penalty memory p = penalty(1, 0, 0);
        vm.expectRevert(why);
        registry.slash(StakeKind.Slot, slotId(_id), p);
        vm.expectRevert(why);
        registry.freeze(StakeKind.Slot, slotId(_id));
        vm.expectRevert(why);
        registry.unfreeze(StakeKind.Slot, slotId(_id));
        vm.expectRevert(why);
        registry.suspendModel(modelId);
    }

    function test_withdrawPayout_reentering_reverts() public {
        Reentrant target = new Reentrant(address(registry));
        Penalty memory p = penalty(0.8 ether, 0, 0.4 ether);
        p.payees[0].to = address(target);
        module.slash(registry, StakeKind.Slot, slotId(_id), p);
        target.arm(abi.encodeCall(registry.withdrawPayout, (address(target))));
        vm.expectPartialRevert(Ether.Ether_TransferFailed.selector);
        vm.prank(address(target));
        registry.withdrawPayout(address(target));
    }

    function test_setWithdrawalAddress_hotKey_waitsAndColdKeyOverrules() public {
        vm.prank(HOST);
        registry.setWithdrawalAddress(HOST, COLD);
        vm.prank(HOST);
        registry.setWithdrawalAddress(HOST, OTHER);
        assertEq(registry.withdrawalAddressOf(HOST), COLD, "not yet");
        skip(79);
        vm.expectPartialRevert(IHostRegistry.Registry_NotWithdrawable.selector);
        registry.applyWithdrawalAddress(HOST);
        vm.prank(COLD);
        registry.setWithdrawalAddress(HOST, COLD);
        skip(1);
        vm.expectPartialRevert(IHostRegistry.Registry_NotWithdrawable.selector);
        registry.applyWithdrawalAddress(HOST);
        vm.prank(HOST);
        registry.setWithdrawalAddress(HOST, OTHER);
        skip(80);
        registry.applyWithdrawalAddress(HOST);
        assertEq(registry.withdrawalAddressOf(HOST), OTHER, "after the delay");
    }

    function test_setWithdrawalAddress_byStranger_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IHostRegistry.Registry_NotOwner.selector, address(this), HOST));
        registry.setWithdrawalAddress(HOST, COLD);
    }

    function test_registerSlot_hotKeyCannotReplaceTheColdAddress() public {
        vm.prank(HOST);
        registry.setWithdrawalAddress(HOST, COLD);
        vm.expectRevert(abi.encodeWithSelector(IHostRegistry.Registry_BadAddress.selector, OTHER));
        vm.prank(HOST);
        registry.registerSlot{value: 1 ether}(modelId, 0, 1, OTHER);
    }

    function test_retirement_opensEveryExit() public {
        rollup.queueRetirement();
        skip(81);
        rollup.retire();
        vm.expectPartialRevert(IHostRegistry.Registry_Retired.selector);
        registry.registerSlot{value: 1 ether}(modelId, 0, 1, address(0));
        skip(199);
        vm.expectPartialRevert(IHostRegistry.Registry_NotWithdrawable.selector);
        vm.prank(HOST);
        registry.withdrawStake(StakeKind.Slot, slotId(_id));
        skip(1);
        vm.prank(HOST);
        registry.withdrawStake(StakeKind.Slot, slotId(_id));
        vm.prank(BACKUP);
        registry.withdrawStake(StakeKind.Poster, posterId(BACKUP));
        registry.withdrawStake(StakeKind.Model, modelId);
        assertEq(registry.totalStaked(), 1 ether, "the primary's is left");
        assertBacked();
    }
}
