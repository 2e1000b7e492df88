// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDisputeGame} from "../src/interfaces/IDisputeGame.sol";
import {IListRules} from "../src/interfaces/IListRules.sol";
import {TokenOpening} from "../src/types/DisputeTypes.sol";

import {GameFixture} from "./support/GameFixture.sol";
import {ListMaker} from "./support/ListMaker.sol";
import {vm} from "./support/Vm.sol";

contract GameRevealTest is GameFixture {
    function _refuse(bytes4 selector, Scene memory s) private {
        vm.expectPartialRevert(selector);
        reveal(s);
    }

    function _part(Scene memory s, uint32 first, uint32 count, bool withPick) private {
        bytes32[][] memory groups = new bytes32[][](count);
        for (uint256 i = 0; i < count; i++) {
            groups[i] = s.host.entries[first + i];
        }
        vm.prank(s.context.operator);
        game.reveal(
            s.context, s.opening, first, groups, withPick ? s.tokens : new TokenOpening[](0), withPick ? s.pick : bytes("")
        );
    }

    function test_reveal_wholeList_movesEveryDisputeOfThePosition() public {
        Scene memory s = stage(honest(1, 4));
        uint256 a = openAs(WATCHER, s);
        skip(3);
        uint256 b = openAs(RIVAL, s);
        assertEq(game.dispute(b).deadline, game.dispute(a).deadline, "the first one's deadline");
        skip(2);
        reveal(s);
        assertState(a, IDisputeGame.DisputeState.Revealed);
        assertState(b, IDisputeGame.DisputeState.Revealed);
        assertEq(game.dispute(a).deadline, block.timestamp + MOVE, "select");
        (bytes32[] memory roots, bool complete,) = game.revealOf(positionKeyOf(s));
        assertTrue(complete && roots.length == 4, "complete");
        assertEq(roots[3], maker.rootsOf(s.host)[3], "head");
        skip(4);
        vm.deal(OTHER, 1 ether);
        uint256 late = openAs(OTHER, s);
        assertState(late, IDisputeGame.DisputeState.Revealed);
        assertEq(game.dispute(late).deadline, block.timestamp + MOVE, "its own time to select");
    }

    function test_reveal_stranger_reverts() public {
        Scene memory s = stage(honest(0, 4));
        openAs(WATCHER, s);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.Game_NotDefender.selector, WATCHER, HOST));
        vm.prank(WATCHER);
        game.reveal(s.context, s.opening, 0, s.host.entries, s.tokens, s.pick);
    }

    function test_reveal_defender_countsWhileAllowed() public {
        Scene memory s = stage(honest(0, 4));
        openAs(WATCHER, s);
        vm.prank(HOST);
        game.setDefender(RIVAL, true);
        vm.prank(HOST);
        game.setDefender(RIVAL, false);
        vm.expectPartialRevert(IDisputeGame.Game_NotDefender.selector);
        vm.prank(RIVAL);
        game.reveal(s.context, s.opening, 0, s.host.entries, s.tokens, s.pick);
        vm.prank(HOST_B);
        game.setDefender(RIVAL, true);
        vm.expectPartialRevert(IDisputeGame.Game_NotDefender.selector);
        vm.prank(RIVAL);
        game.reveal(s.context, s.opening, 0, s.host.entries, s.tokens, s.pick);
        vm.prank(HOST);
        game.setDefender(RIVAL, true);
        vm.prank(RIVAL);
        game.reveal(s.context, s.opening, 0, s.host.entries, s.tokens, s.pick);
        assertState(1, IDisputeGame.DisputeState.Revealed);
    }

    function test_reveal_lastSecond_countsAndTheNextDoesNot() public {
        (Scene memory a, Scene memory b) = (stage(honest(0, 4)), stage(honest(0, 3)));
        openAs(WATCHER, a);
        uint256 id = openAs(WATCHER, b);
        vm.warp(game.dispute(id).deadline);
        _refuse(IDisputeGame.Game_TooLate.selector, b);
        vm.warp(game.dispute(1).deadline - 1);
        reveal(a);
    }

    function test_reveal_notOpened_reverts() public {
        _refuse(IDisputeGame.Game_WrongContext.selector, stage(honest(0, 4)));
    }

    function test_reveal_otherContext_reverts() public {
        Scene memory s = stage(honest(0, 4));
        openAs(WATCHER, s);
        s.context.weightsRoot = keccak256("another");
        _refuse(IDisputeGame.Game_WrongContext.selector, s);
    }

    /// @dev What was refused left nothing behind: the right reveal still counts.
    function test_reveal_refused_changesNothing() public {
        Scene memory s = stage(honest(0, 4));
        openAs(WATCHER, s);
        bytes32 good = s.host.entries[2][3];
        s.host.entries[3] = new bytes32[](31);
        _refuse(IListRules.List_WrongGroupSize.selector, s);
        (bytes32[] memory roots, bool complete,) = game.revealOf(positionKeyOf(s));
        assertTrue(roots.length == 0 && !complete, "nothing kept");
        s.host = s.own;
        assertEq(s.host.entries[2][3], good, "unchanged");
        reveal(s);
        _refuse(IDisputeGame.Game_AlreadyRevealed.selector, s);
    }

    function test_reveal_inParts_endsInTheSameRoots() public {
        for (uint256 cut = 0; cut < 8; cut++) {
            Scene memory s = stage(honest(1, 4));
            uint256 id = openAs(WATCHER, s);
            uint32 from = 0;
            for (uint32 g = 0; g < 4; g++) {
                bool ends = g == 3 || (cut >> g) & 1 == 1;
                if (!ends) continue;
                assertState(id, IDisputeGame.DisputeState.Opened);
                _part(s, from, g + 1 - from, g == 3);
                from = g + 1;
            }
            (bytes32[] memory roots, bool complete,) = game.revealOf(positionKeyOf(s));
            assertTrue(complete, "complete");
            assertEq(keccak256(abi.encode(roots)), keccak256(abi.encode(maker.rootsOf(s.host))), "roots");
            assertEq(game.rowsOf(positionKeyOf(s)).nodes.length, 0, "peaks are dropped");
        }
    }

    function test_reveal_partsThatDoNotFit_revert() public {
        Scene memory s = stage(honest(1, 4));
        openAs(WATCHER, s);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.Game_WrongGroup.selector, uint32(1), 0));
        _part(s, 1, 1, false);
        _part(s, 0, 2, false);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.Game_WrongGroup.selector, uint32(0), 2));
        _part(s, 0, 2, false);
        vm.expectPartialRevert(IListRules.List_WrongGroupCount.selector);
        _part(s, 2, 0, false);
        bytes32 out = s.opening.hOutRoot;
        s.opening.hOutRoot = keccak256("another");
        vm.expectPartialRevert(IDisputeGame.Game_OtherOpening.selector);
        _part(s, 2, 2, true);
        s.opening.hOutRoot = out;
        bytes32 row = s.host.entries[2][7];
        s.host.entries[2][7] = keccak256("another");
        vm.expectPartialRevert(IListRules.List_WrongRows.selector);
        _part(s, 2, 2, true);
        s.host.entries[2][7] = row;
        _part(s, 2, 2, true);
    }

    function test_reveal_groupsOfOtherSizes_revert() public {
        Scene memory s = stage(honest(1, 4));
        openAs(WATCHER, s);
        for (uint256 g = 0; g < 4; g++) {
            bytes32[] memory right = s.host.entries[g];
            for (uint256 k = 0; k < 2; k++) {
                s.host.entries[g] = new bytes32[](k == 0 ? right.length - 1 : right.length + 1);
                for (uint256 i = 0; i < right.length && i < s.host.entries[g].length; i++) {
                    s.host.entries[g][i] = right[i];
                }
                _refuse(IListRules.List_WrongGroupSize.selector, s);
            }
            s.host.entries[g] = right;
        }
        bytes32[][] memory five = new bytes32[][](5);
        for (uint256 g = 0; g < 4; g++) {
            five[g] = s.host.entries[g];
        }
        bytes32[][] memory four = s.host.entries;
        s.host.entries = five;
        _refuse(IListRules.List_WrongGroupCount.selector, s);
        s.host.entries = four;
        reveal(s);
    }

    /// @dev C6: a list that is consistent in itself but does not end in the leaf is no reveal.
    function test_reveal_listOffTheLeaf_reverts() public {
        Scene memory s = stage(honest(1, 4));
        openAs(WATCHER, s);
        bytes32 right = s.host.entries[0][0];
        s.host.entries[0][0] = keccak256("another");
        _refuse(IListRules.List_WrongInput.selector, s);
        s.host.entries[0][0] = right;
        right = s.host.entries[2][31];
        s.host.entries[2][31] = keccak256("another");
        _refuse(IListRules.List_WrongOutput.selector, s);
        s.host.entries[2][31] = right;
        for (uint256 i = 6; i < 14; i++) {
            right = s.host.entries[1][i];
            s.host.entries[1][i] = keccak256("another");
            _refuse(IListRules.List_WrongRows.selector, s);
            s.host.entries[1][i] = right;
        }
        s.opening.kvRoot = keccak256("another");
        _refuse(IListRules.List_NotInTheTrace.selector, s);
    }

    function test_reveal_pickThatDoesNotFit_reverts() public {
        Scene memory s = stage(honest(1, 4));
        openAs(WATCHER, s);
        bytes memory right = s.pick;
        s.pick = bytes.concat(right, bytes8(0));
        _refuse(IListRules.List_WrongPick.selector, s);
        s.pick = right;
        TokenOpening memory page = s.tokens[0];
        s.tokens = new TokenOpening[](0);
        _refuse(IListRules.List_NoTokens.selector, s);
        s.tokens = new TokenOpening[](1);
        s.tokens[0] = TokenOpening(bytes.concat(page.page, bytes4(0)), page.path);
        _refuse(IListRules.List_WrongTokens.selector, s);
    }

    /// @dev The list's own pick entry commits these contents; still they cannot be revealed.
    function test_reveal_pickOfAnotherToken_reverts() public {
        _refusePick(IListRules.List_WrongToken.selector, _bests(0x40000000, TOKEN + 1));
        _refusePick(IListRules.List_PickOutside.selector, _bests(0x40000000, 512));
        _refusePick(IListRules.List_NotFinite.selector, _bests(0x7F800000, TOKEN));
        _refusePick(IListRules.List_NotFinite.selector, _bests(0xFFC00001, TOKEN));
        _refusePick(IListRules.List_WrongLength.selector, bytes.concat(_bests(0x40000000, TOKEN), bytes8(0)));
    }

    function _bests(uint32 score, uint32 id) private view returns (bytes memory) {
        return bytes.concat(maker.little(score), maker.little(id));
    }

    function _refusePick(bytes4 selector, bytes memory content) private {
        Scene memory s = stage(honest(1, 4));
        openAs(WATCHER, s);
        s.host = maker.alter(s.context, s.host, 3, 3, content);
        s.pick = content;
        _refuse(selector, s);
    }

    function test_reveal_positionOfThePrompt_hasNoHead() public {
        Scene memory s = stage(honest(1, 1));
        assertEq(s.host.entries.length, 3, "no head group");
        openAs(WATCHER, s);
        reveal(s);
        assertState(1, IDisputeGame.DisputeState.Revealed);
        // The first pick is at the prompt's last position.
        assertEq(stage(honest(1, 2)).host.entries.length, 4, "head group");
    }

    function test_reveal_sealedJob_opensSaltedPages() public {
        Plan memory plan = honest(1, 4);
        (plan.isSealed, plan.user) = (true, WATCHER);
        Scene memory s = stage(plan);
        openAs(WATCHER, s);
        reveal(s);
        assertState(1, IDisputeGame.DisputeState.Revealed);
    }

    function test_reveal_afterTheCaseIsDecided_reverts() public {
        Scene memory s = stage(honest(0, 4));
        uint256 id = openAs(WATCHER, s);
        Scene memory other = s;
        other.context.position = 3;
        openAs(WATCHER, other);
        s.context.position = 4;
        skip(MOVE);
        game.timeout(id);
        _refuse(IDisputeGame.Game_CaseClosed.selector, s);
    }
}
