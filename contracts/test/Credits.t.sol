// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICredits} from "../src/interfaces/ICredits.sol";
import {Ether} from "../src/libraries/Ether.sol";
import {Account} from "../src/types/Types.sol";

import {AccountTree} from "./support/AccountTree.sol";
import {Fixture} from "./support/Fixture.sol";
import {Rejecting, Reentrant} from "./support/Recipients.sol";
import {vm} from "./support/Vm.sol";

abstract contract CreditsFixture is Fixture {
    function accountOf(address owner, uint128 spent, uint128 earned, uint128 earningsSpent)
        internal
        pure
        returns (Account memory)
    {
        return Account(owner, spent, 1, earned, earningsSpent);
    }

    function none() internal pure returns (Account memory empty) {}

    function depositFor(address user, uint256 amount) internal {
        credits.deposit{value: amount}(user);
    }

    function request(address user, uint128 amount) internal {
        vm.prank(user);
        credits.requestWithdrawal(amount);
    }

    function withdraw(address user, uint64 index, Account memory account, Account[] memory state)
        internal
        returns (uint128)
    {
        (bytes32 bitmap, bytes32[] memory siblings) = AccountTree.prove(state, user);
        vm.prank(user);
        return credits.withdraw(user, index, account, bitmap, siblings);
    }

    function claim(Account memory account, Account[] memory state) internal returns (uint128) {
        (bytes32 bitmap, bytes32[] memory siblings) = AccountTree.prove(state, account.owner);
        return credits.claim(account, bitmap, siblings);
    }

    function reserve(uint128 amount, Account memory account, Account[] memory state) internal {
        (bytes32 bitmap, bytes32[] memory siblings) = AccountTree.prove(state, account.owner);
        vm.prank(account.owner);
        credits.reserveEarnings(amount, account, bitmap, siblings);
    }

    /// @notice USER spent `spent` of its deposit and HOST earned it; final.
    function spentState(uint128 spent) internal pure returns (Account[] memory) {
        return two(accountOf(USER, spent, 0, 0), accountOf(HOST, 0, spent, 0));
    }

    function assertSolvent() internal view {
        (uint128 deposited, uint128 refunded, uint128 withdrawn, uint128 claimed) = credits.totals();
        assertEq(credits.pool(), deposited + refunded - withdrawn - claimed, "pool");
        assertEq(address(credits).balance, uint256(credits.pool()) + credits.pendingRefunds(), "balance");
    }
}

contract DepositTest is CreditsFixture {
    function test_deposit_forAnother_credits() public {
        vm.expectEmit(true, true, false, true, address(credits));
        emit ICredits.Deposited(USER, address(this), 2 ether, 2 ether);
        depositFor(USER, 2 ether);
        assertEq(credits.accountCredit(USER).added, 2 ether, "added");
        assertEq(credits.creditedAt(USER, uint64(block.timestamp)), 2 ether, "at once");
        assertEq(credits.creditedAt(USER, uint64(block.timestamp - 1)), 0, "not before");
        assertSolvent();
    }

    function test_deposit_zero_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ICredits.Credits_BadAmount.selector, 0));
        credits.deposit(USER);
        vm.expectRevert(abi.encodeWithSelector(ICredits.Credits_BadAddress.selector, address(0)));
        credits.deposit{value: 1}(address(0));
    }

    function test_deposit_plainTransfer_isRefused() public {
        (bool sent,) = address(credits).call{value: 1}("");
        assertFalse(sent, "no receive function");
    }

    function testFuzz_creditedAt_history_matchesASlowModel(uint256 seed) public {
        uint256[30] memory times;
        uint256[30] memory sums;
        uint256 sum = 0;
        for (uint256 i = 0; i < 30; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            skip(seed % 3);
            uint256 amount = 1 + (seed >> 16) % 1 ether;
            depositFor(USER, amount);
            sum += amount;
            (times[i], sums[i]) = (block.timestamp, sum);
        }
        for (uint256 t = START - 1; t <= block.timestamp; t++) {
            uint256 expected = 0;
            for (uint256 i = 0; i < 30; i++) {
                if (times[i] <= t) expected = sums[i];
            }
            assertEq(credits.creditedAt(USER, uint64(t)), expected, "credited");
        }
    }
}

