// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDisputeGame} from "../src/interfaces/IDisputeGame.sol";
import {ModelConfig} from "../src/types/Types.sol";

import {GameFixture} from "./support/GameFixture.sol";
import {Shapes} from "./support/Shapes.sol";
import {vm} from "./support/Vm.sol";

/// @notice Gas of the game's moves as transactions of their own, compared with snapshots/Game.json; the step verifier here costs next to
/// nothing. Every one is under the transaction gas cap and 32 kB of calldata.
/// @dev After a change that is meant: FORGE_SNAPSHOT_CHECK=false forge test --match-contract GameGasTest, and commit the file.
/// forge-config: default.isolate = true
contract GameGasTest is GameFixture {
    uint256 private constant MOST_GAS = 16_777_216;
    uint256 private constant MOST_CALLDATA = 32_768;

    function test_gas_moves() public {
        Plan memory plan = cheating(1, 4, 2, 5);
        Scene memory s = stage(plan);
        uint128 bond = game.bondFor(HOST_B);
        bytes32 commitment = commitmentOf(WATCHER, s);
        vm.prank(WATCHER);
        game.open{value: bond}(s.header, s.leaf, s.items, s.context, commitment);
        _note("open, first of a case");
        s.context.position = 3;
        vm.prank(WATCHER);
        game.open{value: bond}(s.header, s.leaf, s.items, s.context, commitment);
        _note("open, later in a case");
        s.context.position = 4;
        reveal(s);
        selectAs(WATCHER, 1, s, 2, 5);
        _note("select, five groups");
        bytes memory content = s.host.contents[2][5];
        game.answer(1, s.context, content);
        _note("answer, 256 bytes");
        vm.prank(WATCHER);
        game.prove(1, s.context, 0, 0, "witness");
        _note("prove, without the step verifier");
        game.timeout(2);
        _note("timeout, moot");
        skip(DELAY);
        game.payBounty(1);
        _note("payBounty");
        vm.prank(WATCHER);
        game.withdrawPayout(WATCHER);
        _note("withdrawPayout");
        s = stage(honest(0, 4));
        openAs(WATCHER, s);
        skip(2 * MOVE);
        game.timeout(3);
        _note("timeout, convicting");
        s = stage(honest(0, 4));
        openAs(WATCHER, s);
        reveal(s);
        skip(MOVE);
        game.timeout(4);
        _note("timeout, acquitting");
    }

    /// @dev A list that fits in one transaction at each shape.
    function test_gas_reveals() public {
        _reveal("reveal, demo, 6 layers with the pick", Shapes.demo(), 0, 6, 40);
        _reveal("reveal, 1.1B, 15 layers", Shapes.small(), 3, 15, 500);
        _reveal("reveal, 70B, 7 layers", Shapes.large(), 40, 7, 8_190);
        _reveal("reveal, 70B, 6 layers with the pick", Shapes.large(), 74, 6, 8_190);
    }

    function _reveal(string memory name, ModelConfig memory config, uint32 first, uint32 layers, uint32 position)
        private
    {
        Scene memory s = stage(_large(config, first, layers, position));
        openAs(WATCHER, s);
        bytes memory call =
            abi.encodeCall(IDisputeGame.reveal, (s.context, s.opening, 0, s.host.entries, s.tokens, s.pick));
        assertTrue(call.length <= MOST_CALLDATA, "calldata");
        reveal(s);
        _note(name);
        (, bool complete,) = game.revealOf(positionKeyOf(s));
        assertTrue(complete, "complete");
    }

    function _large(ModelConfig memory config, uint32 first, uint32 layers, uint32 position)
        private
        pure
        returns (Plan memory plan)
    {
        plan = honest(0, position);
        (plan.config, plan.firstLayer, plan.layerCount, plan.positions) = (config, first, layers, position + 2);
    }

    /// @dev The largest contents: a segment of 4,096 elements, and the lists of a head over 8,192 positions.
    function test_gas_answers() public {
        _answer("answer, 16 KiB", 3, false);
        _answer("answer, 16 KiB, sealed", 3, true);
        // Two segments each of norm input, Q, rotated Q; one each of K and V; 16 rows.
        _answer("answer, head over 8k positions", _headOf(), false);
    }

    function _headOf() private pure returns (uint32) {
        return 1 + 2 + 2 + 1 + 1 + 2 + 16;
    }

    function _answer(string memory name, uint32 index, bool isSealed) private {
        Plan memory plan = _large(Shapes.large(), 40, 1, 8_190);
        (plan.isSealed, plan.user) = (isSealed, WATCHER);
        Scene memory s = stage(plan);
        // Only this place of the list has a content; the challenger's list differs there.
        bytes memory content = maker.other(s.context, 1, index, keccak256("content"));
        s.host = maker.alter(s.context, s.host, 1, index, content);
        s.opening = maker.opening(s.context, s.host);
        traceAgain(s, keyOf(plan));
        uint256 id = openAs(WATCHER, s);
        reveal(s);
        selectAs(WATCHER, id, s, 1, index);
        _note(string.concat("select before ", name));
        bytes memory call = abi.encodeCall(IDisputeGame.answer, (id, s.context, content));
        assertTrue(call.length <= MOST_CALLDATA && content.length >= 16_384, "calldata");
        game.answer(id, s.context, content);
        _note(name);
    }

    function _note(string memory name) private {
        uint256 gas = vm.snapshotGasLastCall("Game", name);
        assertTrue(gas <= MOST_GAS, name);
    }
}
