// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeGame} from "../src/DisputeGame.sol";
import {IDisputeGame} from "../src/interfaces/IDisputeGame.sol";
import {IDisputes} from "../src/interfaces/IDisputes.sol";
import {IHostRegistry} from "../src/interfaces/IHostRegistry.sol";
import {IListRules} from "../src/interfaces/IListRules.sol";
import {IOpeningRules} from "../src/interfaces/IOpeningRules.sol";
import {IStepVerifier} from "../src/interfaces/IStepVerifier.sol";
import {ITeeTeeRollup} from "../src/interfaces/ITeeTeeRollup.sol";
import {Ether} from "../src/libraries/Ether.sol";
import {DisputeTerms} from "../src/types/GameTypes.sol";
import {EntryOpening} from "../src/types/DisputeTypes.sol";
import {BatchStatus, Parameters, StakeKind} from "../src/types/Types.sol";

import {GameFixture} from "./support/GameFixture.sol";
import {Reentrant} from "./support/Recipients.sol";
import {TestDisputeModule} from "./support/TestDisputeModule.sol";
import {vm} from "./support/Vm.sol";

contract GameTimeoutTest is GameFixture {
    function test_timeout_noReveal_convictsForTheFirst() public {
        Scene memory s = stage(honest(0, 4));
        uint256 first = openAs(WATCHER, s);
        skip(2);
        uint256 second = openAs(RIVAL, s);
        uint64 deadline = game.dispute(first).deadline;
        vm.warp(deadline - 1);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.Game_TooEarly.selector, deadline, deadline - 1));
        game.timeout(second);
        vm.warp(deadline);
        game.timeout(second);
        assertState(first, IDisputeGame.DisputeState.ChallengerWon);
        assertState(second, IDisputeGame.DisputeState.Moot);
        assertEq(game.caseOf(caseKeyOf(s)).winner, first, "the earliest");
        game.timeout(second);
        assertEq(game.payoutOf(RIVAL), BASE + GAS_MONEY, "bond and compensation");
        assertEq(game.payoutOf(WATCHER), BASE, "bond; the bounty waits");
        skip(DELAY);
        game.payBounty(first);
        assertEq(game.payoutOf(WATCHER), BASE + BOUNTY, "bounty");
        assertEq(game.penaltiesHeld(), 0, "nothing waits");
        assertMoney();
    }

    function test_timeout_halfAReveal_convicts() public {
        Scene memory s = stage(honest(0, 4));
        uint256 id = openAs(WATCHER, s);
        bytes32[][] memory groups = new bytes32[][](2);
        (groups[0], groups[1]) = (s.host.entries[0], s.host.entries[1]);
        vm.prank(HOST);
        game.reveal(s.context, s.opening, 0, groups, s.tokens, s.pick);
        skip(MOVE);
        game.timeout(id);
        assertState(id, IDisputeGame.DisputeState.ChallengerWon);
    }

    function test_timeout_noSelection_paysTheOperator() public {
        Scene memory s = stage(honest(0, 4));
        uint256 id = openAs(WATCHER, s);
        reveal(s);
        skip(MOVE);
        game.timeout(id);
        assertState(id, IDisputeGame.DisputeState.DefenderWon);
        assertEq(game.payoutOf(HOST), BASE / 2, "half of the bond");
        assertEq(Ether.BURN.balance, BASE / 2, "and half is burnt");
        assertEq(stakeOf(slotA), 1 ether, "stake");
        assertEq(registry.stakeOf(StakeKind.Slot, slotId(slotA)).freezes, 0, "let go");
        assertEq(credits.accountCredit(HOST).frozen, 0, "share let go");
        assertEq(game.openCountOf(HOST), 0, "none open");
        vm.expectPartialRevert(IDisputeGame.Game_WrongState.selector);
        game.timeout(id);
        assertMoney();
    }

    /// @dev C8: a friend's lost dispute makes nothing immune.
    function test_timeout_selfChallenge_buysNoImmunity() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        Scene memory s = stage(plan);
        uint256 friend = openAs(RIVAL, s);
        reveal(s);
        skip(MOVE);
        game.timeout(friend);
        uint256 id = openAs(WATCHER, s);
        selectAs(WATCHER, id, s, 2, 5);
        answer(id, s);
        proveAs(WATCHER, id, s);
        assertState(id, IDisputeGame.DisputeState.ChallengerWon);
        assertState(friend, IDisputeGame.DisputeState.DefenderWon);
        assertEq(stakeOf(slotA), 1 ether - PENALTY, "slashed");
    }

    function test_timeout_noAnswer_convicts() public {
        Scene memory s = stage(cheating(0, 4, 2, 5));
        uint256 id = openAs(WATCHER, s);
        reveal(s);
        selectAs(WATCHER, id, s, 2, 5);
        skip(MOVE);
        game.timeout(id);
        assertState(id, IDisputeGame.DisputeState.ChallengerWon);
        assertMoney();
    }

    function test_timeout_noProof_paysTheOperator() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        Scene memory s = stage(plan);
        uint256 id = answered(WATCHER, s, plan);
        skip(MOVE);
        game.timeout(id);
        assertState(id, IDisputeGame.DisputeState.DefenderWon);
        assertEq(game.payoutOf(HOST), BASE / 2, "half of the bond");
    }

    function test_timeout_unknown_reverts() public {
        vm.expectPartialRevert(IDisputeGame.Game_WrongState.selector);
        game.timeout(1);
    }

    /// @dev The stake stays for as long as any dispute of the case is open.
    function test_timeout_oneOfTwo_keepsTheFreeze() public {
        Scene memory s = stage(honest(0, 4));
        openAs(WATCHER, s);
        reveal(s);
        skip(5);
        uint256 second = openAs(RIVAL, s);
        skip(5);
        game.timeout(1);
        assertEq(registry.stakeOf(StakeKind.Slot, slotId(slotA)).freezes, 1, "held for the second");
        assertTrue(credits.accountCredit(HOST).frozen > 0, "share too");
        skip(5);
        game.timeout(second);
        assertEq(registry.stakeOf(StakeKind.Slot, slotId(slotA)).freezes, 0, "let go");
        assertEq(credits.accountCredit(HOST).frozen, 0, "share too");
    }

    /// @dev Another dispute of a case holds stake and share for its own whole life.
    function test_open_laterInTheCase_extendsTheFreeze() public {
        Scene memory s = stage(honest(0, 4));
        openAs(WATCHER, s);
        skip(50);
        s.context.position = 3;
        openAs(RIVAL, s);
        assertEq(registry.stakeOf(StakeKind.Slot, slotId(slotA)).frozenUntil, block.timestamp + 100, "stake");
        assertEq(credits.accountCredit(HOST).frozenUntil, block.timestamp + 100, "share");
    }

    function test_timeout_moduleReplaced_givesEveryBondBack() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        Scene memory s = stage(plan);
        uint256 id = answered(WATCHER, s, plan);
        Scene memory silent = stage(honest(0, 4));
        uint256 other = openAs(RIVAL, silent);
        rollup.queueModule(ITeeTeeRollup.Module.Dispute, address(new TestDisputeModule()));
        // No dispute outlives the delay of a change, but those that nobody settled are still here.
        skip(81);
        rollup.applyModule(ITeeTeeRollup.Module.Dispute);
        game.timeout(id);
        game.timeout(other);
        assertState(id, IDisputeGame.DisputeState.Void);
        assertState(other, IDisputeGame.DisputeState.Void);
        assertEq(game.payoutOf(WATCHER), BASE, "bond");
        assertEq(game.payoutOf(RIVAL), BASE, "bond");
        assertEq(stakeOf(slotA), 1 ether, "nobody is convicted");
        vm.expectPartialRevert(IDisputeGame.Game_WrongState.selector);
        game.timeout(id);
        assertMoney();
    }

    /// @dev A dispute that was voided while another module was in force is over, also when this one comes back.
    function test_timeout_firstWasVoided_convictsForTheNext() public {
        Scene memory s = stage(honest(0, 4));
        uint256 first = openAs(WATCHER, s);
        uint256 second = openAs(RIVAL, s);
        vm.mockCall(address(rollup), abi.encodeWithSelector(ITeeTeeRollup.disputeModule.selector), abi.encode(OTHER));
        game.timeout(first);
        vm.clearMockedCalls();
        skip(MOVE);
        game.timeout(second);
        assertState(first, IDisputeGame.DisputeState.Void);
        assertState(second, IDisputeGame.DisputeState.ChallengerWon);
        assertEq(game.payoutOf(WATCHER), BASE, "one bond");
        assertMoney();
    }

    function test_prove_moduleReplaced_reverts() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        Scene memory s = stage(plan);
        uint256 id = answered(WATCHER, s, plan);
        vm.mockCall(address(rollup), abi.encodeWithSelector(ITeeTeeRollup.disputeModule.selector), abi.encode(OTHER));
        vm.expectPartialRevert(IDisputeGame.Game_NotInForce.selector);
        proveAs(WATCHER, id, s);
    }
}

