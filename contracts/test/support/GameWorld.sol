// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDisputeGame} from "../../src/interfaces/IDisputeGame.sol";
import {Ether} from "../../src/libraries/Ether.sol";
import {EntryOpening} from "../../src/types/DisputeTypes.sol";
import {StakeKind} from "../../src/types/Types.sol";

import {GameFixture} from "./GameFixture.sol";
import {vm} from "./Vm.sol";

/// @notice Challengers, a host that cheats now and then and answers when it likes, an honest host that always defends in time, and time.
/// @dev Host A cheats, host B never does. Challengers of honest positions come with lists of their own making.
contract GameWorld is GameFixture {
    IDisputeGame.DisputeState private constant OPENED = IDisputeGame.DisputeState.Opened;
    IDisputeGame.DisputeState private constant REVEALED = IDisputeGame.DisputeState.Revealed;
    IDisputeGame.DisputeState private constant SELECTED = IDisputeGame.DisputeState.Selected;
    IDisputeGame.DisputeState private constant ANSWERED = IDisputeGame.DisputeState.Answered;

    address[3] private _challengers = [WATCHER, RIVAL, OTHER];
    bytes[] private _scenes;
    bytes[] private _plans;
    mapping(uint256 => uint256) private _sceneOf;
    mapping(uint256 => IDisputeGame.DisputeState) private _seen;
    uint256 public bondsIn;
    uint256 public withdrawn;
    mapping(string => uint256) public effects;

    function start() external {
        setUp();
        vm.deal(OTHER, 1_000 ether);
        registry.addStake{value: 50 ether}(StakeKind.Slot, slotId(slotA));
        registry.addStake{value: 50 ether}(StakeKind.Poster, posterId(PRIMARY));
        for (uint256 i = 0; i < 4; i++) {
            addJob(i * 7 + 1);
        }
    }

    function addJob(uint256 seed) public {
        if (_scenes.length >= 60) return;
        uint32 shard = uint32(seed % 2);
        Plan memory plan = honest(shard, uint32(seed >> 8) % T);
        plan.cheats = shard == 0 && seed % 3 != 2;
        (plan.wrongGroup, plan.wrongIndex) = (1 + uint32(seed >> 16) % 2, 1 + uint32(seed >> 24) % 31);
        plan.torn = shard == 1 && seed % 5 < 2;
        _plans.push(abi.encode(plan));
        _scenes.push(abi.encode(stage(plan)));
        effects["job"]++;
    }

    function open(uint256 seed) public {
        (Scene memory s,, uint256 number) = _pick(seed);
        address who = _challengers[(seed >> 16) % 3];
        bytes32 caseKey = caseKeyOf(s);
        bool closed = game.caseOf(caseKey).convictedBy != 0 || game.disputeOf(positionKeyOf(s), who) != 0;
        uint128 bond = game.bondFor(s.context.operator);
        bytes32 commitment = commitmentOf(who, s);
        vm.prank(who);
        try game.open{value: bond}(s.header, s.leaf, s.items, s.context, commitment) returns (uint256 id) {
            assertFalse(closed, "a closed case took a dispute");
            _sceneOf[id] = number;
            bondsIn += bond;
            effects["open"]++;
        } catch {
            effects["refused open"]++;
        }
    }

    function reveal(uint256 seed) public {
        (uint256 id, bool any) = _dispute(seed, OPENED);
        if (!any) return;
        reveal(_scene(_sceneOf[id]));
        effects["reveal"]++;
    }

    /// @dev Challengers of cheats name the right place; those of honest hosts name one where their own list differs, which needs another list.
    function select(uint256 seed) public {
        (uint256 id, bool any) = _dispute(seed, REVEALED);
        if (!any) return;
        (Scene memory s, Plan memory plan) = (_scene(_sceneOf[id]), _plan(_sceneOf[id]));
        selectAs(game.dispute(id).challenger, id, s, plan.wrongGroup, plan.wrongIndex);
        effects["select"]++;
    }

    /// @dev Opens with a forged list against a host, selects, and lets it answer: the proof must fail.
    function attack(uint256 seed) public {
        (Scene memory s,, uint256 number) = _pick(seed);
        if (s.context.shard == 0 || game.disputeOf(positionKeyOf(s), OTHER) != 0) return;
        if (block.timestamp >= rollup.batch(s.context.batchIndex).postedAt + 60) return;
        if (game.caseOf(caseKeyOf(s)).convictedBy != 0) return;
        s.own = maker.alter(s.context, s.own, 1, 9, maker.other(s.context, 1, 9, bytes32(seed)));
        uint128 bond = game.bondFor(s.context.operator);
        bytes32 commitment = commitmentOf(OTHER, s);
        vm.prank(OTHER);
        try game.open{value: bond}(s.header, s.leaf, s.items, s.context, commitment) returns (uint256 id) {
            (_sceneOf[id], bondsIn) = (number, bondsIn + bond);
            (, bool complete,) = game.revealOf(positionKeyOf(s));
            if (!complete) reveal(s);
            selectAs(OTHER, id, s, 1, 9);
            effects["attack"]++;
        } catch {}
    }

    function answer(uint256 seed) public {
        (uint256 id, bool any) = _dispute(seed, SELECTED);
        if (!any) return;
        answer(id, _scene(_sceneOf[id]));
        effects["answer"]++;
    }

    function prove(uint256 seed) public {
        (uint256 id, bool any) = _dispute(seed, ANSWERED);
        if (!any) return;
        (Scene memory s, Plan memory plan) = (_scene(_sceneOf[id]), _plan(_sceneOf[id]));
        vm.prank(game.dispute(id).challenger);
        try game.prove(id, s.context, 0, 0, "witness") {
            assertTrue(plan.cheats, "an honest host was convicted");
            effects["prove"]++;
        } catch {
            assertFalse(plan.cheats, "a cheat was not convicted");
            effects["refused proof"]++;
        }
    }

    function timeout(uint256 seed) public {
        (uint256 id, bool any) = _dispute(seed);
        if (!any) return;
        IDisputeGame.DisputeState before = stateOf(id);
        uint64 deadline = game.dispute(id).deadline;
        try game.timeout(id) {
            assertTrue(before == IDisputeGame.DisputeState.Moot || block.timestamp >= deadline, "too early");
            effects["timeout"]++;
        } catch {
            effects["refused timeout"]++;
        }
    }

    function boundary(uint256 seed) public {
        (uint256 id, bool any) = _dispute(seed);
        if (!any) return;
        (Scene memory s, Plan memory plan) = (_scene(_sceneOf[id]), _plan(_sceneOf[id]));
        if (s.context.shard == 0) return;
        uint128 host = stakeOf(slotB);
        try game.proveBoundary(
            id, s.context, s.opening, s.leaf.receipt, s.upper, s.upperSignature, s.upperOpening
        ) {
            assertTrue(plan.torn, "a boundary that meets was proved wrong");
            effects["boundary"]++;
        } catch {}
        assertEq(stakeOf(slotB), host, "the host's stake");
    }

    function takeOver(uint256 seed) public {
        (uint256 id, bool any) = _candidate(seed);
        if (!any) return;
        (Scene memory s, Plan memory plan) = (_scene(_sceneOf[id]), _plan(_sceneOf[id]));
        uint256 winner = game.caseOf(caseKeyOf(s)).winner;
        address who = game.dispute(id).challenger;
        IDisputeGame.OwnList memory own = ownListOf(who, s, plan.wrongGroup, plan.wrongIndex);
        (EntryOpening memory there, EntryOpening memory before) = revealedPair(s, plan.wrongGroup, plan.wrongIndex);
        vm.prank(who);
        try game.takeOver(id, s.context, there, before, own) {
            assertTrue(id < winner, "not the earlier one");
            effects["take over"]++;
        } catch {}
    }

    function collect(uint256 seed) public {
        (uint256 id, bool any) = _dispute(seed);
        if (any) {
            try game.payBounty(id) {
                effects["bounty"]++;
            } catch {}
            try game.release(game.dispute(id).caseKey) {
                effects["release"]++;
            } catch {}
        }
        address[5] memory all = [WATCHER, RIVAL, OTHER, HOST, HOST_B];
        address who = all[(seed >> 64) % 5];
        if (game.payoutOf(who) == 0) return;
        vm.prank(who);
        withdrawn += game.withdrawPayout(COLD);
        effects["withdraw"]++;
    }

    /// @dev The honest host acts before time moves.
    function pass(uint256 seed) public {
        _defend();
        skip(1 + seed % 6);
        (uint64 index, uint64 due,) = rollup.nextToFinalize();
        if (index != 0 && block.timestamp >= due) rollup.finalize(2);
    }

    function act(uint256 seed) public {
        uint256 choice = seed % 24;
        uint256 rest = seed >> 32;
        if (choice == 0) addJob(rest);
        else if (choice < 6) open(rest);
        else if (choice < 8) reveal(rest);
        else if (choice < 11) select(rest);
        else if (choice == 11) attack(rest);
        else if (choice < 14) answer(rest);
        else if (choice < 16) prove(rest);
        else if (choice < 18) timeout(rest);
        else if (choice == 18) boundary(rest);
        else if (choice < 21) takeOver(rest);
        else if (choice == 21) collect(rest);
        else pass(rest);
        check();
    }

    /// @notice Every wei is somewhere, states move forward, and the honest host has its stake.
    function check() public {
        assertMoney();
        assertEq(game.bondsHeld(), _walk(), "one bond for each unsettled dispute");
        checkStakes();
        assertEq(game.totalPayouts(), _owed(), "nobody else is owed");
        assertEq(stakeOf(slotB), 1 ether, "the honest host");
        assertEq(game.bondFor(HOST), uint256(BASE) << (game.openCountOf(HOST) / 8), "bond of A");
        assertEq(game.bondFor(HOST_B), uint256(BASE) << (game.openCountOf(HOST_B) / 8), "bond of B");
    }

    /// @notice What stakes lost and bonds brought is burnt, refunded, held or paid out: payouts are bonds and penalties and no more.
    function checkStakes() public view {
        uint256 stakes = uint256(stakeOf(slotA)) + registry.stakeOf(StakeKind.Poster, posterId(PRIMARY)).amount;
        uint256 lost = 102 ether - stakes;
        uint256 burnt = Ether.BURN.balance;
        uint256 held = uint256(game.bondsHeld()) + game.penaltiesHeld() + game.totalPayouts();
        assertEq(lost + bondsIn, burnt + credits.pendingRefunds() + held + withdrawn, "bonds and penalties");
        assertTrue(burnt * 2 >= lost, "half or more is burnt");
    }

    /// @notice Ends everything: all that came in is paid out, and no stake stays frozen.
    function finish() external {
        _defend();
        for (uint256 round = 0; round < 5; round++) {
            skip(70);
            for (uint256 id = 1; id <= game.disputeCount(); id++) {
                try game.timeout(id) {} catch {}
            }
        }
        (uint64 due,,) = rollup.nextToFinalize();
        if (due != 0) rollup.finalize(100);
        for (uint256 id = 1; id <= game.disputeCount(); id++) {
            try game.payBounty(id) {} catch {}
            try game.release(game.dispute(id).caseKey) {} catch {}
        }
        check();
        assertEq(game.penaltiesHeld(), 0, "compensations and bounties are paid");
        assertEq(game.openCountOf(HOST) + game.openCountOf(HOST_B), 0, "none open");
        for (uint256 i = 0; i < 5; i++) {
            collect(i << 64);
        }
        assertEq(address(game).balance, 0, "nothing stays behind");
        assertEq(registry.stakeOf(StakeKind.Slot, slotId(slotB)).freezes, 0, "free");
    }

    function _defend() private {
        uint256[] memory ids = game.openOf(HOST_B, 0, 1_000);
        for (uint256 i = 0; i < ids.length; i++) {
            if (stateOf(ids[i]) == OPENED) reveal(_scene(_sceneOf[ids[i]]));
            if (stateOf(ids[i]) == SELECTED) answer(ids[i], _scene(_sceneOf[ids[i]]));
        }
    }

    function _walk() private returns (uint256 bonds) {
        for (uint256 id = 1; id <= game.disputeCount(); id++) {
            IDisputeGame.Dispute memory d = game.dispute(id);
            assertTrue(d.state >= _seen[id], "states move forward");
            bool wasOver = _seen[id] >= IDisputeGame.DisputeState.ChallengerWon;
            assertTrue(!wasOver || d.state == _seen[id], "the end is the end");
            _seen[id] = d.state;
        }
        address[2] memory operators = [HOST, HOST_B];
        for (uint256 o = 0; o < 2; o++) {
            uint256[] memory ids = game.openOf(operators[o], 0, 1_000);
            for (uint256 i = 0; i < ids.length; i++) {
                bonds += game.dispute(ids[i]).bond;
            }
        }
    }

    function _owed() private view returns (uint256) {
        return uint256(game.payoutOf(WATCHER)) + game.payoutOf(RIVAL) + game.payoutOf(OTHER) + game.payoutOf(HOST)
            + game.payoutOf(HOST_B);
    }

    function _dispute(uint256 seed) private view returns (uint256 id, bool any) {
        uint256 count = game.disputeCount();
        return count == 0 ? (0, false) : (1 + seed % count, true);
    }

    /// @dev The first one in this state and in time from a random one on; of those to select only such as have something to.
    function _dispute(uint256 seed, IDisputeGame.DisputeState state) private view returns (uint256 id, bool any) {
        uint256 count = game.disputeCount();
        for (uint256 i = 0; i < count; i++) {
            id = 1 + (seed % count + i) % count;
            IDisputeGame.Dispute memory d = game.dispute(id);
            if (d.state != state || block.timestamp >= d.deadline) continue;
            if (state != REVEALED || _plan(_sceneOf[id]).cheats) return (id, true);
        }
        return (0, false);
    }

    /// @dev A dispute that another one's conviction made moot, with a bounty that waits.
    function _candidate(uint256 seed) private view returns (uint256 id, bool any) {
        uint256 count = game.disputeCount();
        for (uint256 i = 0; i < count; i++) {
            id = 1 + (seed % count + i) % count;
            IDisputeGame.Case memory c = game.caseOf(game.dispute(id).caseKey);
            if (stateOf(id) == IDisputeGame.DisputeState.Moot && c.bounty > 0 && _plan(_sceneOf[id]).cheats) return (id, true);
        }
        return (0, false);
    }

    function _pick(uint256 seed) private view returns (Scene memory s, Plan memory plan, uint256 number) {
        number = seed % _scenes.length;
        return (_scene(number), _plan(number), number);
    }

    function _scene(uint256 number) private view returns (Scene memory) {
        return abi.decode(_scenes[number], (Scene));
    }

    function _plan(uint256 number) private view returns (Plan memory) {
        return abi.decode(_plans[number], (Plan));
    }
}