contract WithdrawTest is CreditsFixture {
    function setUp() public override {
        super.setUp();
        depositFor(USER, 10 ether);
    }

    function test_requestWithdrawal_lowersSpendableAfterTheMargin() public {
        request(USER, 4 ether);
        assertEq(credits.creditedAt(USER, uint64(START + 14)), 10 ether, "before the margin");
        assertEq(credits.creditedAt(USER, uint64(START + 15)), 6 ether, "from the margin");
    }

    function test_requestWithdrawal_aboveCredit_reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(ICredits.Credits_AboveCredit.selector, uint128(11 ether), uint128(10 ether))
        );
        request(USER, 11 ether);
    }

    function test_requestWithdrawal_second_reverts() public {
        request(USER, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(ICredits.Credits_RequestPending.selector, uint128(1 ether)));
        request(USER, 1 ether);
    }

    function test_cancelWithdrawal_beforeTheMargin_reverts() public {
        request(USER, 4 ether);
        skip(14);
        vm.expectRevert(
            abi.encodeWithSelector(ICredits.Credits_TooEarly.selector, uint64(START + 15), uint64(START + 14))
        );
        vm.prank(USER);
        credits.cancelWithdrawal();
    }

    function test_cancelWithdrawal_atTheMargin_neverCountsTwice() public {
        for (uint256 i = 0; i < 3; i++) {
            request(USER, 10 ether);
            skip(15);
            vm.prank(USER);
            credits.cancelWithdrawal();
        }
        for (uint256 t = START; t < START + 100; t++) {
            assertTrue(credits.creditedAt(USER, uint64(t)) <= 10 ether, "never above the deposit");
        }
        assertEq(credits.creditedAt(USER, uint64(START + 45)), 10 ether, "whole again");
    }

    function test_withdraw_noBatchEver_paysAfterTheDelay() public {
        request(USER, 10 ether);
        skip(80);
        Account[] memory empty = new Account[](0);
        uint256 before = USER.balance;
        assertEq(withdraw(USER, 0, none(), empty), 10 ether, "paid");
        assertEq(USER.balance - before, 10 ether, "received");
        assertSolvent();
    }

    function test_withdraw_oneSecondEarly_reverts() public {
        request(USER, 10 ether);
        skip(79);
        vm.expectRevert(
            abi.encodeWithSelector(ICredits.Credits_TooEarly.selector, uint64(START + 80), uint64(START + 79))
        );
        withdraw(USER, 0, none(), new Account[](0));
    }

    function test_withdraw_spentInAFinalState_paysOnlyTheRest() public {
        Account[] memory state = spentState(7 ether);
        settle(state);
        request(USER, 10 ether);
        skip(80);
        assertEq(withdraw(USER, 1, state[0], state), 3 ether, "paid");
        assertEq(claim(state[1], state), 7 ether, "host");
        assertEq(credits.pool(), 0, "nothing left");
        assertSolvent();
    }

    /// @dev A batch posted before the margin ended may hold legal spending: the money stays until that batch is decided.
    function test_withdraw_openBatchCanStillSpend_reverts() public {
        request(USER, 10 ether);
        skip(14);
        Account[] memory state = spentState(10 ether);
        post(AccountTree.root(state));
        module.set(true, false);
        skip(100);
        vm.expectRevert(
            abi.encodeWithSelector(ICredits.Credits_StateNotCovering.selector, uint64(0), uint64(START + 15))
        );
        withdraw(USER, 0, none(), new Account[](0));
        module.set(false, false);
        rollup.finalize(1);
        assertEq(withdraw(USER, 1, state[0], state), 0, "all spent");
        assertEq(claim(state[1], state), 10 ether, "the host is whole");
        assertSolvent();
    }

    /// @dev At the margin exactly the batch may not spend the pending amount, so it need not be final.
    function test_withdraw_openBatchPostedAtTheMargin_pays() public {
        request(USER, 10 ether);
        skip(15);
        post(keccak256("a state that cannot spend it"));
        module.set(true, false);
        skip(65);
        assertEq(withdraw(USER, 0, none(), new Account[](0)), 10 ether, "paid");
    }

    function test_withdraw_rolledBackBatch_doesNotLockTheMoney() public {
        request(USER, 10 ether);
        post(keccak256("bad"));
        module.rollBack(rollup, 1, hashOf(1));
        skip(80);
        assertEq(withdraw(USER, 0, none(), new Account[](0)), 10 ether, "paid");
    }

    function test_withdraw_olderCoveringState_isAccepted() public {
        request(USER, 4 ether);
        Account[] memory first = spentState(1 ether);
        settle(first);
        settle(spentState(6 ether));
        assertEq(withdraw(USER, 1, first[0], first), 4 ether, "paid");
        assertEq(credits.pool(), 6 ether, "what is spent stays");
    }

    function test_withdraw_absentAccount_provesNothingSpent() public {
        Account[] memory state = two(accountOf(OTHER, 0, 0, 0), accountOf(HOST, 0, 0, 0));
        settle(state);
        request(USER, 10 ether);
        skip(80);
        assertEq(withdraw(USER, 1, none(), state), 10 ether, "paid");
    }

    function test_withdraw_absenceClaimedFalsely_reverts() public {
        Account[] memory state = spentState(7 ether);
        settle(state);
        request(USER, 10 ether);
        skip(80);
        vm.expectPartialRevert(ICredits.Credits_BadProof.selector);
        withdraw(USER, 1, none(), state);
    }

    function test_withdraw_anothersAccount_reverts() public {
        Account[] memory state = spentState(7 ether);
        settle(state);
        request(USER, 10 ether);
        skip(80);
        vm.expectRevert(abi.encodeWithSelector(ICredits.Credits_WrongAccount.selector, HOST, USER));
        withdraw(USER, 1, state[1], state);
    }

    function test_withdraw_shortfall_standsAgainstTheSpending() public {
        Account[] memory state = spentState(7 ether);
        settle(state);
        request(USER, 10 ether);
        skip(80);
        withdraw(USER, 1, state[0], state);
        request(USER, 7 ether);
        skip(80);
        assertEq(withdraw(USER, 1, state[0], state), 0, "nothing twice");
        depositFor(USER, 2 ether);
        request(USER, 2 ether);
        skip(80);
        assertEq(withdraw(USER, 1, state[0], state), 2 ether, "the new deposit is free");
        assertSolvent();
    }

    function test_withdraw_withoutRequest_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ICredits.Credits_NothingPending.selector, USER));
        withdraw(USER, 0, none(), new Account[](0));
    }

    function test_withdraw_toRejectingContract_revertsAndCanBeSentElsewhere() public {
        Rejecting target = new Rejecting();
        request(USER, 10 ether);
        skip(80);
        vm.expectRevert(abi.encodeWithSelector(Ether.Ether_TransferFailed.selector, address(target), 10 ether));
        vm.prank(USER);
        credits.withdraw(address(target), 0, none(), 0, new bytes32[](0));
        assertEq(withdraw(USER, 0, none(), new Account[](0)), 10 ether, "paid elsewhere");
    }

    function test_withdraw_reentering_reverts() public {
        Reentrant target = new Reentrant(address(credits));
        depositFor(address(target), 5 ether);
        vm.prank(address(target));
        credits.requestWithdrawal(5 ether);
        skip(80);
        target.arm(abi.encodeCall(credits.withdraw, (address(target), 0, none(), 0, new bytes32[](0))));
        vm.expectPartialRevert(Ether.Ether_TransferFailed.selector);
        vm.prank(address(target));
        credits.withdraw(address(target), 0, none(), 0, new bytes32[](0));
        assertEq(credits.pool(), 15 ether, "nothing left");
    }

    function test_holdWithdrawal_delaysUpToOneWindow() public {
        request(USER, 10 ether);
        vm.expectPartialRevert(ICredits.Credits_TooEarly.selector);
        module.holdWithdrawal(credits, USER, uint64(START + 141));
        module.holdWithdrawal(credits, USER, uint64(START + 140));
        skip(139);
        vm.expectPartialRevert(ICredits.Credits_TooEarly.selector);
        withdraw(USER, 0, none(), new Account[](0));
        skip(1);
        assertEq(withdraw(USER, 0, none(), new Account[](0)), 10 ether, "paid");
    }

    function test_withdrawRetired_paysAllWithoutRequest() public {
        Account[] memory state = spentState(7 ether);
        post(AccountTree.root(state));
        rollup.queueRetirement();
        (bytes32 bitmap, bytes32[] memory siblings) = AccountTree.prove(state, USER);
        vm.expectPartialRevert(ICredits.Credits_NotRetired.selector);
        vm.prank(USER);
        credits.withdrawRetired(USER, state[0], bitmap, siblings);
        skip(81);
        rollup.retire();
        vm.expectPartialRevert(ICredits.Credits_StateNotCovering.selector);
        vm.prank(USER);
        credits.withdrawRetired(USER, state[0], bitmap, siblings);
        rollup.finalize(1);
        request(USER, 1 ether);
        vm.prank(USER);
        assertEq(credits.withdrawRetired(USER, state[0], bitmap, siblings), 3 ether, "paid");
        vm.expectRevert(abi.encodeWithSelector(ICredits.Credits_NothingToWithdraw.selector, USER));
        vm.prank(USER);
        credits.withdrawRetired(USER, state[0], bitmap, siblings);
        assertEq(claim(state[1], state), 7 ether, "host");
        assertSolvent();
    }

    function test_deposit_retired_reverts() public {
        rollup.queueRetirement();
        skip(81);
        rollup.retire();
        vm.expectPartialRevert(ICredits.Credits_Retired.selector);
        credits.deposit{value: 1}(USER);
    }
}