contract GamePenaltyTest is GameFixture {
    function _convict(Plan memory plan) private returns (uint256 id, Scene memory s) {
        s = stage(plan);
        id = answered(WATCHER, s, plan);
        proveAs(WATCHER, id, s);
    }

    /// @dev Refund, bounty and compensation together ask for more than the least penalty: as much again is burnt.
    function test_convict_dearJob_takesTwiceWhatItPays() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        plan.fee = 0.3 ether;
        uint256 burnt = Ether.BURN.balance;
        (, Scene memory s) = _convict(plan);
        uint256 taken = 2 * (0.3 ether + uint256(BOUNTY));
        assertEq(stakeOf(slotA), 1 ether - taken, "stake");
        assertEq(Ether.BURN.balance - burnt, taken / 2, "burnt");
        assertEq(credits.refundOf(s.context.batchHash, 1).amount, 0.3 ether, "refund");
        assertMoney();
    }

    /// @dev A fee of any size, even an absurd one of a colluding poster, must not make a conviction fail.
    function test_convict_absurdFee_takesWhatIsThere() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        plan.fee = type(uint128).max;
        (uint256 id, Scene memory s) = _convict(plan);
        assertState(id, IDisputeGame.DisputeState.ChallengerWon);
        assertEq(stakeOf(slotA), 0, "all");
        assertEq(credits.refundOf(s.context.batchHash, 1).amount, 0.5 ether, "half is the most that is not burnt");
        assertEq(game.penaltiesHeld(), 0, "nothing for the bounty");
        assertMoney();
    }

    function test_convict_userOfNobody_refundsNobody() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        Scene memory s = stage(plan);
        vm.mockCall(
            address(game.openingRules()),
            abi.encodeWithSelector(IOpeningRules.checkOpen.selector),
            abi.encode(address(0), FEE, uint128(1), keccak256(abi.encode(s.leaf.receipt)))
        );
        uint256 id = answered(WATCHER, s, plan);
        proveAs(WATCHER, id, s);
        assertEq(stakeOf(slotA), 1 ether - PENALTY, "convicted");
    }

    function test_convict_emptyStake_stillGivesTheBondBack() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        plan.fee = type(uint128).max;
        _convict(plan);
        Plan memory next = cheating(0, 4, 2, 5);
        (uint256 id,) = _convict(next);
        assertState(id, IDisputeGame.DisputeState.ChallengerWon);
        assertEq(game.payoutOf(WATCHER), 2 * BASE, "bonds");
        assertMoney();
    }

    function test_convict_secondShardOfALeaf_refundsOnce() public {
        Plan memory plan = cheating(1, 4, 2, 5);
        Scene memory s = stage(plan);
        vm.prank(address(hub));
        credits.voidLeaf{value: 0}(s.context.batchIndex, s.context.batchHash, 1, USER);
        uint256 id = answered(WATCHER, s, plan);
        uint256 burnt = Ether.BURN.balance;
        proveAs(WATCHER, id, s);
        assertEq(Ether.BURN.balance - burnt, PENALTY - BOUNTY, "no second refund");
        assertEq(credits.refundOf(s.context.batchHash, 1).amount, 0, "the first one stands");
    }

    /// @dev H7: the debit is gone with the batch; the penalty is not.
    function test_convict_batchRolledBack_refundsNothing() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        Scene memory s = stage(plan);
        uint256 id = answered(WATCHER, s, plan);
        vm.prank(address(hub));
        rollup.rollBack(s.context.batchIndex, s.context.batchHash);
        uint256 burnt = Ether.BURN.balance;
        proveAs(WATCHER, id, s);
        assertEq(Ether.BURN.balance - burnt, PENALTY - BOUNTY, "all but the bounty is burnt");
        assertEq(credits.accountCredit(HOST).forfeited, 0, "nothing was earned");
        assertEq(credits.accountCredit(HOST).frozen, 0, "nor is held");
        game.release(caseKeyOf(s));
        assertEq(registry.stakeOf(StakeKind.Slot, slotId(slotA)).freezes, 0, "stake");
    }

    /// @dev What is held of the operator's other disputed leaves stays held.
    function test_convict_oneOfTwoLeaves_keepsTheOthersShare() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        Scene memory other = stage(plan);
        openAs(WATCHER, other);
        uint128 share = credits.accountCredit(HOST).frozen;
        _convict(plan);
        assertEq(credits.accountCredit(HOST).forfeited, share, "one is forfeited");
        assertEq(credits.accountCredit(HOST).frozen, share, "the other is still held");
        skip(MOVE + EXTENSION);
        game.timeout(1);
        assertEq(credits.accountCredit(HOST).forfeited, 2 * uint256(share), "both");
        assertEq(credits.accountCredit(HOST).frozen, 0, "none");
    }

    function test_release_onceTheBatchIsSettled() public {
        (, Scene memory s) = _convict(cheating(0, 4, 2, 5));
        bytes32 key = caseKeyOf(s);
        vm.expectPartialRevert(IDisputeGame.Game_BatchOpen.selector);
        game.release(key);
        skip(60);
        rollup.finalize(1);
        game.release(key);
        assertEq(registry.stakeOf(StakeKind.Slot, slotId(slotA)).freezes, 0, "let go");
        vm.expectPartialRevert(IDisputeGame.Game_NotConvicted.selector);
        game.release(key);
        Scene memory other = stage(honest(0, 4));
        openAs(WATCHER, other);
        key = caseKeyOf(other);
        vm.expectPartialRevert(IDisputeGame.Game_NotConvicted.selector);
        game.release(key);
    }

    function test_convict_mootDisputes_getBondAndCompensation() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        Scene memory s = stage(plan);
        uint256 id = openAs(WATCHER, s);
        uint256 same = openAs(RIVAL, s);
        s.context.position = 3;
        uint256 elsewhere = openAs(RIVAL, s);
        s.context.position = 4;
        reveal(s);
        selectAs(WATCHER, id, s, 2, 5);
        answer(id, s);
        proveAs(WATCHER, id, s);
        assertEq(game.penaltiesHeld(), BOUNTY + 2 * GAS_MONEY, "held");
        assertState(same, IDisputeGame.DisputeState.Moot);
        assertState(elsewhere, IDisputeGame.DisputeState.Moot);
        assertEq(game.openCountOf(HOST), 0, "moot ones do not count");
        assertEq(game.unsettledCountOf(HOST), 2, "but are listed");
        game.timeout(same);
        game.timeout(elsewhere);
        assertEq(game.payoutOf(RIVAL), 2 * (BASE + GAS_MONEY), "bonds and compensations");
        assertEq(game.unsettledCountOf(HOST), 0, "settled");
        vm.expectPartialRevert(IDisputeGame.Game_WrongState.selector);
        game.timeout(same);
        assertMoney();
        // Another leaf of the same host is another matter.
        Scene memory other = stage(honest(0, 4));
        openAs(RIVAL, other);
        vm.deal(OTHER, 1 ether);
        refuse(IDisputeGame.Game_CaseClosed.selector, OTHER, s);
    }

    function test_payBounty_once_afterTheDelay() public {
        (uint256 id, Scene memory s) = _convict(cheating(0, 4, 2, 5));
        vm.expectPartialRevert(IDisputeGame.Game_TooEarly.selector);
        game.payBounty(id);
        skip(DELAY);
        game.payBounty(id);
        assertEq(game.payoutOf(WATCHER), BASE + BOUNTY, "bounty");
        vm.expectPartialRevert(IDisputeGame.Game_NothingToPay.selector);
        game.payBounty(id);
        vm.prank(WATCHER);
        game.withdrawPayout(COLD);
        assertEq(COLD.balance, BASE + BOUNTY, "paid");
        vm.expectPartialRevert(IDisputes.Disputes_NothingToPay.selector);
        vm.prank(WATCHER);
        game.withdrawPayout(COLD);
        uint256 open = openAs(WATCHER, stage(honest(0, 4)));
        vm.expectPartialRevert(IDisputeGame.Game_NothingToPay.selector);
        game.payBounty(open);
        s.context.position = 4;
        assertMoney();
    }

    function test_withdrawPayout_reentering_isPaidOnce() public {
        Reentrant target = new Reentrant(address(game));
        vm.deal(address(target), 1 ether);
        Scene memory s = stage(honest(0, 4));
        openAs(address(target), s);
        skip(MOVE);
        game.timeout(1);
        target.arm(abi.encodeCall(game.withdrawPayout, (address(target))));
        vm.expectPartialRevert(Ether.Ether_TransferFailed.selector);
        vm.prank(address(target));
        game.withdrawPayout(address(target));
        assertMoney();
    }

    function test_receive_stranger_reverts() public {
        vm.prank(WATCHER);
        (bool sent, bytes memory why) = address(game).call{value: 1}("");
        assertFalse(sent, "took it");
        assertEq(bytes32(bytes4(why)), bytes32(IDisputeGame.Game_NotThePayer.selector), "error");
    }

    /// @dev A stake that is withdrawn long after is nobody's problem.
    function test_convict_slotThatLeaves_cannotTakeItsStake() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        Scene memory s = stage(plan);
        vm.prank(HOST);
        registry.requestExit(StakeKind.Slot, slotId(slotA));
        uint256 id = answered(WATCHER, s, plan);
        proveAs(WATCHER, id, s);
        assertEq(stakeOf(slotA), 1 ether - PENALTY, "slashed");
    }
}

