// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICredits} from "../../src/interfaces/ICredits.sol";
import {IHostRegistry} from "../../src/interfaces/IHostRegistry.sol";
import {Account, BatchStatus, Payee, Penalty, StakeKind} from "../../src/types/Types.sol";

import {AccountTree} from "./AccountTree.sol";
import {Fixture} from "./Fixture.sol";
import {vm} from "./Vm.sol";

/// @notice Five actors, an honest sequencer and a dispute module that act at random on a real deployment.
/// The sequencer spends exactly what the contract's own rules allow (`creditedAt`, `reservedAt`), also money whose withdrawal waits.
contract World is Fixture {
    uint256 public constant ACTORS = 5;
    address[ACTORS] public actors;
    uint32[ACTORS] private _slots;
    /// State after each batch; index 0 is the genesis.
    mapping(uint64 => Account[]) private _states;
    uint64[] private _voided;
    bool public someoneLost;
    uint64 public lastFinal;
    uint64 public lastNext;
    bool public wentBack;
    /// How often each action had an effect: a campaign that does nothing proves nothing.
    mapping(string => uint256) public effects;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < ACTORS; i++) {
            actors[i] = address(uint160(uint256(keccak256(abi.encode("actor", i)))));
            vm.deal(actors[i], 10_000 ether);
            vm.prank(actors[i]);
            _slots[i] = registry.registerSlot{value: 20 ether}(modelId, 0, 5, address(0));
            _states[0].push(Account(actors[i], 0, 0, 0, 0));
        }
        lastNext = 1;
    }

    /// @dev Nobody but the actor may lose by what the actor does; and indices only grow.
    modifier byActor(uint256 seed) {
        uint256[ACTORS] memory before;
        for (uint256 i = 0; i < ACTORS; i++) {
            before[i] = entitlement(i);
        }
        _;
        for (uint256 i = 0; i < ACTORS; i++) {
            if (i != seed % ACTORS && entitlement(i) < before[i]) someoneLost = true;
        }
        _watch();
    }

    function deposit(uint256 seed, uint256 amount) external byActor(seed) {
        amount = bound(amount, 1, 50 ether);
        vm.deal(actors[seed % ACTORS], amount);
        vm.prank(actors[seed % ACTORS]);
        credits.deposit{value: amount}(actors[seed % ACTORS]);
    }

    function requestWithdrawal(uint256 seed, uint256 amount) external byActor(seed) {
        ICredits.AccountCredit memory a = credits.accountCredit(actors[seed % ACTORS]);
        if (a.pending > 0 || a.added == a.requested) return;
        vm.prank(actors[seed % ACTORS]);
        credits.requestWithdrawal(uint128(bound(amount, 1, a.added - a.requested)));
        effects["requestWithdrawal"]++;
    }

    function cancelWithdrawal(uint256 seed) external byActor(seed) {
        ICredits.AccountCredit memory a = credits.accountCredit(actors[seed % ACTORS]);
        if (a.pending == 0 || block.timestamp < a.requestedAt + rollup.withdrawalMargin()) return;
        vm.prank(actors[seed % ACTORS]);
        credits.cancelWithdrawal();
        effects["cancelWithdrawal"]++;
    }

    function withdraw(uint256 seed) public byActor(seed) {
        address actor = actors[seed % ACTORS];
        ICredits.AccountCredit memory a = credits.accountCredit(actor);
        uint64 index = _covering(seed, a.requestedAt);
        if (a.pending == 0 || block.timestamp < a.payableAt || index == type(uint64).max) return;
        (Account memory account, bytes32 bitmap, bytes32[] memory siblings) = _proof(index, seed % ACTORS);
        uint256 before = actor.balance;
        vm.prank(actor);
        uint128 paid = credits.withdraw(actor, index, account, bitmap, siblings);
        assertEq(actor.balance - before, paid, "received");
        effects["withdraw"]++;
        if (paid < a.pending) effects["withdraw less"]++;
    }

    /// @dev Random fees of random payers to random earners, at the limit of what is allowed in every third batch.
    function postBatch(uint256 seed) external {
        uint64 head = rollup.headIndex();
        uint64 index = rollup.nextIndex();
        for (uint256 i = 0; i < ACTORS; i++) {
            _states[index].push(_states[head][i]);
        }
        Account[] storage next = _states[index];
        for (uint256 i = 0; i < 3; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            _spend(next, seed);
        }
        next[seed % ACTORS].nonce++;
        Account[] memory listed = _present(index);
        post(listed.length == 0 ? keccak256("never proved") : AccountTree.root(listed));
        _watch();
    }

    function finalize(uint256 count) external {
        (uint64 index, uint64 due, bool blocked) = rollup.nextToFinalize();
        if (index == 0 || block.timestamp < due || blocked) return;
        rollup.finalize(uint64(bound(count, 1, 3)));
        effects["finalize"]++;
        _watch();
    }

    function pass(uint256 time) external {
        skip(bound(time, 1, 40));
    }

    function rollBack(uint256 seed) external {
        (uint64 oldest,,) = rollup.nextToFinalize();
        if (oldest == 0 || seed % 4 != 0) return;
        uint64 from = uint64(bound(seed >> 8, oldest, rollup.headIndex()));
        if (rollup.statusOf(from) != BatchStatus.Open) return;
        module.rollBack(rollup, from, hashOf(from));
        effects["rollBack"]++;
        _watch();
    }

    function claim(uint256 seed) public byActor(seed) {
        uint64 index = rollup.finalIndex();
        (Account memory account, bytes32 bitmap, bytes32[] memory siblings) = _proof(index, seed % ACTORS);
        if (account.owner == address(0) || credits.claimable(account) == 0) return;
        credits.claim(account, bitmap, siblings);
        effects["claim"]++;
    }

    function reserveEarnings(uint256 seed, uint256 amount) external byActor(seed) {
        (Account memory account, bytes32 bitmap, bytes32[] memory siblings) = _proof(rollup.finalIndex(), seed % ACTORS);
        if (account.owner == address(0) || credits.claimable(account) == 0) return;
        amount = bound(amount, 1, credits.claimable(account));
        vm.prank(account.owner);
        credits.reserveEarnings(uint128(amount), account, bitmap, siblings);
        effects["reserveEarnings"]++;
    }

    function requestRelease(uint256 seed, uint256 amount) external byActor(seed) {
        ICredits.AccountCredit memory a = credits.accountCredit(actors[seed % ACTORS]);
        if (a.reservePending > 0 || a.reserveAdded == a.reserveRequested) return;
        vm.prank(actors[seed % ACTORS]);
        credits.requestRelease(uint128(bound(amount, 1, a.reserveAdded - a.reserveRequested)));
        effects["requestRelease"]++;
    }

    function release(uint256 seed) public byActor(seed) {
        address actor = actors[seed % ACTORS];
        ICredits.AccountCredit memory a = credits.accountCredit(actor);
        uint64 index = _covering(seed, a.reserveRequestedAt);
        if (a.reservePending == 0 || block.timestamp < a.reservePayableAt || index == type(uint64).max) return;
        (Account memory account, bytes32 bitmap, bytes32[] memory siblings) = _proof(index, seed % ACTORS);
        vm.prank(actor);
        credits.release(index, account, bitmap, siblings);
        effects["release"]++;
    }

    function freezeSome(uint256 seed, uint256 amount) external {
        module.freezeEarnings(credits, actors[seed % ACTORS], uint128(bound(amount, 1, 1 ether)));
        module.freeze(registry, StakeKind.Slot, slotId(_slots[(seed >> 8) % ACTORS]));
    }

    function convict(uint256 seed, uint256 amount) external {
        uint64 head = rollup.headIndex();
        bytes32 id = slotId(_slots[seed % ACTORS]);
        uint128 stake = registry.stakeOf(StakeKind.Slot, id).amount;
        if (head == 0 || stake == 0 || credits.refundOf(hashOf(head), 0).status != ICredits.RefundStatus.None) return;
        uint128 total = uint128(bound(amount, 1, stake));
        Payee[] memory payees = new Payee[](1);
        payees[0] = Payee(actors[(seed >> 8) % ACTORS], total / 4);
        address user = actors[(seed >> 16) % ACTORS];
        module.slash(registry, StakeKind.Slot, id, Penalty(total, total / 4, user, head, hashOf(head), 0, payees));
        _voided.push(head);
        effects["convict"]++;
    }

    function settleRefund(uint256 seed) external {
        if (_voided.length == 0) return;
        uint64 index = _voided[seed % _voided.length];
        bytes32 h = hashOf(index);
        bool pending = credits.refundOf(h, 0).status == ICredits.RefundStatus.Pending;
        if (!pending || rollup.statusOf(index) == BatchStatus.Open) return;
        credits.settleRefund(h, 0);
        effects["settleRefund"]++;
    }

    function withdrawPayout(uint256 seed) external byActor(seed) {
        if (registry.payoutOf(actors[seed % ACTORS]) == 0) return;
        vm.prank(actors[seed % ACTORS]);
        registry.withdrawPayout(actors[seed % ACTORS]);
    }

    /// @notice Runs one action chosen by `seed`; the fuzz test of whole lives uses it.
    function act(uint256 seed) external {
        uint256 a = seed >> 32;
        uint256 b = seed >> 96;
        uint256 choice = seed % 18;
        if (choice < 2) this.deposit(a, b);
        else if (choice == 2) this.requestWithdrawal(a, b);
        else if (choice == 3) this.cancelWithdrawal(a);
        else if (choice == 4) withdraw(a);
        else if (choice < 8) this.postBatch(a);
        else if (choice == 8) this.finalize(a);
        else if (choice < 11) this.pass(a);
        else if (choice == 11) claim(a);
        else if (choice == 12) this.reserveEarnings(a, b);
        else if (choice == 13) this.requestRelease(a, b);
        else if (choice == 14) release(a);
        else if (choice == 15) this.rollBack(a);
        else if (choice == 16) this.settleRefund(a);
        else this.convict(a, b);
    }

    /// @notice Settles and retires; then everyone takes everything. What is left in the pool belongs to nobody.
    function leaveAll() external {
        rollup.queueRetirement();
        skip(rollup.parameters().moduleDelay + rollup.disputeHorizon());
        rollup.retire();
        if (rollup.headIndex() != rollup.finalIndex()) rollup.finalize(type(uint64).max);
        for (uint256 i = 0; i < _voided.length; i++) {
            this.settleRefund(i);
        }
        // Twice: a release that already waited may have left a free part of the reserve.
        for (uint256 round = 0; round < 2; round++) {
            for (uint256 i = 0; i < ACTORS; i++) {
                _release(i);
            }
            skip(rollup.withdrawalDelay());
            for (uint256 i = 0; i < ACTORS; i++) {
                release(i);
            }
        }
        for (uint256 i = 0; i < ACTORS; i++) {
            claim(i);
            (Account memory account, bytes32 bitmap, bytes32[] memory siblings) = _proof(rollup.finalIndex(), i);
            if (_owed(i) == 0) continue;
            vm.prank(actors[i]);
            credits.withdrawRetired(actors[i], account, bitmap, siblings);
        }
    }

    /// @notice Everything an actor could ever take out, judged by the final state.
    function entitlement(uint256 i) public view returns (uint256) {
        ICredits.AccountCredit memory a = credits.accountCredit(actors[i]);
        Account memory f = _states[rollup.finalIndex()][i];
        uint256 gone = uint256(f.earningsSpent) + a.claimed + a.forfeited;
        uint256 earnings = f.earned > gone ? f.earned - gone : 0;
        uint128 stake = registry.stakeOf(StakeKind.Slot, slotId(_slots[i])).amount;
        return _owed(i) + earnings + stake + registry.payoutOf(actors[i]);
    }

    /// @notice Sums over all actors in the final state.
    function finalSums() external view returns (uint256 spent, uint256 earned, uint256 earningsSpent, uint256 locked) {
        for (uint256 i = 0; i < ACTORS; i++) {
            Account memory f = _states[rollup.finalIndex()][i];
            ICredits.AccountCredit memory a = credits.accountCredit(actors[i]);
            spent += f.spent;
            earned += f.earned;
            earningsSpent += f.earningsSpent;
            locked += uint256(a.added) - a.requested + a.pending;
            assertTrue(f.spent <= uint256(a.added) - a.requested + a.pending, "final spending is covered");
            uint256 reserved = uint256(a.reserveAdded) - a.reserveRequested + a.reservePending;
            assertTrue(f.earningsSpent <= reserved, "final spending of earnings is covered");
            assertTrue(uint256(f.earned) >= reserved + a.claimed, "earned covers claims and reserve");
        }
    }

    function sumOfStakes() external view returns (uint256 sum) {
        for (uint256 i = 0; i < ACTORS; i++) {
            sum += registry.stakeOf(StakeKind.Slot, slotId(_slots[i])).amount;
        }
        sum += registry.stakeOf(StakeKind.Poster, posterId(PRIMARY)).amount;
        sum += registry.stakeOf(StakeKind.Poster, posterId(BACKUP)).amount;
        sum += registry.stakeOf(StakeKind.Model, modelId).amount;
    }

    function parts() external view returns (address, address, address) {
        return (address(rollup), address(registry), address(credits));
    }

    function _release(uint256 i) private {
        ICredits.AccountCredit memory a = credits.accountCredit(actors[i]);
        if (a.reservePending > 0 || a.reserveAdded == a.reserveRequested) return;
        vm.prank(actors[i]);
        credits.requestRelease(a.reserveAdded - a.reserveRequested);
    }

    function _spend(Account[] storage next, uint256 seed) private {
        uint256 payer = (seed >> 8) % ACTORS;
        bool own = (seed >> 16) % 3 == 0;
        uint64 time = uint64(block.timestamp);
        uint128 used = own ? next[payer].earningsSpent : next[payer].spent;
        uint128 limit = own ? credits.reservedAt(actors[payer], time) : credits.creditedAt(actors[payer], time);
        if (limit <= used) return;
        uint128 fee = seed % 3 == 0 ? limit - used : uint128(bound(seed >> 32, 1, limit - used));
        effects[own ? "spend earnings" : "spend credit"]++;
        if (credits.accountCredit(actors[payer]).pending > 0) effects["spend while a withdrawal waits"]++;
        if (own) next[payer].earningsSpent += fee;
        else next[payer].spent += fee;
        next[payer].nonce++;
        next[(seed >> 24) % ACTORS].earned += fee / 3;
        next[(seed >> 28) % ACTORS].earned += fee - fee / 3;
    }

    function _watch() private {
        if (rollup.finalIndex() < lastFinal || rollup.nextIndex() < lastNext) wentBack = true;
        if (rollup.headIndex() < rollup.finalIndex()) wentBack = true;
        (lastFinal, lastNext) = (rollup.finalIndex(), rollup.nextIndex());
    }

    /// @dev Some final batch that covers a request of this time, the oldest or the newest by turns.
    function _covering(uint256 seed, uint64 requestedAt) private view returns (uint64) {
        uint64 time = requestedAt + rollup.withdrawalMargin();
        for (uint64 i = 0; seed % 2 == 0 && i <= rollup.finalIndex(); i++) {
            if (rollup.settledUpTo(i, time)) return i;
        }
        return rollup.settledUpTo(rollup.finalIndex(), time) ? rollup.finalIndex() : type(uint64).max;
    }

    function _owed(uint256 i) private view returns (uint256) {
        ICredits.AccountCredit memory a = credits.accountCredit(actors[i]);
        uint256 locked = uint256(a.added) - a.requested + a.pending;
        uint256 spent = _states[rollup.finalIndex()][i].spent;
        return locked > spent ? locked - spent : 0;
    }

    /// @dev Accounts that nothing touched yet are absent from the tree.
    function _present(uint64 index) private view returns (Account[] memory listed) {
        uint256 count = 0;
        for (uint256 i = 0; i < ACTORS; i++) {
            if (_touched(_states[index][i])) count++;
        }
        listed = new Account[](count);
        count = 0;
        for (uint256 i = 0; i < ACTORS; i++) {
            if (_touched(_states[index][i])) listed[count++] = _states[index][i];
        }
    }

    function _touched(Account storage a) private view returns (bool) {
        return a.nonce > 0 || a.earned > 0;
    }

    function _proof(uint64 index, uint256 i)
        private
        view
        returns (Account memory account, bytes32 bitmap, bytes32[] memory siblings)
    {
        if (_touched(_states[index][i])) account = _states[index][i];
        (bitmap, siblings) = AccountTree.prove(_present(index), actors[i]);
    }
}