contract ClaimTest is CreditsFixture {
    Account[] private _state;

    function setUp() public override {
        super.setUp();
        depositFor(USER, 10 ether);
        Account[] memory state = spentState(6 ether);
        settle(state);
        for (uint256 i = 0; i < state.length; i++) {
            _state.push(state[i]);
        }
    }

    function test_claim_final_paysOnceToTheWithdrawalAddress() public {
        vm.prank(HOST);
        registry.setWithdrawalAddress(HOST, address(0xC01D));
        vm.expectEmit(true, false, false, true, address(credits));
        emit ICredits.Claimed(HOST, address(0xC01D), 6 ether, 1);
        assertEq(claim(_state[1], _state), 6 ether, "paid");
        assertEq(address(0xC01D).balance, 6 ether, "received");
        vm.expectRevert(abi.encodeWithSelector(ICredits.Credits_NothingToClaim.selector, HOST));
        this.claimAgain();
        assertSolvent();
    }

    function claimAgain() external {
        claim(_state[1], _state);
    }

    function test_claim_openBatch_doesNotCount() public {
        Account[] memory next = spentState(9 ether);
        post(AccountTree.root(next));
        (bytes32 bitmap, bytes32[] memory siblings) = AccountTree.prove(next, HOST);
        vm.expectPartialRevert(ICredits.Credits_BadProof.selector);
        credits.claim(next[1], bitmap, siblings);
    }

    function test_claim_laterState_paysTheDifference() public {
        claim(_state[1], _state);
        Account[] memory next = spentState(9 ether);
        settle(next);
        assertEq(claim(next[1], next), 3 ether, "difference");
    }

    function testFuzz_claim_alteredAccount_reverts(uint8 field, uint128 delta) public {
        vm.assume(delta != 0);
        Account memory a = _state[1];
        unchecked {
            if (field % 4 == 0) a.spent += delta;
            if (field % 4 == 1) a.nonce += uint64(delta % type(uint64).max) + 1;
            if (field % 4 == 2) a.earned += delta;
            if (field % 4 == 3) a.earningsSpent += delta;
        }
        (bytes32 bitmap, bytes32[] memory siblings) = AccountTree.prove(_state, HOST);
        vm.expectPartialRevert(ICredits.Credits_BadProof.selector);
        credits.claim(a, bitmap, siblings);
    }

    function test_claim_frozen_waitsAndForfeitedIsGone() public {
        module.freezeEarnings(credits, HOST, 4 ether);
        assertEq(claim(_state[1], _state), 2 ether, "unfrozen part");
        module.forfeitEarnings(credits, HOST, 1 ether);
        module.unfreezeEarnings(credits, HOST, 3 ether);
        assertEq(claim(_state[1], _state), 3 ether, "rest");
        assertEq(credits.accountCredit(HOST).forfeited, 1 ether, "forfeited");
        assertEq(credits.pool(), 5 ether, "user's 4 and the forfeited 1");
    }

    function test_freezeEarnings_forgotten_endsWithTheHorizon() public {
        module.freezeEarnings(credits, HOST, 6 ether);
        skip(99);
        vm.expectRevert(abi.encodeWithSelector(ICredits.Credits_NothingToClaim.selector, HOST));
        this.claimAgain();
        skip(1);
        assertEq(claim(_state[1], _state), 6 ether, "paid");
    }

    function test_unfreezeEarnings_aboveFrozen_reverts() public {
        vm.expectPartialRevert(ICredits.Credits_AboveFrozen.selector);
        module.unfreezeEarnings(credits, HOST, 1);
    }

    function test_moduleEntries_byStranger_revert() public {
        bytes memory why = abi.encodeWithSelector(ICredits.Credits_OnlyDisputeModule.selector, address(this));
        vm.expectRevert(why);
        credits.freezeEarnings(HOST, 1);
        vm.expectRevert(why);
        credits.unfreezeEarnings(HOST, 1);
        vm.expectRevert(why);
        credits.forfeitEarnings(HOST, 1);
        vm.expectRevert(why);
        credits.holdWithdrawal(USER, 1);
        bytes32 h = hashOf(1);
        vm.expectRevert(why);
        credits.voidLeaf{value: 1}(1, h, 0, USER);
    }

    /// @dev Earnings that pay own queries leave the claimable side before they can be spent: a claim cannot race them.
    function test_reserveEarnings_spentOrNot_isNeverClaimed() public {
        reserve(2 ether, _state[1], _state);
        assertEq(credits.reservedAt(HOST, uint64(block.timestamp)), 2 ether, "reserved");
        assertEq(claim(_state[1], _state), 4 ether, "the rest");
        Account[] memory next = two(accountOf(USER, 6 ether, 2 ether, 0), accountOf(HOST, 0, 6 ether, 2 ether));
        settle(next);
        vm.expectRevert(abi.encodeWithSelector(ICredits.Credits_NothingToClaim.selector, HOST));
        (bytes32 bitmap, bytes32[] memory siblings) = AccountTree.prove(next, HOST);
        credits.claim(next[1], bitmap, siblings);
        assertEq(claim(next[0], next), 2 ether, "who served the host");
        assertEq(credits.pool(), 4 ether, "the user's unspent credit");
    }

    function test_reserveEarnings_aboveClaimable_reverts() public {
        (bytes32 bitmap, bytes32[] memory siblings) = AccountTree.prove(_state, HOST);
        Account memory a = _state[1];
        vm.expectRevert(
            abi.encodeWithSelector(ICredits.Credits_AboveClaimable.selector, uint128(7 ether), uint128(6 ether))
        );
        vm.prank(HOST);
        credits.reserveEarnings(7 ether, a, bitmap, siblings);
    }

    function test_release_afterTheDelay_isClaimableAgainLessWhatWasSpent() public {
        reserve(5 ether, _state[1], _state);
        vm.prank(HOST);
        credits.requestRelease(5 ether);
        assertEq(credits.reservedAt(HOST, uint64(block.timestamp + 15)), 0, "no longer spendable");
        assertEq(credits.claimable(_state[1]), 1 ether, "still locked");
        Account[] memory next = two(accountOf(USER, 6 ether, 2 ether, 0), accountOf(HOST, 0, 6 ether, 2 ether));
        settle(next);
        skip(20);
        (bytes32 bitmap, bytes32[] memory siblings) = AccountTree.prove(next, HOST);
        vm.prank(HOST);
        assertEq(credits.release(2, next[1], bitmap, siblings), 3 ether, "released");
        assertEq(claim(next[1], next), 4 ether, "claimable: 6 less 2");
        assertEq(claim(next[0], next), 2 ether, "server of the host's query");
    }

    function test_cancelRelease_atTheMargin_reservesAgain() public {
        reserve(5 ether, _state[1], _state);
        vm.prank(HOST);
        credits.requestRelease(5 ether);
        skip(15);
        vm.prank(HOST);
        credits.cancelRelease();
        assertEq(credits.reservedAt(HOST, uint64(block.timestamp)), 5 ether, "reserved again");
    }

    function test_claim_poolTooSmall_revertsInsteadOfTakingRefunds() public {
        Account[] memory bad = spentState(11 ether);
        settle(bad);
        module.voidLeaf{value: 5 ether}(credits, 2, hashOf(2), 0, USER);
        (bytes32 bitmap, bytes32[] memory siblings) = AccountTree.prove(bad, HOST);
        vm.expectRevert(
            abi.encodeWithSelector(ICredits.Credits_PoolTooSmall.selector, uint128(11 ether), uint128(10 ether))
        );
        credits.claim(bad[1], bitmap, siblings);
    }
}

