// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBondedChallenges} from "../src/interfaces/IBondedChallenges.sol";
import {IWeightChallenges} from "../src/interfaces/IWeightChallenges.sol";
import {WeightLayout} from "../src/libraries/WeightLayout.sol";
import {ModelConfig, StakeKind} from "../src/types/Types.sol";

import {FaultFixture} from "./support/FaultFixture.sol";
import {TestTree} from "./support/TestTree.sol";
import {vm} from "./support/Vm.sol";

/// @notice Demands for weight pages of a small model whose whole tree is at hand.
contract WeightChallengesTest is FaultFixture {
    bytes32 internal small;
    bytes[] internal leaves;
    mapping(bytes32 => bytes) internal pageOf;

    function setUp() public override {
        super.setUp();
        ModelConfig memory c = tiny();
        // Global tensors 1, 2, 4, 5 (tied: no 3), then roles 11 to 19 of the one layer.
        _tensor(1, 8, 4, 32);
        _tensor(2, 0, 1, 32);
        _tensor(4, 0, 3, 300);
        _tensor(5, 0, 3, 300);
        _tensor(64 + 11, 0, 1, 32);
        _tensor(64 + 12, 8, 24, 32);
        _tensor(64 + 13, 8, 8, 32);
        _tensor(64 + 14, 8, 8, 32);
        _tensor(64 + 15, 8, 32, 32);
        _tensor(64 + 16, 0, 1, 32);
        _tensor(64 + 17, 8, 33, 32);
        _tensor(64 + 18, 8, 33, 32);
        _tensor(64 + 19, 8, 32, 64);
        bytes32 root = TestTree.shaRoot("TT/wght1", leaves.length, leaves);
        small = registry.listModel{value: 0.5 ether}(c, root, keccak256("tokenizer"), 1);
    }

    function test_answerRow_eachKindOfPage_isPublished() public {
        uint32[3][5] memory pages =
            [[uint32(1), 3, 0], [uint32(4), 2, 1], [uint32(76), 23, 0], [uint32(79), 31, 0], [uint32(83), 0, 0]];
        for (uint256 i = 0; i < pages.length; i++) {
            uint256 id = doubt(pages[i][0], pages[i][1], pages[i][2]);
            respond(id, pages[i]);
            assertTrue(weights.challenge(id).state == IBondedChallenges.ChallengeState.Answered, "published");
            assertEq(weights.challengeOf(small, pages[i][0], pages[i][1], pages[i][2]), id, "for good");
        }
        assertMoney();
    }

    function test_answerRow_otherBytesOrLengthOrConfig_reverts() public {
        uint256 id = doubt(4, 2, 1);
        bytes memory page = pageOf[keccak256(abi.encode(4, 2, 1))];
        bytes32[] memory path = TestTree.shaProve(leaves, 1, indexOf(4, 2, 1));
        page[3] ^= 0x01;
        vm.expectPartialRevert(IWeightChallenges.WeightChallenges_WrongPage.selector);
        weights.answerRow(id, tiny(), page, path);
        vm.expectPartialRevert(IWeightChallenges.WeightChallenges_WrongLength.selector);
        weights.answerRow(id, tiny(), bytes.concat(page, hex"00"), path);
        vm.expectPartialRevert(IWeightChallenges.WeightChallenges_WrongConfig.selector);
        weights.answerRow(id, config(), page, path);
        page[3] ^= 0x01;
        weights.answerRow(id, tiny(), page, path);
    }

    function test_timeout_silence_suspendsTheModelAndTakesItsBond() public {
        uint256 id = doubt(1, 0, 0);
        skip(19);
        vm.expectPartialRevert(IBondedChallenges.Challenges_TooEarly.selector);
        weights.timeout(id);
        skip(1);
        bytes32[] memory none;
        vm.expectPartialRevert(IBondedChallenges.Challenges_TooLate.selector);
        weights.answerRow(id, tiny(), "", none);
        weights.timeout(id);
        assertTrue(registry.model(small).suspended, "suspended");
        assertEq(registry.stakeOf(StakeKind.Model, small).amount, 0, "bond taken");
        assertEq(registry.payoutOf(WINNER), 0.1 ether, "bounty");
        assertEq(weights.payoutOf(WINNER), BOND, "bond back");
        vm.expectPartialRevert(IWeightChallenges.WeightChallenges_ModelUnavailable.selector);
        weights.challengeRow{value: BOND}(small, tiny(), 1, 1, 0);
        vm.expectRevert(abi.encodeWithSignature("Registry_ModelUnavailable(bytes32)", small));
        registry.registerSlot{value: 1 ether}(small, 0, 1, address(0));
        assertMoney();
    }

    function test_challengeRow_placesThatTheModelDoesNotHave_revert() public {
        vm.expectPartialRevert(WeightLayout.WeightLayout_NoSuchPage.selector);
        weights.challengeRow{value: BOND}(small, tiny(), 1, 4, 0);
        vm.expectPartialRevert(WeightLayout.WeightLayout_NoSuchPage.selector);
        weights.challengeRow{value: BOND}(small, tiny(), 1, 0, 1);
        vm.expectPartialRevert(WeightLayout.WeightLayout_NoSuchTensor.selector);
        weights.challengeRow{value: BOND}(small, tiny(), 3, 0, 0);
        vm.expectPartialRevert(WeightLayout.WeightLayout_NoSuchTensor.selector);
        weights.challengeRow{value: BOND}(small, tiny(), 128 + 11, 0, 0);
        vm.expectPartialRevert(IWeightChallenges.WeightChallenges_WrongConfig.selector);
        weights.challengeRow{value: BOND}(small, config(), 1, 0, 0);
        vm.expectPartialRevert(IWeightChallenges.WeightChallenges_ModelUnavailable.selector);
        weights.challengeRow{value: BOND}(keccak256("none"), tiny(), 1, 0, 0);
        uint256 id = doubt(1, 0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBondedChallenges.Challenges_Repeated.selector, id, IBondedChallenges.ChallengeState.Open
            )
        );
        weights.challengeRow{value: BOND}(small, tiny(), 1, 0, 0);
        assertFalse(weights.blocksFinality(1, 0), "batches do not wait");
    }

    function tiny() internal pure returns (ModelConfig memory c) {
        c = ModelConfig(1, 4, 32, 33, 1, 3, 1, 8, 600, 3, 0, 0, 0, true);
    }

    function doubt(uint32 tensor, uint32 row, uint32 page) internal returns (uint256) {
        vm.prank(WINNER);
        return weights.challengeRow{value: BOND}(small, tiny(), tensor, row, page);
    }

    function respond(uint256 id, uint32[3] memory place) internal {
        bytes memory page = pageOf[keccak256(abi.encode(place[0], place[1], place[2]))];
        weights.answerRow(id, tiny(), page, TestTree.shaProve(leaves, 1, indexOf(place[0], place[1], place[2])));
    }

    function indexOf(uint32 tensor, uint32 row, uint32 page) internal view returns (uint256 i) {
        bytes24 wanted = _heads[keccak256(abi.encode(tensor, row, page))];
        while (bytes24(leaves[i]) != wanted) i++;
    }

    mapping(bytes32 => bytes24) internal _heads;

    function _tensor(uint32 id, uint32 kind, uint32 rows, uint32 columns) private {
        uint32 full = kind == 8 ? 8192 : 256;
        for (uint32 row = 0; row < rows; row++) {
            for (uint32 page = 0; page * full < columns; page++) {
                uint32 left = columns - page * full < full ? columns - page * full : full;
                bytes memory content = new bytes(kind == 8 ? left / 32 * 34 : left * 4);
                content[0] = bytes1(uint8(row));
                bytes memory head = abi.encodePacked(id, kind, rows, columns, row, page);
                leaves.push(bytes.concat(head, content));
                pageOf[keccak256(abi.encode(id, row, page))] = content;
                _heads[keccak256(abi.encode(id, row, page))] = bytes24(head);
            }
        }
    }

    function assertMoney() internal view {
        assertEq(address(weights).balance, uint256(weights.bondsHeld()) + weights.totalPayouts(), "bonds and payouts");
        assertBacked();
    }
}