contract GameTakeOverTest is GameFixture {
    function _takeOver(address who, uint256 id, Scene memory s) private {
        (EntryOpening memory there, EntryOpening memory before) = revealedPair(s, 2, 5);
        _takeOver(who, id, s, there, before);
    }

    function _takeOver(address who, uint256 id, Scene memory s, EntryOpening memory there, EntryOpening memory before)
        private
    {
        IDisputeGame.OwnList memory own = ownListOf(who, s, 2, 5);
        vm.prank(who);
        game.takeOver(id, s.context, there, before, own);
    }

    /// @dev The rival copies the proof from the mempool and wins with it; the watcher opened first and had computed.
    function _stolen() private returns (uint256 first, uint256 thief, Scene memory s) {
        s = stage(cheating(0, 4, 2, 5));
        first = openAs(WATCHER, s);
        thief = openAs(RIVAL, s);
        reveal(s);
        selectAs(RIVAL, thief, s, 2, 5);
        answer(thief, s);
        proveAs(RIVAL, thief, s);
    }

    function test_takeOver_earlierCommitment_getsTheBounty() public {
        (uint256 first, uint256 thief, Scene memory s) = _stolen();
        _takeOver(WATCHER, first, s);
        assertEq(game.caseOf(caseKeyOf(s)).winner, first, "winner");
        skip(DELAY);
        vm.expectPartialRevert(IDisputeGame.Game_NothingToPay.selector);
        game.payBounty(thief);
        game.payBounty(first);
        game.timeout(first);
        assertEq(game.payoutOf(WATCHER), BOUNTY + BASE + GAS_MONEY, "bounty");
        assertEq(game.payoutOf(RIVAL), BASE, "only the bond");
        assertMoney();
    }

    function test_takeOver_settledMeanwhile_stillCounts() public {
        (uint256 first,, Scene memory s) = _stolen();
        game.timeout(first);
        _takeOver(WATCHER, first, s);
        skip(DELAY);
        game.payBounty(first);
        assertMoney();
    }

    function test_takeOver_afterTheDelay_reverts() public {
        (uint256 first,, Scene memory s) = _stolen();
        skip(DELAY);
        vm.expectPartialRevert(IDisputeGame.Game_TooLate.selector);
        this.takeOverExternal(WATCHER, first, s);
    }

    function takeOverExternal(address who, uint256 id, Scene memory s) external {
        _takeOver(who, id, s);
    }

    function test_takeOver_twice_reverts() public {
        (uint256 first, uint256 thief, Scene memory s) = _stolen();
        _takeOver(WATCHER, first, s);
        vm.expectPartialRevert(IDisputeGame.Game_NotLater.selector);
        this.takeOverExternal(WATCHER, first, s);
        vm.expectPartialRevert(IDisputeGame.Game_NotLater.selector);
        this.takeOverExternal(RIVAL, thief, s);
    }

    function test_takeOver_byAnother_reverts() public {
        (uint256 first,, Scene memory s) = _stolen();
        vm.expectPartialRevert(IDisputeGame.Game_NotChallenger.selector);
        this.takeOverExternal(RIVAL, first, s);
    }

    function test_takeOver_garbageCommitment_reverts() public {
        Scene memory s = stage(cheating(0, 4, 2, 5));
        Scene memory guess = s;
        bytes32 right = s.own.entries[2][4];
        guess.own.entries[2][4] = keccak256("garbage");
        uint256 first = openAs(WATCHER, guess);
        s.own.entries[2][4] = right;
        uint256 second = openAs(RIVAL, s);
        reveal(s);
        selectAs(RIVAL, second, s, 2, 5);
        answer(second, s);
        proveAs(RIVAL, second, s);
        vm.expectPartialRevert(IListRules.List_WrongCommitment.selector);
        this.takeOverExternal(WATCHER, first, s);
        s.own.entries[2][4] = keccak256("garbage");
        vm.expectPartialRevert(IListRules.List_OtherEntryBefore.selector);
        this.takeOverExternal(WATCHER, first, s);
    }

    function test_takeOver_otherEntry_reverts() public {
        (uint256 first,, Scene memory s) = _stolen();
        (EntryOpening memory there, EntryOpening memory before) = revealedPair(s, 2, 6);
        IDisputeGame.OwnList memory own = ownListOf(WATCHER, s, 2, 5);
        vm.expectPartialRevert(IListRules.List_OtherEntry.selector);
        vm.prank(WATCHER);
        game.takeOver(first, s.context, there, before, own);
    }

    function test_takeOver_lostDispute_reverts() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        Scene memory s = stage(plan);
        uint256 first = openAs(WATCHER, s);
        reveal(s);
        skip(MOVE);
        game.timeout(first);
        uint256 second = openAs(RIVAL, s);
        selectAs(RIVAL, second, s, 2, 5);
        answer(second, s);
        proveAs(RIVAL, second, s);
        vm.expectPartialRevert(IDisputeGame.Game_WrongState.selector);
        this.takeOverExternal(WATCHER, first, s);
    }

    function test_takeOver_otherPosition_reverts() public {
        Plan memory plan = cheating(0, 4, 2, 5);
        Scene memory s = stage(plan);
        s.context.position = 3;
        uint256 elsewhere = openAs(WATCHER, s);
        s.context.position = 4;
        uint256 id = openAs(RIVAL, s);
        reveal(s);
        selectAs(RIVAL, id, s, 2, 5);
        answer(id, s);
        proveAs(RIVAL, id, s);
        s.context.position = 3;
        vm.expectPartialRevert(IDisputeGame.Game_OtherPosition.selector);
        this.takeOverExternal(WATCHER, elsewhere, s);
        s.context.position = 4;
        vm.expectPartialRevert(IDisputeGame.Game_WrongContext.selector);
        this.takeOverExternal(WATCHER, elsewhere, s);
    }

    function test_takeOver_nothingWaits_reverts() public {
        (uint256 first, uint256 thief, Scene memory s) = _stolen();
        skip(DELAY);
        game.payBounty(thief);
        vm.expectPartialRevert(IDisputeGame.Game_NothingToPay.selector);
        this.takeOverExternal(WATCHER, first, s);
    }
}