contract SessionTest is CreditsFixture {
    address private constant KEY = address(0x5E55);

    function test_authorizeSession_new_isValidUntilExpiryPlusMargin() public {
        vm.prank(USER);
        credits.authorizeSession(KEY, 3 ether, uint64(START + 100));
        assertEq(credits.session(USER, KEY).cap, 3 ether, "cap");
        assertFalse(credits.sessionValidAt(USER, KEY, uint64(START - 1)), "before");
        assertTrue(credits.sessionValidAt(USER, KEY, uint64(START + 114)), "within");
        assertFalse(credits.sessionValidAt(USER, KEY, uint64(START + 115)), "after");
    }

    function test_sessionValidAt_endlessSession_neverOverflows() public {
        vm.prank(USER);
        credits.authorizeSession(KEY, 3 ether, type(uint64).max);
        assertTrue(credits.sessionValidAt(USER, KEY, type(uint64).max), "valid to the end of time");
    }

    function test_authorizeSession_lowered_reverts() public {
        vm.prank(USER);
        credits.authorizeSession(KEY, 3 ether, uint64(START + 100));
        vm.expectPartialRevert(ICredits.Credits_BadSession.selector);
        vm.prank(USER);
        credits.authorizeSession(KEY, 2 ether, uint64(START + 100));
        vm.prank(USER);
        credits.authorizeSession(KEY, 4 ether, uint64(START + 200));
        assertEq(credits.session(USER, KEY).cap, 4 ether, "raised");
    }

    function test_revokeSession_countsAfterTheMarginAndForGood() public {
        vm.prank(USER);
        credits.authorizeSession(KEY, 3 ether, uint64(START + 1000));
        skip(10);
        vm.prank(USER);
        credits.revokeSession(KEY);
        assertTrue(credits.sessionValidAt(USER, KEY, uint64(START + 24)), "margin");
        assertFalse(credits.sessionValidAt(USER, KEY, uint64(START + 25)), "after");
        vm.expectPartialRevert(ICredits.Credits_BadSession.selector);
        vm.prank(USER);
        credits.authorizeSession(KEY, 3 ether, uint64(START + 1000));
        vm.expectRevert(abi.encodeWithSelector(ICredits.Credits_SessionUnknown.selector, USER, KEY));
        vm.prank(USER);
        credits.revokeSession(KEY);
    }

    function test_authorizeSession_badInput_reverts() public {
        vm.expectPartialRevert(ICredits.Credits_BadSession.selector);
        credits.authorizeSession(address(0), 1, uint64(START + 1));
        vm.expectPartialRevert(ICredits.Credits_BadSession.selector);
        credits.authorizeSession(address(this), 1, uint64(START + 1));
        vm.expectPartialRevert(ICredits.Credits_BadSession.selector);
        credits.authorizeSession(KEY, 1, uint64(START));
        vm.expectPartialRevert(ICredits.Credits_BadSession.selector);
        credits.authorizeSession(KEY, 0, uint64(START + 1));
    }
}

