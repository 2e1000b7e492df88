// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDisputeGame} from "../src/interfaces/IDisputeGame.sol";
import {IListRules} from "../src/interfaces/IListRules.sol";
import {TokenOpening} from "../src/types/DisputeTypes.sol";
import {SaltWitness} from "../src/types/GameTypes.sol";

import {GameFixture} from "./support/GameFixture.sol";
import {vm} from "./support/Vm.sol";

/// @notice A host of a sealed job that commits right contents under wrong salts is convicted by the job's key, and no other host is.
contract GameSaltsTest is GameFixture {
    uint32 private constant SALTS = type(uint32).max;

    /// @dev `place` of the host's list is under `salts`, the challenger's is not.
    function _answered(uint32 group, uint32 index, bytes memory content) private returns (uint256 id, Scene memory s) {
        Plan memory plan = honest(1, 4);
        (plan.isSealed, plan.user) = (true, WATCHER);
        s = stage(plan);
        s.host = maker.alter(s.context, s.host, group, index, content);
        s.opening = maker.opening(s.context, s.host);
        traceAgain(s, KEY_B);
        id = openAs(WATCHER, s);
        reveal(s);
        selectAs(WATCHER, id, s, group, index);
        answer(id, s);
    }

    function _witness(Scene memory s, bytes32 key) private view returns (bytes memory) {
        IDisputeGame.Dispute memory d = game.dispute(1);
        (, TokenOpening memory first) = maker.tokens(T, true, TOKEN, 0);
        return abi.encode(SaltWitness(key, first, s.host.contents[d.group][d.index]));
    }

    function _prove(Scene memory s, bytes32 key) private {
        bytes memory witness = _witness(s, key);
        vm.prank(WATCHER);
        game.prove(1, s.context, SALTS, 0, witness);
    }

    function proveExternal(Scene memory s, bytes32 key) external {
        _prove(s, key);
    }

    /// @dev Kinds of salts by place: layer 4 of the model is group 2 of shard 1; its output leaves at boundary 5.
    function _right(uint32 group, uint32 index) private view returns (bytes32) {
        if (group == 2 && index == 31) return maker.saltOf(3, 5, 4, 0);
        if (group == 1 && index == 7) return maker.saltOf(4, 3, 4, 1);
        if (group == 1 && index == 11) return maker.saltOf(4, 3, 4, 5);
        if (group == 1 && index == 3) return maker.saltOf(5, 3, 4, 6 * 65_536);
        if (group == 2 && index == 16) return maker.saltOf(5, 4, 4, 11 * 65_536 + 2 * 16);
        if (group == 3 && index == 1) return maker.saltOf(5, 0, 4, 23 * 65_536);
        revert("no such place");
    }

    function test_prove_salts_rightOnesNeverConvict() public {
        uint32[2][6] memory places =
            [[uint32(2), 31], [uint32(1), 7], [uint32(1), 11], [uint32(1), 3], [uint32(2), 16], [uint32(3), 1]];
        for (uint256 i = 0; i < 6; i++) {
            _check(places[i][0], places[i][1], true);
        }
    }

    function test_prove_salts_wrongOnesConvict() public {
        uint32[2][6] memory places =
            [[uint32(2), 31], [uint32(1), 7], [uint32(1), 11], [uint32(1), 3], [uint32(2), 16], [uint32(3), 1]];
        for (uint256 i = 0; i < 6; i++) {
            _check(places[i][0], places[i][1], false);
        }
    }

    function _check(uint32 group, uint32 index, bool isRight) private {
        uint256 snapshot = vm.snapshotState();
        Plan memory plan = honest(1, 4);
        plan.isSealed = true;
        bytes memory content = stage(plan).own.contents[group][index];
        bytes32 salt = isRight ? _right(group, index) : keccak256("another");
        (uint256 id, Scene memory s) =
            _answered(group, index, bytes.concat(salt, maker.slice(content, 32, content.length)));
        bytes32 key = maker.SALT_KEY();
        if (isRight) vm.expectPartialRevert(IDisputeGame.Game_NotWrong.selector);
        this.proveExternal(s, key);
        assertState(
            id, isRight ? IDisputeGame.DisputeState.Answered : IDisputeGame.DisputeState.ChallengerWon
        );
        vm.revertToState(snapshot);
    }

    /// @dev The second page of the logits has a salt of its own.
    function test_prove_saltOfALaterPage_convicts() public {
        Plan memory plan = honest(1, 4);
        plan.isSealed = true;
        bytes memory content = stage(plan).own.contents[3][2];
        assertEq(content.length, 2 * 1056, "two pages");
        bytes memory first = bytes.concat(maker.saltOf(5, 0, 4, 24 * 65_536), maker.slice(content, 32, 1056));
        bytes memory rest = maker.slice(content, 1088, 2112);
        uint256 snapshot = vm.snapshotState();
        (, Scene memory s) = _answered(3, 2, bytes.concat(first, maker.saltOf(5, 0, 4, 24 * 65_536 + 1), rest));
        bytes32 key = maker.SALT_KEY();
        vm.expectPartialRevert(IDisputeGame.Game_NotWrong.selector);
        this.proveExternal(s, key);
        vm.revertToState(snapshot);
        (, s) = _answered(3, 2, bytes.concat(first, maker.saltOf(5, 0, 4, 24 * 65_536), rest));
        _prove(s, key);
        assertState(1, IDisputeGame.DisputeState.ChallengerWon);
    }

    /// @dev Nobody can make right salts look wrong with a key of his own.
    function test_prove_anotherKey_reverts() public {
        Plan memory plan = honest(1, 4);
        plan.isSealed = true;
        bytes memory content = stage(plan).own.contents[1][3];
        (, Scene memory s) =
            _answered(1, 3, bytes.concat(_right(1, 3), maker.slice(content, 32, content.length)));
        vm.expectPartialRevert(IListRules.List_WrongKey.selector);
        this.proveExternal(s, keccak256("another key"));
        s.host.contents[1][3][40] ^= 0x01;
        bytes32 key = maker.SALT_KEY();
        vm.expectPartialRevert(IListRules.List_WrongContent.selector);
        this.proveExternal(s, key);
        vm.expectPartialRevert(IListRules.List_WrongLength.selector);
        vm.prank(WATCHER);
        game.prove(1, s.context, SALTS, 0, "short");
    }

    function test_prove_saltsOfAPublicJob_reverts() public {
        Plan memory plan = cheating(1, 4, 1, 3);
        Scene memory s = stage(plan);
        answered(WATCHER, s, plan);
        bytes32 key = maker.SALT_KEY();
        vm.expectPartialRevert(IListRules.List_NotSealed.selector);
        this.proveExternal(s, key);
    }
}