contract GameBoundaryTest is GameFixture {
    function _torn() private pure returns (Plan memory plan) {
        plan = honest(1, 4);
        plan.torn = true;
    }

    function _prove(uint256 id, Scene memory s) private {
        game.proveBoundary(
            id, s.context, s.opening, s.leaf.receipt, s.upper, s.upperSignature, s.upperOpening
        );
    }

    function proveExternal(uint256 id, Scene memory s) external {
        _prove(id, s);
    }

    function _refuse(bytes4 selector, uint256 id, Scene memory s) private {
        vm.expectPartialRevert(selector);
        this.proveExternal(id, s);
    }

    /// @dev H1: a host whose input is not what the shard above gave keeps everything; the poster pays.
    function test_proveBoundary_torn_convictsThePoster() public {
        Scene memory s = stage(_torn());
        uint256 id = openAs(WATCHER, s);
        uint256 other = openAs(RIVAL, s);
        reveal(s);
        _prove(id, s);
        assertEq(registry.stakeOf(StakeKind.Poster, posterId(PRIMARY)).amount, 1 ether - PENALTY, "poster");
        assertEq(stakeOf(slotB), 1 ether, "the host keeps its stake");
        assertEq(registry.stakeOf(StakeKind.Slot, slotId(slotB)).freezes, 0, "free");
        assertEq(credits.accountCredit(HOST_B).frozen, 0, "share too");
        assertEq(credits.refundOf(s.context.batchHash, 1).amount, FEE, "refund");
        assertState(id, IDisputeGame.DisputeState.Moot);
        assertState(other, IDisputeGame.DisputeState.Moot);
        game.timeout(id);
        game.timeout(other);
        assertEq(game.payoutOf(WATCHER), BASE + BOUNTY + GAS_MONEY, "opened first");
        assertEq(game.payoutOf(RIVAL), BASE + GAS_MONEY, "moot");
        assertEq(game.penaltiesHeld(), 0, "nothing waits");
        refuse(IDisputeGame.Game_BoundaryWasWrong.selector, HOST, s);
        _refuse(IDisputeGame.Game_WrongState.selector, id, s);
        assertMoney();
    }

    function test_proveBoundary_beforeTheReveal_stopsIt() public {
        Scene memory s = stage(_torn());
        uint256 id = openAs(WATCHER, s);
        _prove(id, s);
        vm.expectPartialRevert(IDisputeGame.Game_BoundaryWasWrong.selector);
        reveal(s);
    }

    function test_proveBoundary_firstLost_paysWhoIsNamed() public {
        Scene memory s = stage(_torn());
        uint256 first = openAs(RIVAL, s);
        reveal(s);
        skip(MOVE);
        game.timeout(first);
        uint256 id = openAs(WATCHER, s);
        _prove(id, s);
        assertEq(game.payoutOf(WATCHER), BOUNTY, "bounty");
        assertEq(game.payoutOf(RIVAL), 0, "none");
        assertMoney();
    }

    /// @dev The poster's fault is one for a leaf, however many positions show it.
    function test_proveBoundary_secondPosition_isMootWithoutPenalty() public {
        Scene memory s = stage(_torn());
        uint256 id = openAs(WATCHER, s);
        uint256 other = openAs(RIVAL, s);
        _prove(id, s);
        uint128 stake = registry.stakeOf(StakeKind.Poster, posterId(PRIMARY)).amount;
        vm.mockCall(
            address(game.openingRules()), abi.encodeWithSelector(IOpeningRules.checkBoundary.selector), ""
        );
        s.context.position = 3;
        uint256 next = openAs(WATCHER, s);
        _prove(next, s);
        assertEq(registry.stakeOf(StakeKind.Poster, posterId(PRIMARY)).amount, stake, "once");
        game.timeout(next);
        game.timeout(id);
        game.timeout(other);
        assertEq(game.payoutOf(WATCHER), 2 * BASE + BOUNTY + GAS_MONEY, "bonds");
        assertMoney();
    }

    /// @dev What was moot by the boundary stays with the poster's compensation when the host is convicted elsewhere in the case.
    function test_proveBoundary_thenConvicted_paysEachOnce() public {
        Scene memory s = stage(_torn());
        uint256 id = openAs(WATCHER, s);
        s.context.position = 3;
        uint256 silent = openAs(RIVAL, s);
        s.context.position = 4;
        _prove(id, s);
        assertEq(registry.stakeOf(StakeKind.Slot, slotId(slotB)).freezes, 1, "one is still open");
        vm.warp(game.dispute(silent).deadline);
        game.timeout(silent);
        game.timeout(id);
        skip(DELAY);
        game.payBounty(silent);
        assertEq(game.payoutOf(WATCHER), BASE + GAS_MONEY + BOUNTY, "by the poster");
        assertEq(game.payoutOf(RIVAL), BASE + BOUNTY, "by the host");
        assertEq(game.penaltiesHeld(), 0, "nothing waits");
        assertMoney();
    }

    /// @dev A poster that cannot refund has no batch.
    function test_proveBoundary_stakeTooSmall_rollsBack() public {
        Plan memory plan = _torn();
        plan.fee = 0.6 ether;
        Scene memory s = stage(plan);
        uint256 id = openAs(WATCHER, s);
        _prove(id, s);
        assertEq(registry.stakeOf(StakeKind.Poster, posterId(PRIMARY)).amount, 0, "all of it");
        assertEq(credits.refundOf(s.context.batchHash, 1).amount, 0.5 ether, "as far as it goes");
        assertEq(uint8(rollup.statusOf(s.context.batchIndex)), uint8(BatchStatus.RolledBack), "rolled back");
        game.timeout(id);
        assertMoney();
    }

    function test_proveBoundary_emptyStake_rollsBack() public {
        Plan memory plan = _torn();
        plan.fee = 0.6 ether;
        Scene memory first = stage(plan);
        Scene memory second = stage(_torn());
        _prove(openAs(WATCHER, second), second);
        assertEq(uint8(rollup.statusOf(second.context.batchIndex)), uint8(BatchStatus.Open), "refunded: it stands");
        vm.mockCall(
            address(registry),
            abi.encodeCall(IHostRegistry.stakeOf, (StakeKind.Poster, posterId(PRIMARY))),
            abi.encode(IHostRegistry.Stake(PRIMARY, 0, 0, 0, 0))
        );
        _prove(openAs(WATCHER, first), first);
        assertEq(uint8(rollup.statusOf(first.context.batchIndex)), uint8(BatchStatus.RolledBack), "rolled back");
    }

    function test_proveBoundary_whole_reverts() public {
        Scene memory s = stage(honest(1, 4));
        uint256 id = openAs(WATCHER, s);
        _refuse(IOpeningRules.Opening_BoundaryMeets.selector, id, s);
    }

    function test_proveBoundary_openingsThatDoNotFit_revert() public {
        Scene memory s = stage(_torn());
        uint256 id = openAs(WATCHER, s);
        bytes32 right = s.upperOpening.hOutRoot;
        s.upperOpening.hOutRoot = keccak256("another");
        _refuse(IListRules.List_NotInTheTrace.selector, id, s);
        s.upperOpening.hOutRoot = right;
        right = s.opening.hInRoot;
        s.opening.hInRoot = keccak256("another");
        _refuse(IListRules.List_NotInTheTrace.selector, id, s);
        s.opening.hInRoot = right;
        s.upper.epoch++;
        _refuse(IOpeningRules.Opening_WrongItem.selector, id, s);
        s.upper.epoch--;
        s.leaf.receipt.fee++;
        _refuse(IOpeningRules.Opening_OtherReceipt.selector, id, s);
        s.leaf.receipt.fee--;
        s.context.promptTokens++;
        _refuse(IDisputeGame.Game_WrongContext.selector, id, s);
    }

    function test_proveBoundary_firstShard_reverts() public {
        Scene memory s = stage(honest(0, 4));
        uint256 id = openAs(WATCHER, s);
        _refuse(IOpeningRules.Opening_NoBoundary.selector, id, s);
    }

    function test_proveBoundary_unknownDispute_reverts() public {
        _refuse(IDisputeGame.Game_WrongState.selector, 1, stage(_torn()));
    }

    function test_proveBoundary_moduleReplaced_reverts() public {
        Scene memory s = stage(_torn());
        uint256 id = openAs(WATCHER, s);
        vm.mockCall(address(rollup), abi.encodeWithSelector(ITeeTeeRollup.disputeModule.selector), abi.encode(OTHER));
        _refuse(IDisputeGame.Game_NotInForce.selector, id, s);
    }
}