contract VoidLeafTest is CreditsFixture {
    function test_voidLeaf_batchBecomesFinal_creditsTheUser() public {
        post(keccak256("a"));
        bytes32 h = hashOf(1);
        module.voidLeaf{value: 2 ether}(credits, 1, h, 1, USER);
        assertEq(credits.pendingRefunds(), 2 ether, "pending");
        assertEq(credits.creditedAt(USER, uint64(block.timestamp)), 0, "not yet");
        vm.expectRevert(
            abi.encodeWithSelector(
                ICredits.Credits_RefundNotSettleable.selector, h, uint32(1), ICredits.RefundStatus.Pending
            )
        );
        credits.settleRefund(h, 1);
        skip(60);
        rollup.finalize(1);
        credits.settleRefund(h, 1);
        assertEq(credits.creditedAt(USER, uint64(block.timestamp)), 2 ether, "credited");
        assertEq(uint8(credits.refundOf(h, 1).status), uint8(ICredits.RefundStatus.Credited), "status");
        vm.expectPartialRevert(ICredits.Credits_RefundNotSettleable.selector);
        credits.settleRefund(h, 1);
        assertSolvent();
    }

    function test_voidLeaf_batchRolledBack_lapses() public {
        post(keccak256("a"));
        bytes32 h = hashOf(1);
        module.voidLeaf{value: 2 ether}(credits, 1, h, 1, USER);
        module.rollBack(rollup, 1, h);
        credits.settleRefund(h, 1);
        assertEq(credits.creditedAt(USER, uint64(block.timestamp)), 0, "no refund: the debit is gone");
        assertEq(Ether.BURN.balance, 2 ether, "burnt");
        assertSolvent();
    }

    function test_voidLeaf_twice_reverts() public {
        post(keccak256("a"));
        bytes32 h = hashOf(1);
        module.voidLeaf(credits, 1, h, 2, USER);
        vm.expectRevert(abi.encodeWithSelector(ICredits.Credits_LeafAlreadyVoided.selector, h, uint32(2)));
        module.voidLeaf(credits, 1, h, 2, USER);
    }

    function test_voidLeaf_unknownLeaf_reverts() public {
        post(keccak256("a"));
        bytes32 h = hashOf(1);
        vm.expectRevert(abi.encodeWithSelector(ICredits.Credits_LeafUnknown.selector, uint64(1), h, uint32(3)));
        module.voidLeaf(credits, 1, h, 3, USER);
        vm.expectPartialRevert(ICredits.Credits_LeafUnknown.selector);
        module.voidLeaf(credits, 0, 0, 0, USER);
        vm.expectPartialRevert(ICredits.Credits_LeafUnknown.selector);
        module.voidLeaf(credits, 1, keccak256("x"), 0, USER);
    }

    function test_settleRefund_unknown_reverts() public {
        vm.expectPartialRevert(ICredits.Credits_RefundNotSettleable.selector);
        credits.settleRefund(keccak256("x"), 0);
    }
}
