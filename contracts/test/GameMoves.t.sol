// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDisputeGame} from "../src/interfaces/IDisputeGame.sol";
import {IListRules} from "../src/interfaces/IListRules.sol";
import {IStepVerifier} from "../src/interfaces/IStepVerifier.sol";
import {EntryOpening, StepClaim} from "../src/types/DisputeTypes.sol";
import {StakeKind} from "../src/types/Types.sol";

import {GameFixture} from "./support/GameFixture.sol";
import {TestStepVerifier} from "./support/TestStepVerifier.sol";
import {vm} from "./support/Vm.sol";

contract GameSelectTest is GameFixture {
    function selectOwn(uint256 id, Scene memory s, Plan memory plan, IDisputeGame.OwnList memory own) external {
        (EntryOpening memory there, EntryOpening memory before) = revealedPair(s, plan.wrongGroup, plan.wrongIndex);
        vm.prank(WATCHER);
        game.select(id, s.context, plan.wrongGroup, plan.wrongIndex, there, before, own);
    }

    function _revealed(Plan memory plan) private returns (uint256 id, Scene memory s) {
        s = stage(plan);
        id = openAs(WATCHER, s);
        reveal(s);
    }

    function test_select_firstDifference_isKept() public {
        (uint256 id, Scene memory s) = _revealed(cheating(0, 4, 2, 5));
        selectAs(WATCHER, id, s, 2, 5);
        IDisputeGame.Dispute memory d = game.dispute(id);
        assertState(id, IDisputeGame.DisputeState.Selected);
        assertEq(d.entry, s.host.entries[2][5], "entry");
        assertTrue(d.group == 2 && d.index == 5, "place");
        assertEq(d.deadline, block.timestamp + MOVE, "deadline");
        vm.expectPartialRevert(IDisputeGame.Game_WrongState.selector);
        this.selectExternal(WATCHER, id, s, 2, 5);
    }

    /// @dev The very first entry has none before it; every other has, also the first one of a group.
    function test_select_firstEntries_needTheOnesBefore() public {
        (uint256 id, Scene memory s) = _revealed(cheating(0, 4, 0, 0));
        IDisputeGame.OwnList memory own = ownListOf(WATCHER, s, 0, 0);
        assertEq(own.before.path.length, 0, "none before");
        this.selectOwn(id, s, cheating(0, 4, 0, 0), own);
        (id, s) = _revealed(cheating(1, 4, 1, 0));
        own = ownListOf(WATCHER, s, 1, 0);
        delete own.before;
        vm.expectPartialRevert(IListRules.List_NotInTheList.selector);
        this.selectOwn(id, s, cheating(1, 4, 1, 0), own);
        selectAs(WATCHER, id, s, 1, 0);
        (id, s) = _revealed(cheating(0, 4, 2, 0));
        selectAs(WATCHER, id, s, 2, 0);
    }

    function test_select_input_reverts() public {
        (uint256 id, Scene memory s) = _revealed(cheating(1, 4, 0, 0));
        vm.expectPartialRevert(IListRules.List_Input.selector);
        this.selectExternal(WATCHER, id, s, 0, 0);
    }

    function selectExternal(address who, uint256 id, Scene memory s, uint32 group, uint32 index) external {
        selectAs(who, id, s, group, index);
    }

    function test_select_placesOutside_revert() public {
        (uint256 id, Scene memory s) = _revealed(cheating(0, 4, 2, 5));
        (EntryOpening memory there, EntryOpening memory before) = revealedPair(s, 2, 5);
        IDisputeGame.OwnList memory own = ownListOf(WATCHER, s, 2, 5);
        uint32[2][4] memory places = [[uint32(2), 32], [uint32(4), 0], [uint32(3), 5], [uint32(2), 6]];
        for (uint256 i = 0; i < 4; i++) {
            vm.expectRevert();
            vm.prank(WATCHER);
            game.select(id, s.context, places[i][0], places[i][1], there, before, own);
        }
    }

    function test_select_notTheChallenger_reverts() public {
        (uint256 id, Scene memory s) = _revealed(cheating(0, 4, 2, 5));
        openAs(RIVAL, s);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.Game_NotChallenger.selector, RIVAL, WATCHER));
        this.selectExternal(RIVAL, id, s, 2, 5);
    }

    function test_select_lastSecond_countsAndTheNextDoesNot() public {
        (uint256 id, Scene memory s) = _revealed(cheating(0, 4, 2, 5));
        uint64 deadline = game.dispute(id).deadline;
        vm.warp(deadline);
        vm.expectPartialRevert(IDisputeGame.Game_TooLate.selector);
        this.selectExternal(WATCHER, id, s, 2, 5);
        vm.warp(deadline - 1);
        selectAs(WATCHER, id, s, 2, 5);
    }

    function test_select_beforeTheReveal_reverts() public {
        Scene memory s = stage(cheating(0, 4, 2, 5));
        uint256 id = openAs(WATCHER, s);
        vm.expectPartialRevert(IDisputeGame.Game_WrongState.selector);
        this.selectExternal(WATCHER, id, s, 2, 5);
    }

    function test_select_listThatWasNotCommitted_reverts() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        (uint256 id, Scene memory s) = _revealed(plan);
        IDisputeGame.OwnList memory own = ownListOf(WATCHER, s, 2, 5);
        own.salt = keccak256("another");
        vm.expectPartialRevert(IListRules.List_WrongCommitment.selector);
        this.selectOwn(id, s, plan, own);
        own = ownListOf(WATCHER, s, 2, 5);
        own.groupRoots[3] = keccak256("another");
        vm.expectPartialRevert(IListRules.List_WrongCommitment.selector);
        this.selectOwn(id, s, plan, own);
        own = ownListOf(RIVAL, s, 2, 5);
        vm.expectPartialRevert(IListRules.List_WrongCommitment.selector);
        this.selectOwn(id, s, plan, own);
    }

    function test_select_ownListOfAnotherLength_reverts() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        Scene memory s = stage(plan);
        bytes32[][] memory whole = s.own.entries;
        s.own.entries = new bytes32[][](3);
        for (uint256 g = 0; g < 3; g++) {
            s.own.entries[g] = whole[g];
        }
        uint256 id = openAs(WATCHER, s);
        reveal(s);
        IDisputeGame.OwnList memory own = ownListOf(WATCHER, s, 2, 5);
        vm.expectPartialRevert(IListRules.List_WrongGroupCount.selector);
        this.selectOwn(id, s, plan, own);
    }

    function test_select_equalEntries_reverts() public {
        (uint256 id, Scene memory s) = _revealed(cheating(0, 4, 2, 5));
        vm.expectPartialRevert(IListRules.List_SameEntry.selector);
        this.selectExternal(WATCHER, id, s, 2, 4);
    }

    /// @dev M1: who has not computed before the reveal has no equal entry before the wrong one.
    function test_select_entriesBeforeThatDiffer_reverts() public {
        (uint256 id, Scene memory s) = _revealed(cheating(0, 4, 2, 5));
        s.own = maker.alter(s.context, s.own, 2, 4, maker.other(s.context, 2, 4, keccak256("garbage")));
        uint256 thief = openAs(RIVAL, s);
        IDisputeGame.OwnList memory own = ownListOf(RIVAL, s, 2, 5);
        (EntryOpening memory there, EntryOpening memory before) = revealedPair(s, 2, 5);
        vm.expectPartialRevert(IListRules.List_OtherEntryBefore.selector);
        vm.prank(RIVAL);
        game.select(thief, s.context, 2, 5, there, before, own);
        assertState(id, IDisputeGame.DisputeState.Revealed);
    }

    function test_select_openingsThatLeadElsewhere_revert() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        (uint256 id, Scene memory s) = _revealed(plan);
        (EntryOpening memory there, EntryOpening memory before) = revealedPair(s, 2, 5);
        for (uint256 k = 0; k < 4; k++) {
            IDisputeGame.OwnList memory own = ownListOf(WATCHER, s, 2, 5);
            (EntryOpening memory a, EntryOpening memory b) = (there, before);
            if (k == 0) a = EntryOpening(keccak256("another"), there.path);
            if (k == 1) b = EntryOpening(keccak256("another"), before.path);
            if (k == 2) own.selected.entry = keccak256("another");
            if (k == 3) own.before.entry = keccak256("another");
            vm.expectPartialRevert(IListRules.List_NotInTheList.selector);
            vm.prank(WATCHER);
            game.select(id, s.context, 2, 5, a, b, own);
        }
    }
}

