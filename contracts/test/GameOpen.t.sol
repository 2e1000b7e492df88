// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDisputeGame} from "../src/interfaces/IDisputeGame.sol";
import {IDisputes} from "../src/interfaces/IDisputes.sol";
import {IHostRegistry} from "../src/interfaces/IHostRegistry.sol";
import {IOpeningRules} from "../src/interfaces/IOpeningRules.sol";
import {ITeeTeeRollup} from "../src/interfaces/ITeeTeeRollup.sol";
import {MessageHash} from "../src/libraries/MessageHash.sol";
import {DisputeContext} from "../src/types/DisputeTypes.sol";
import {AuditGrant} from "../src/types/Messages.sol";
import {ModelConfig, StakeKind} from "../src/types/Types.sol";

import {GameFixture} from "./support/GameFixture.sol";
import {TestDisputeModule} from "./support/TestDisputeModule.sol";
import {vm} from "./support/Vm.sol";

contract GameOpenTest is GameFixture {
    using MessageHash for *;

    function test_open_goodItems_holdsBondStakeAndShare() public {
        Scene memory s = stage(honest(0, 4));
        uint256 id = openAs(WATCHER, s);
        IDisputeGame.Dispute memory d = game.dispute(id);
        assertState(id, IDisputeGame.DisputeState.Opened);
        assertEq(d.deadline, block.timestamp + MOVE, "deadline");
        assertEq(d.challenger, WATCHER, "challenger");
        assertEq(d.operator, HOST, "operator");
        assertEq(d.contextHash, keccak256(abi.encode(s.context)), "context");
        assertEq(d.positionKey, positionKeyOf(s), "position");
        assertEq(d.bond, BASE, "bond");
        assertEq(game.bondsHeld(), BASE, "held");
        assertEq(registry.stakeOf(StakeKind.Slot, slotId(slotA)).freezes, 1, "stake");
        // A tenth is the sequencer's; three of five layers.
        assertEq(credits.accountCredit(HOST).frozen, uint256(FEE) * 9 / 10 * 3 / 5, "share");
        assertEq(game.openOf(HOST, 0, 5)[0], id, "listed");
        assertEq(game.openCountOf(HOST), 1, "counted");
        assertEq(game.disputeOf(positionKeyOf(s), WATCHER), id, "by challenger");
        assertFalse(hub.blocksFinality(s.context.batchIndex, s.context.batchHash), "finality does not wait");
        assertMoney();
    }

    function test_open_wrongBond_reverts() public {
        Scene memory s = stage(honest(0, 4));
        bytes32 commitment = commitmentOf(WATCHER, s);
        for (uint256 i = 0; i < 2; i++) {
            uint256 sent = i == 0 ? BASE - 1 : BASE + 1;
            vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_WrongBond.selector, sent, BASE));
            game.open{value: sent}(s.header, s.leaf, s.items, s.context, commitment);
        }
    }

    function test_open_twiceByOne_reverts() public {
        Scene memory s = stage(honest(0, 4));
        openAs(WATCHER, s);
        refuse(IDisputeGame.Game_AlreadyOpened.selector, WATCHER, s);
        assertEq(openAs(RIVAL, s), 2, "another challenger may");
        assertEq(registry.stakeOf(StakeKind.Slot, slotId(slotA)).freezes, 1, "one freeze for a case");
        assertEq(credits.accountCredit(HOST).frozen, uint256(FEE) * 9 / 10 * 3 / 5, "and one share");
    }

    function test_open_secondOfTheWindow_lastOneCounts() public {
        Scene memory s = stage(honest(0, 4));
        uint256 posted = block.timestamp;
        vm.warp(posted + 60);
        refuse(IOpeningRules.Opening_WindowClosed.selector, WATCHER, s);
        vm.warp(posted + 59);
        openAs(WATCHER, s);
    }

    function test_open_finalBatch_reverts() public {
        Scene memory s = stage(honest(0, 4));
        skip(60);
        rollup.finalize(1);
        refuse(IOpeningRules.Opening_BatchNotOpen.selector, WATCHER, s);
    }

    function test_open_alteredObjects_revert() public {
        Scene memory s = stage(honest(1, 4));
        s.header.quotesRoot = keccak256("another");
        refuse(IOpeningRules.Opening_WrongHeader.selector, WATCHER, s);
        s = stage(honest(1, 4));
        s.leaf.receipt.fee++;
        refuse(IOpeningRules.Opening_NotInTheTree.selector, WATCHER, s);
        s = stage(honest(1, 4));
        s.leaf.index = 0;
        refuse(IOpeningRules.Opening_WrongContext.selector, WATCHER, s);
        s = stage(honest(1, 4));
        (s.leaf.index, s.context.leaf) = (0, 0);
        refuse(IOpeningRules.Opening_NotInTheTree.selector, WATCHER, s);
        s = stage(honest(1, 4));
        s.items.request.maxFee++;
        refuse(IOpeningRules.Opening_WrongItem.selector, WATCHER, s);
        s = stage(honest(1, 4));
        s.items.receipt.postBefore++;
        refuse(IOpeningRules.Opening_WrongItem.selector, WATCHER, s);
        s = stage(honest(1, 4));
        s.context.shard = 2;
        refuse(IOpeningRules.Opening_NoSuchShard.selector, WATCHER, s);
        s = stage(honest(1, 4));
        s.context.batchHash = keccak256("fork");
        refuse(IOpeningRules.Opening_WrongBatch.selector, WATCHER, s);
    }

    /// @dev Every word of the context is bound by something: none can be changed.
    function test_open_anyWordOfTheContextAltered_reverts() public {
        Scene memory s = stage(honest(1, 4));
        bytes memory good = abi.encode(s.context);
        assertEq(good.length, 34 * 32, "words");
        for (uint256 w = 0; w < 34; w++) {
            // A position below T can be any.
            if (w == 4) continue;
            bytes memory bad = bytes.concat(good);
            bad[32 * w + 31] = bytes1(uint8(bad[32 * w + 31]) ^ 1);
            s.context = abi.decode(bad, (DisputeContext));
            (bool opened,) = _tryOpen(s);
            assertFalse(opened, "opened with another context");
        }
        s.context = abi.decode(good, (DisputeContext));
        (bool done,) = _tryOpen(s);
        assertTrue(done, "with the right one");
    }

    function _tryOpen(Scene memory s) private returns (bool done, bytes memory why) {
        bytes memory call = abi.encodeCall(
            IDisputeGame.open, (s.header, s.leaf, s.items, s.context, keccak256("commitment"))
        );
        vm.prank(WATCHER);
        return address(game).call{value: BASE}(call);
    }

    function test_open_leafOfAnotherJob_reverts() public {
        Scene memory s = stage(honest(0, 4));
        s.leaf.receipt.jobId = keccak256("another");
        repost(s);
        refuse(IOpeningRules.Opening_WrongJob.selector, WATCHER, s);
    }

    function test_open_receiptOfAnotherJob_reverts() public {
        Scene memory s = stage(honest(0, 4));
        s.items.receipt.jobId = keccak256("another");
        signAgain(s, KEY_A);
        refuse(IOpeningRules.Opening_WrongJob.selector, WATCHER, s);
    }

    /// @dev A receipt that no key of the slot signed is the poster's fault, never the host's.
    function test_open_strangersSignature_reverts() public {
        Scene memory s = stage(honest(0, 4));
        signAgain(s, KEY_B);
        refuse(IOpeningRules.Opening_BadSignature.selector, WATCHER, s);
        s.items.receiptSignature = "short";
        s.leaf.receipt.shardReceiptHashes[0] = MessageHash.itemHash(s.items.receipt, s.items.receiptSignature);
        repost(s);
        refuse(IOpeningRules.Opening_BadSignature.selector, WATCHER, s);
    }

    /// @dev Of the two forms of a signature only one is read, so that bytes and statement stay one to one.
    function test_open_otherFormOfTheSignature_reverts() public {
        Scene memory s = stage(honest(0, 4));
        (bytes32 r, bytes32 low, uint8 v) = abi.decode(
            bytes.concat(_word(s.items.receiptSignature, 0), _word(s.items.receiptSignature, 32), bytes31(0), s.items.receiptSignature[64]),
            (bytes32, bytes32, uint8)
        );
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        s.items.receiptSignature = abi.encodePacked(r, bytes32(order - uint256(low)), v == 27 ? uint8(28) : uint8(27));
        s.leaf.receipt.shardReceiptHashes[0] = MessageHash.itemHash(s.items.receipt, s.items.receiptSignature);
        repost(s);
        refuse(IOpeningRules.Opening_BadSignature.selector, WATCHER, s);
    }

    function _word(bytes memory data, uint256 from) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 32), from))
        }
    }

    function test_open_epochOutsideTheKey_reverts() public {
        Scene memory s = stage(honest(0, 4));
        s.items.receipt.epoch = uint64(START / 10) - 1;
        signAgain(s, KEY_A);
        refuse(IOpeningRules.Opening_BadSignature.selector, WATCHER, s);
    }

    function test_open_operatorThatIsNotTheSlots_reverts() public {
        Scene memory s = stage(honest(0, 4));
        (s.items.receipt.operator, s.context.operator) = (HOST_B, HOST_B);
        signAgain(s, KEY_A);
        refuse(IOpeningRules.Opening_WrongSlot.selector, WATCHER, s);
    }

    function test_open_slotOfAnotherModel_reverts() public {
        Scene memory s = stage(honest(0, 4));
        bytes32 other =
            registry.listModel{value: 0.5 ether}(config(), keccak256("other"), keccak256("tokenizer"), 1);
        (s.items.request.modelId, s.context.modelId, s.context.weightsRoot) = (other, other, keccak256("other"));
        _requestAgain(s);
        refuse(IOpeningRules.Opening_WrongSlot.selector, WATCHER, s);
    }

    function test_open_samplingThatCannotBeProved_reverts() public {
        Scene memory s = stage(honest(0, 4));
        (s.items.request.sampling.topK, s.context.sampling.topK) = (1, 1);
        _requestAgain(s);
        refuse(IOpeningRules.Opening_NotDisputable.selector, WATCHER, s);
    }

    function test_open_architectureThatCannotBeProved_reverts() public {
        ModelConfig memory c = config();
        c.architecture = 2;
        _refuseModel(c, 1);
        _refuseModel(config(), 2);
    }

    function _refuseModel(ModelConfig memory c, uint32 arithmetic) private {
        bytes32 before = modelId;
        modelId = registry.listModel{value: 0.5 ether}(c, keccak256("weights"), keccak256("odd"), arithmetic);
        uint32 slot = openSlot(HOST, 0, 3);
        registerKey(slot, vm.addr(uint256(modelId) >> 8), uint64(START + 5_000));
        skip(10);
        Scene memory s = stage(honest(0, 4));
        (s.context.slot, s.items.receipt.slot, s.context.config) = (slot, slot, c);
        signAgain(s, uint256(modelId) >> 8);
        refuse(IOpeningRules.Opening_NotDisputable.selector, WATCHER, s);
        modelId = before;
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_open_positionPastTheTrace_reverts(uint32 position) public {
        Scene memory s = stage(honest(0, 4));
        s.context.position = T + position % (type(uint32).max - T);
        refuse(IOpeningRules.Opening_NoSuchPosition.selector, WATCHER, s);
    }

    function test_open_positionPastTheDisputable_reverts() public {
        Scene memory s = stage(honest(0, 4));
        (s.items.receipt.positions, s.context.positions, s.context.position) = (9_000, 9_000, 8_192);
        signAgain(s, KEY_A);
        refuse(IOpeningRules.Opening_NoSuchPosition.selector, WATCHER, s);
        s.context.position = 8_191;
        openAs(WATCHER, s);
    }

    function test_open_sealedJob_needsTheUser() public {
        Plan memory plan = honest(0, 4);
        plan.isSealed = true;
        Scene memory s = stage(plan);
        refuse(IOpeningRules.Opening_NotAuditor.selector, WATCHER, s);
        s.items.auditGrant = grant(s, RIVAL);
        refuse(IOpeningRules.Opening_NotAuditor.selector, WATCHER, s);
        s.items.auditGrant = sign(KEY_A, AuditGrant(s.leaf.receipt.jobId, WATCHER).structHash());
        refuse(IOpeningRules.Opening_NotAuditor.selector, WATCHER, s);
        s.items.auditGrant = grant(s, WATCHER);
        openAs(WATCHER, s);
        vm.deal(vm.addr(USER_KEY), 1 ether);
        s.items.auditGrant = "";
        openAs(vm.addr(USER_KEY), s);
    }

    function test_open_grantOfAnotherJob_reverts() public {
        Plan memory plan = honest(0, 4);
        plan.isSealed = true;
        Scene memory s = stage(plan);
        s.items.auditGrant = grant(stage(plan), WATCHER);
        refuse(IOpeningRules.Opening_NotAuditor.selector, WATCHER, s);
    }

    function test_open_eightOpen_doublesTheBondAndEndsLater() public {
        Scene memory s = stage(honest(0, 4));
        uint128 before = 0;
        for (uint256 n = 0; n < 17; n++) {
            assertEq(game.bondFor(HOST), uint256(BASE) << (n / 8), "bond");
            assertTrue(game.bondFor(HOST) >= before, "never falls");
            before = game.bondFor(HOST);
            s.context.position = uint32(n % T);
            address who = address(uint160(0x7000 + n));
            vm.deal(who, 1 ether);
            uint256 id = openAs(who, s);
            uint256 due = block.timestamp + MOVE + EXTENSION * n;
            if (n < T) assertEq(game.dispute(id).deadline, due, "extension");
            else assertTrue(game.dispute(id).deadline < due, "the earliest at a position counts");
        }
        assertEq(game.bondFor(HOST_B), BASE, "of this operator only");
        assertEq(game.openOf(HOST, 5, 100).length, 12, "pages");
        assertMoney();
    }

    /// @dev A dispute cannot outlive its freeze, however many wait.
    function test_open_manyWait_extensionEndsBeforeTheFreeze() public {
        Scene memory s = stage(honest(0, 4));
        for (uint256 n = 0; n < 40; n++) {
            address who = address(uint160(0x7000 + n));
            vm.deal(who, 10 ether);
            openAs(who, s);
        }
        s.context.position = 5;
        uint256 id = openAs(WATCHER, s);
        assertEq(game.dispute(id).deadline, block.timestamp + 100 - 4 * MOVE, "four moves are left");
        assertEq(registry.stakeOf(StakeKind.Slot, slotId(slotA)).frozenUntil, block.timestamp + 100, "freeze");
    }

    function test_open_absurdFees_doNotKeepOthersOut() public {
        Plan memory plan = honest(0, 4);
        plan.fee = type(uint128).max;
        for (uint256 i = 0; i < 3; i++) {
            openAs(WATCHER, stage(plan));
        }
        assertEq(credits.accountCredit(HOST).frozen, 3 * uint256(type(uint96).max), "capped");
    }

    function test_open_moduleReplaced_reverts() public {
        rollup.queueModule(ITeeTeeRollup.Module.Dispute, address(new TestDisputeModule()));
        skip(81);
        rollup.applyModule(ITeeTeeRollup.Module.Dispute);
        refuse(IHostRegistry.Registry_OnlyDisputeModule.selector, WATCHER, stage(honest(0, 4)));
    }

    function _requestAgain(Scene memory s) private {
        s.items.requestSignature = sign(USER_KEY, s.items.request.structHash());
        s.leaf.receipt.requestHash = MessageHash.itemHash(s.items.request, s.items.requestSignature);
        s.leaf.receipt.jobId = MessageHash.digest(rollup.domainSeparator(), s.items.request.structHash());
        s.items.receipt.jobId = s.leaf.receipt.jobId;
        signAgain(s, KEY_A);
    }
}