contract GameTermsTest is GameFixture {
    function _refuse(DisputeTerms memory t) private {
        IOpeningRules openings = game.openingRules();
        IListRules lists = game.listRules();
        vm.expectPartialRevert(IOpeningRules.Opening_BadTerms.selector);
        new DisputeGame(rollup, hub, openings, lists, steps, t);
    }

    function test_constructor_badTerms_revert() public {
        for (uint256 i = 0; i < 12; i++) {
            DisputeTerms memory t = gameTerms();
            if (i == 0) t.baseBond = 0;
            if (i == 1) t.moveSeconds = 0;
            if (i == 2) t.bounty = PENALTY / 2;
            if (i == 3) (t.penalty, t.bounty, t.compensation) = (0, 0, 0);
            if (i == 4) t.baseBond = 1 << 60;
            if (i == 5) t.moveSeconds = 31 days;
            if (i == 6) t.extensionSeconds = 31 days;
            if (i == 7) t.payoutDelay = 91 days;
            // The horizon is 100 seconds: five moves must fit.
            if (i == 8) t.moveSeconds = 21;
            if (i == 9) t.penalty = 1 ether + 1;
            if (i == 10) t.compensation = PENALTY / 2 - BOUNTY + 1;
            if (i == 11) t.baseBond = type(uint128).max;
            _refuse(t);
        }
        DisputeTerms memory good = gameTerms();
        (good.moveSeconds, good.penalty) = (20, 1 ether);
        DisputeGame made = new DisputeGame(rollup, hub, game.openingRules(), game.listRules(), steps, good);
        assertEq(made.terms().moveSeconds, 20, "at equality");
    }

    function test_constructor_partsWithoutCode_revert() public {
        IOpeningRules openings = game.openingRules();
        IListRules lists = game.listRules();
        for (uint256 i = 0; i < 3; i++) {
            vm.expectPartialRevert(IDisputeGame.Game_NotAContract.selector);
            new DisputeGame(
                rollup,
                hub,
                i == 0 ? IOpeningRules(OTHER) : openings,
                i == 1 ? IListRules(OTHER) : lists,
                i == 2 ? IStepVerifier(OTHER) : steps,
                gameTerms()
            );
        }
    }
}