contract GameAnswerTest is GameFixture {
    function _selected(Plan memory plan) private returns (uint256 id, Scene memory s) {
        s = stage(plan);
        id = openAs(WATCHER, s);
        reveal(s);
        selectAs(WATCHER, id, s, plan.wrongGroup, plan.wrongIndex);
    }

    /// @dev Every kind of content: each entry of a layer and of the head group, by anybody.
    function test_answer_everyEntry_isOpenedByItsHash() public {
        for (uint32 i = 0; i < 36; i++) {
            (uint32 group, uint32 index) = i < 32 ? (uint32(1), i) : (uint32(3), i - 32);
            // The pick is bound at the reveal already.
            if (group == 3 && index == 3) continue;
            (uint256 id, Scene memory s) = _selected(cheating(1, 4, group, index));
            bytes memory content = s.host.contents[group][index];
            vm.expectPartialRevert(IListRules.List_WrongLength.selector);
            game.answer(id, s.context, bytes.concat(content, bytes1(0)));
            content[content.length / 2] ^= 0x01;
            vm.expectPartialRevert(IListRules.List_WrongContent.selector);
            game.answer(id, s.context, content);
            content[content.length / 2] ^= 0x01;
            vm.expectEmit(true, true, true, true, address(game));
            emit IDisputeGame.EntryAnswered(id, uint64(block.timestamp) + MOVE, content);
            vm.prank(OTHER);
            game.answer(id, s.context, content);
            assertState(id, IDisputeGame.DisputeState.Answered);
            skip(MOVE);
            game.timeout(id);
        }
    }

    function test_answer_sealedEntries_areOpenedWithTheirSalts() public {
        uint32[2][6] memory places =
            [[uint32(1), 0], [uint32(1), 1], [uint32(1), 2], [uint32(1), 6], [uint32(1), 14], [uint32(3), 2]];
        for (uint256 i = 0; i < 6; i++) {
            Plan memory plan = cheating(1, 4, places[i][0], places[i][1]);
            (plan.isSealed, plan.user) = (true, WATCHER);
            (uint256 id, Scene memory s) = _selected(plan);
            bytes memory content = s.host.contents[places[i][0]][places[i][1]];
            bytes memory bare = maker.slice(content, 32, content.length);
            vm.expectPartialRevert(IListRules.List_WrongLength.selector);
            game.answer(id, s.context, bare);
            answer(id, s);
            assertState(id, IDisputeGame.DisputeState.Answered);
            skip(MOVE);
            game.timeout(id);
        }
    }

    function test_answer_lastSecond_countsAndTheNextDoesNot() public {
        (uint256 id, Scene memory s) = _selected(cheating(0, 4, 2, 5));
        uint64 deadline = game.dispute(id).deadline;
        vm.warp(deadline);
        vm.expectPartialRevert(IDisputeGame.Game_TooLate.selector);
        game.answer(id, s.context, s.host.contents[2][5]);
        vm.warp(deadline - 1);
        answer(id, s);
        vm.expectPartialRevert(IDisputeGame.Game_WrongState.selector);
        game.answer(id, s.context, s.host.contents[2][5]);
    }

    function test_answer_otherContext_reverts() public {
        (uint256 id, Scene memory s) = _selected(cheating(0, 4, 2, 5));
        s.context.config.headDimension++;
        vm.expectPartialRevert(IDisputeGame.Game_WrongContext.selector);
        game.answer(id, s.context, s.host.contents[2][5]);
    }
}

