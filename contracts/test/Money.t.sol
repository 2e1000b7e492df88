// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Credits} from "../src/Credits.sol";
import {HostRegistry} from "../src/HostRegistry.sol";
import {TeeTeeRollup} from "../src/TeeTeeRollup.sol";

import {Assertions} from "./support/Assertions.sol";
import {World} from "./support/World.sol";

abstract contract MoneyChecks is Assertions {
    World internal world;
    TeeTeeRollup internal rollup;
    HostRegistry internal registry;
    Credits internal credits;

    function setUp() public virtual {
        world = new World();
        world.setUp();
        (address r, address h, address c) = world.parts();
        (rollup, registry, credits) = (TeeTeeRollup(r), HostRegistry(h), Credits(c));
    }

    function checkConservation() internal view {
        (uint128 deposited, uint128 refunded, uint128 withdrawn, uint128 claimed) = credits.totals();
        assertEq(credits.pool(), uint256(deposited) + refunded - withdrawn - claimed, "pool");
        assertEq(address(credits).balance, uint256(credits.pool()) + credits.pendingRefunds(), "credits balance");
        assertEq(registry.totalStaked(), world.sumOfStakes(), "stakes");
        assertEq(address(registry).balance, uint256(registry.totalStaked()) + registry.totalPayouts(), "registry");
        assertEq(address(rollup).balance, 0, "the rollup holds nothing");
    }

    /// @dev claims <= final spending <= deposits - withdrawals, and the pool can pay everyone.
    function checkSolvency() internal view {
        (,,, uint128 claimed) = credits.totals();
        (uint256 spent, uint256 earned, uint256 earningsSpent, uint256 locked) = world.finalSums();
        assertEq(earned, spent + earningsSpent, "debits equal credits");
        assertTrue(claimed <= spent, "claims are covered by final spending");
        assertTrue(spent <= locked, "final spending is covered by deposits");
        assertEq(credits.pool() + uint256(claimed), locked, "the pool is all credit less claims");
    }
}

contract MoneyInvariants is MoneyChecks {
    /// @dev Only the random actions; `setUp`, `act` and `leaveAll` of the world are not for the campaign.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetContracts() external view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(world);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory list) {
        bytes4[16] memory all = [
            world.deposit.selector,
            world.requestWithdrawal.selector,
            world.cancelWithdrawal.selector,
            world.withdraw.selector,
            world.postBatch.selector,
            world.finalize.selector,
            world.pass.selector,
            world.rollBack.selector,
            world.claim.selector,
            world.reserveEarnings.selector,
            world.requestRelease.selector,
            world.release.selector,
            world.freezeSome.selector,
            world.convict.selector,
            world.settleRefund.selector,
            world.withdrawPayout.selector
        ];
        list = new FuzzSelector[](1);
        list[0].addr = address(world);
        list[0].selectors = new bytes4[](all.length);
        for (uint256 i = 0; i < all.length; i++) {
            list[0].selectors[i] = all[i];
        }
    }

    /// @dev One campaign checks all four: ETH is conserved, the pool pays everyone, nobody lowers another's claim, indices only grow.
    function invariant_anyHistory_keepsEveryonesMoney() external view {
        checkConservation();
        checkSolvency();
        assertFalse(world.someoneLost(), "an actor lost by another's action");
        assertFalse(world.wentBack(), "an index went back");
    }
}

contract WholeLifeTest is MoneyChecks {
    /// @dev After any history all can leave with all; nothing stays behind.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_leaveAll_anyHistory_emptiesThePool(uint256 seed) public {
        for (uint256 i = 0; i < 60; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            world.act(seed);
            checkConservation();
            checkSolvency();
        }
        assertFalse(world.someoneLost(), "nobody lost");
        world.leaveAll();
        checkConservation();
        assertEq(credits.pool(), 0, "everyone was paid");
        assertEq(credits.pendingRefunds(), 0, "no refund waits");
    }

    /// @dev The random histories are worth something only if they reach every kind of action.
    function test_act_longHistory_reachesEverything() public {
        uint256 seed = 7;
        for (uint256 i = 0; i < 500; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            world.act(seed);
        }
        string[15] memory names = [
            "requestWithdrawal",
            "cancelWithdrawal",
            "withdraw",
            "withdraw less",
            "finalize",
            "rollBack",
            "claim",
            "reserveEarnings",
            "requestRelease",
            "release",
            "convict",
            "settleRefund",
            "spend credit",
            "spend earnings",
            "spend while a withdrawal waits"
        ];
        for (uint256 i = 0; i < names.length; i++) {
            assertTrue(world.effects(names[i]) > 0, names[i]);
        }
    }
}
