// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHostRegistry} from "../src/interfaces/IHostRegistry.sol";
import {IQuoteChallenges} from "../src/interfaces/IQuoteChallenges.sol";
import {Ether} from "../src/libraries/Ether.sol";
import {QuoteRecord} from "../src/types/Messages.sol";
import {BatchStatus, StakeKind} from "../src/types/Types.sol";

import {Assertions} from "./support/Assertions.sol";
import {ChallengeFixture} from "./support/ChallengeFixture.sol";
import {vm} from "./support/Vm.sol";

/// @notice A poster with good and bad quotes, a doubter and strangers act at random on a real deployment.
contract ChallengeWorld is ChallengeFixture {
    uint64[] private _batches;
    uint256[] private _challenges;
    /// Whether quote `i` of a batch is good, by its record's hash.
    mapping(bytes32 => bool) public good;
    uint256 public taken;
    uint256 public given;
    uint256 public paidBonds;
    uint256 public paidBounties;
    mapping(string => uint256) public effects;

    function start() external {
        setUp();
        registry.addStake{value: 3 ether}(StakeKind.Poster, posterId(PRIMARY));
    }

    function post(uint256 seed) public {
        if (!registry.isActivePoster(PRIMARY) || registry.currentEpoch() == FIRST) return;
        QuoteRecord[] memory records = new QuoteRecord[](1 + seed % 4);
        for (uint256 i = 0; i < records.length; i++) {
            QuoteRecord memory r = goodRecord(registry.currentEpoch() - 1);
            r.executionRoot = keccak256(abi.encode(seed, i));
            bool isGood = (seed >> (8 + i)) % 3 != 0;
            records[i] = isGood ? quoted(r) : withQuote(r, "no quote");
            good[keccak256(abi.encode(records[i]))] = isGood;
        }
        _batches.push(postQuotes(records));
        effects["post"]++;
    }

    function challenge(uint256 seed) public {
        if (_batches.length == 0) return;
        uint64 index = _batches[_batches.length - 1 - seed % (_batches.length < 3 ? _batches.length : 3)];
        uint32 quote = uint32((seed >> 8) % recordsOf(index).length);
        bool late = block.timestamp >= rollup.batch(index).postedAt + 20;
        if (late || rollup.statusOf(index) != BatchStatus.Open || disputes.challengeOf(hashOf(index), quote) != 0) return;
        _challenges.push(doubt(index, quote));
        effects["challenge"]++;
    }

    /// @dev Every answer is tried; those that cannot count must revert.
    function answer(uint256 seed) public {
        if (_challenges.length == 0) return;
        uint256 challengeId = _challenges[seed % _challenges.length];
        IQuoteChallenges.Challenge memory c = disputes.challenge(challengeId);
        bool open = c.state == IQuoteChallenges.ChallengeState.Open && block.timestamp < c.deadline;
        bool mayCount = open && good[keccak256(abi.encode(recordsOf(c.batchIndex)[c.quoteIndex]))];
        try this.respondExternal(challengeId) {
            assertTrue(mayCount, "only a good quote in time counts");
            effects["answer"]++;
        } catch {
            assertFalse(mayCount, "a good quote in time always counts");
            effects["refused answer"]++;
        }
    }

    function timeout(uint256 seed) public {
        if (_challenges.length == 0) return;
        uint256 challengeId = _challenges[seed % _challenges.length];
        IQuoteChallenges.Challenge memory c = disputes.challenge(challengeId);
        if (c.state != IQuoteChallenges.ChallengeState.Open || block.timestamp < c.deadline) return;
        uint128 before = registry.stakeOf(StakeKind.Poster, posterId(PRIMARY)).amount;
        uint128 owed = registry.payoutOf(DOUBTER);
        disputes.timeout(challengeId);
        uint128 lost = before - registry.stakeOf(StakeKind.Poster, posterId(PRIMARY)).amount;
        assertEq(lost, before < PENALTY ? before : PENALTY, "penalty");
        assertTrue(registry.payoutOf(DOUBTER) - owed <= lost / 2, "half or more is burnt");
        taken += lost;
        given += registry.payoutOf(DOUBTER) - owed;
        effects["timeout"]++;
    }

    function withdraw(uint256 seed) public {
        address who = seed % 2 == 0 ? PRIMARY : DOUBTER;
        if (disputes.payoutOf(who) > 0) {
            vm.prank(who);
            paidBonds += disputes.withdrawPayout(COLD);
            effects["withdraw bond"]++;
        }
        if (registry.payoutOf(who) > 0) {
            vm.prank(who);
            paidBounties += registry.withdrawPayout(COLD);
            effects["withdraw bounty"]++;
        }
    }

    function pass(uint256 seed) public {
        skip(1 + seed % 12);
        if (seed % 5 == 0) registry.addStake{value: 0.5 ether}(StakeKind.Poster, posterId(PRIMARY));
        (uint64 index, uint64 due,) = rollup.nextToFinalize();
        if (index != 0 && block.timestamp >= due) rollup.finalize(2);
    }

    function act(uint256 seed) external {
        uint256 choice = seed % 12;
        uint256 rest = seed >> 32;
        if (choice < 2) post(rest);
        else if (choice < 5) challenge(rest);
        else if (choice < 7) answer(rest);
        else if (choice < 9) timeout(rest);
        else if (choice == 9) withdraw(rest);
        else pass(rest);
        check();
    }

    /// @notice Every wei of bonds and penalties is somewhere.
    function check() public view {
        assertBonds();
        uint256 open = disputes.openCountOf(PRIMARY);
        assertEq(disputes.bondsHeld(), open * BOND, "one bond for each open challenge");
        assertEq(disputes.totalPayouts(), uint256(disputes.payoutOf(PRIMARY)) + disputes.payoutOf(DOUBTER), "payouts");
        assertEq(disputes.challengeCount() * BOND, disputes.bondsHeld() + disputes.totalPayouts() + paidBonds, "bonds");
        assertEq(registry.totalPayouts() + paidBounties, given, "bounties");
        assertEq(Ether.BURN.balance, taken - given, "burnt");
        assertTrue(taken - given >= given, "half or more is burnt");
        assertTrue(open > 0 || !_frozen(), "frozen only while something is open");
    }

    /// @notice Ends everything: all that was paid in is paid out or burnt.
    function finish() external {
        skip(20);
        for (uint256 i = 0; i < _challenges.length; i++) {
            timeout(i);
        }
        for (uint256 i = 0; i < 2; i++) {
            withdraw(i);
        }
        check();
        assertEq(address(disputes).balance, 0, "nothing stays behind");
        assertFalse(_frozen(), "nobody stays frozen");
    }

    function _frozen() private view returns (bool) {
        IHostRegistry.Stake memory s = registry.stakeOf(StakeKind.Poster, posterId(PRIMARY));
        return s.freezes > 0 && block.timestamp < s.frozenUntil;
    }
}

contract BondsTest is Assertions {
    ChallengeWorld private _world;

    function setUp() public {
        _world = new ChallengeWorld();
        vm.deal(address(_world), 1_000_000 ether);
        _world.start();
    }

    /// forge-config: default.fuzz.runs = 32
    function testFuzz_act_anyHistory_conservesBondsAndPenalties(uint256 seed) public {
        for (uint256 i = 0; i < 80; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            _world.act(seed);
        }
        _world.finish();
    }

    /// @dev The random histories are worth something only if they reach every kind of action.
    function test_act_longHistory_reachesEverything() public {
        uint256 seed = 3;
        for (uint256 i = 0; i < 400; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            _world.act(seed);
        }
        _world.finish();
        string[7] memory names =
            ["post", "challenge", "answer", "refused answer", "timeout", "withdraw bond", "withdraw bounty"];
        for (uint256 i = 0; i < names.length; i++) {
            assertTrue(_world.effects(names[i]) > 0, names[i]);
        }
    }
}