contract GameProductionTermsTest is GameFixture {
    /// @dev Terms that test networks may have are refused by parameters of production, at the first dispute at the latest.
    function test_checkTerms_production_asksForLongMoves() public {
        IOpeningRules rules = game.openingRules();
        Parameters memory p = productionParameters();
        vm.mockCall(address(rollup), abi.encodeCall(ITeeTeeRollup.parameters, ()), abi.encode(p));
        DisputeTerms memory t = gameTerms();
        _refuse(rules, t);
        (t.moveSeconds, t.payoutDelay) = (14 hours, 14 hours);
        assertTrue(rules.checkTerms(t), "compared");
        t.payoutDelay--;
        _refuse(rules, t);
        (t.payoutDelay, t.baseBond) = (14 hours, 0.01 ether - 1);
        _refuse(rules, t);
        (t.baseBond, t.moveSeconds) = (0.01 ether, 14 hours - 1);
        _refuse(rules, t);
    }

    function _refuse(IOpeningRules rules, DisputeTerms memory t) private {
        vm.expectPartialRevert(IOpeningRules.Opening_BadTerms.selector);
        rules.checkTerms(t);
    }

    /// @dev The rollup is deployed after the game, so the first dispute compares.
    function test_open_termsThatDoNotFit_reverts() public {
        Parameters memory p = devParameters();
        p.disputeHorizon = 5 * MOVE - 1;
        vm.mockCall(address(rollup), abi.encodeCall(ITeeTeeRollup.parameters, ()), abi.encode(p));
        refuse(IOpeningRules.Opening_BadTerms.selector, WATCHER, stage(honest(0, 4)));
    }
}
