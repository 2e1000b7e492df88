// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Assertions} from "./support/Assertions.sol";
import {GameWorld} from "./support/GameWorld.sol";
import {vm} from "./support/Vm.sol";

/// @notice Whatever happens in whatever order: money is conserved, states move forward, honest hosts lose nothing.
contract GameInvariants is Assertions {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    GameWorld private _world;

    function setUp() public {
        _world = new GameWorld();
        vm.deal(address(_world), 1_000_000 ether);
        _world.start();
    }

    function targetContracts() external view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(_world);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory list) {
        list = new FuzzSelector[](1);
        list[0].addr = address(_world);
        list[0].selectors = new bytes4[](1);
        list[0].selectors[0] = GameWorld.act.selector;
    }

    /// forge-config: default.invariant.runs = 8
    /// forge-config: default.invariant.depth = 60
    function invariant_moneyAndStates() public {
        _world.check();
    }

    /// forge-config: default.fuzz.runs = 8
    function testFuzz_act_anyHistory_paysEverythingOut(uint256 seed) public {
        for (uint256 i = 0; i < 100; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            _world.act(seed);
        }
        _world.finish();
    }

    /// @dev The random histories are worth something only if they reach every kind of action.
    function test_act_longHistory_reachesEverything() public {
        uint256 seed = 11;
        string memory missing = _missing();
        for (uint256 i = 0; i < 2_000 && bytes(missing).length > 0; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            _world.act(seed);
            missing = _missing();
        }
        assertEq(bytes(missing).length, 0, missing);
        _world.finish();
    }

    /// @dev An action that had no effect yet; empty if there is none.
    function _missing() private view returns (string memory) {
        string[15] memory names = [
            "job",
            "open",
            "refused open",
            "reveal",
            "select",
            "attack",
            "answer",
            "prove",
            "refused proof",
            "timeout",
            "refused timeout",
            "boundary",
            "take over",
            "bounty",
            "withdraw"
        ];
        for (uint256 i = 0; i < names.length; i++) {
            if (_world.effects(names[i]) == 0) return names[i];
        }
        return "";
    }
}