contract GameProveTest is GameFixture {
    function test_prove_wrongUnit_convicts() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        Scene memory s = stage(plan);
        uint256 id = answered(WATCHER, s, plan);
        vm.expectEmit(true, true, true, true, address(game));
        emit IDisputeGame.DisputeSettled(
            id, positionKeyOf(s), IDisputeGame.DisputeState.ChallengerWon, PENALTY, BOUNTY
        );
        proveAs(WATCHER, id, s);
        assertState(id, IDisputeGame.DisputeState.ChallengerWon);
        assertEq(stakeOf(slotA), 1 ether - PENALTY, "stake");
        assertEq(credits.refundOf(s.context.batchHash, 1).amount, FEE, "refund of the whole fee");
        assertEq(credits.refundOf(s.context.batchHash, 1).user, vm.addr(USER_KEY), "to the user");
        assertEq(game.payoutOf(WATCHER), BASE, "bond");
        assertEq(game.penaltiesHeld(), BOUNTY, "bounty waits");
        assertEq(credits.accountCredit(HOST).forfeited, uint256(FEE) * 9 / 10 * 3 / 5, "share is gone");
        assertEq(credits.accountCredit(HOST).frozen, 0, "nothing else of it");
        assertEq(registry.stakeOf(StakeKind.Slot, slotId(slotA)).freezes, 1, "the rest stays frozen");
        assertEq(stakeOf(slotB), 1 ether, "nobody else pays");
        assertEq(game.openCountOf(HOST), 0, "none open");
        assertMoney();
    }

    /// @dev The step verifier judges exactly this claim, element, part and witness.
    function test_prove_claim_isPassedAsItStands() public {
        Plan memory plan = cheating(1, 4, 2, 5);
        Scene memory s = stage(plan);
        uint256 id = answered(WATCHER, s, plan);
        StepClaim memory claim = StepClaim(s.context, maker.rootsOf(s.host), 2, 5, s.host.entries[2][5]);
        bytes memory call = abi.encodeCall(IStepVerifier.isWrong, (claim, 7, 9, "some witness"));
        vm.expectPartialRevert(TestStepVerifier.DoesNotOpen.selector);
        vm.prank(WATCHER);
        game.prove(id, s.context, 7, 9, "some witness");
        vm.mockCall(address(steps), call, abi.encode(true));
        vm.prank(WATCHER);
        game.prove(id, s.context, 7, 9, "some witness");
        assertState(id, IDisputeGame.DisputeState.ChallengerWon);
    }

    function test_prove_rightUnit_reverts() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        Scene memory s = stage(plan);
        uint256 id = answered(WATCHER, s, plan);
        vm.mockCall(address(steps), abi.encodeWithSelector(IStepVerifier.isWrong.selector), abi.encode(false));
        vm.expectRevert(
            abi.encodeWithSelector(IDisputeGame.Game_NotWrong.selector, uint32(2), uint32(5), uint32(0), uint32(0))
        );
        proveAs(WATCHER, id, s);
        assertState(id, IDisputeGame.DisputeState.Answered);
    }

    /// @dev Only a completed comparison convicts: what does not open reverts with the verifier's own error.
    function test_prove_witnessThatDoesNotOpen_reverts() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        Scene memory s = stage(plan);
        uint256 id = answered(WATCHER, s, plan);
        vm.expectPartialRevert(TestStepVerifier.DoesNotOpen.selector);
        vm.prank(WATCHER);
        game.prove(id, s.context, 0, 0, "garbage");
        vm.mockCall(address(steps), abi.encodeWithSelector(IStepVerifier.isWrong.selector), "");
        vm.expectRevert();
        proveAs(WATCHER, id, s);
    }

    /// forge-config: default.fuzz.runs = 16
    /// @dev M11: with too little gas nothing is decided.
    function testFuzz_prove_littleGas_neverConvictsWrongly(uint256 gas) public {
        Plan memory plan = cheating(0, 4, 2, 5);
        Scene memory s = stage(plan);
        uint256 id = answered(WATCHER, s, plan);
        vm.mockCall(address(steps), abi.encodeWithSelector(IStepVerifier.isWrong.selector), abi.encode(false));
        bytes memory call = abi.encodeCall(IDisputeGame.prove, (id, s.context, 0, 0, "witness"));
        vm.prank(WATCHER);
        (bool done,) = address(game).call{gas: bound(gas, 20_000, 400_000)}(call);
        assertFalse(done, "convicted");
        assertState(id, IDisputeGame.DisputeState.Answered);
    }

    function test_prove_notTheChallenger_reverts() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        Scene memory s = stage(plan);
        uint256 id = answered(WATCHER, s, plan);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.Game_NotChallenger.selector, RIVAL, WATCHER));
        proveAs(RIVAL, id, s);
    }

    function test_prove_lastSecond_countsAndTheNextDoesNot() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        Scene memory s = stage(plan);
        uint256 id = answered(WATCHER, s, plan);
        uint64 deadline = game.dispute(id).deadline;
        vm.warp(deadline);
        vm.expectPartialRevert(IDisputeGame.Game_TooLate.selector);
        proveAs(WATCHER, id, s);
        vm.warp(deadline - 1);
        proveAs(WATCHER, id, s);
        vm.expectPartialRevert(IDisputeGame.Game_WrongState.selector);
        proveAs(WATCHER, id, s);
    }

    function test_prove_beforeTheAnswer_reverts() public {
        Scene memory s = stage(cheating(0, 4, 2, 5));
        uint256 id = openAs(WATCHER, s);
        reveal(s);
        selectAs(WATCHER, id, s, 2, 5);
        vm.expectPartialRevert(IDisputeGame.Game_WrongState.selector);
        proveAs(WATCHER, id, s);
    }
}
