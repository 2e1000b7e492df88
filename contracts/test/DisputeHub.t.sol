// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeHub} from "../src/DisputeHub.sol";
import {IDisputeHub} from "../src/interfaces/IDisputeHub.sol";
import {IDisputeModule} from "../src/interfaces/IDisputeModule.sol";
import {ITeeTeeRollup} from "../src/interfaces/ITeeTeeRollup.sol";
import {Penalty, StakeKind} from "../src/types/Types.sol";

import {RegistryFixture} from "./support/RegistryFixture.sol";
import {TestDisputeModule} from "./support/TestDisputeModule.sol";
import {vm} from "./support/Vm.sol";

contract DisputeHubTest is RegistryFixture {
    DisputeHub private _hub;
    TestDisputeModule private _first;
    TestDisputeModule private _second;
    uint32 private _slot;

    function disputeContracts() internal pure override returns (uint256) {
        return 3;
    }

    function deployDisputes(ITeeTeeRollup predicted) internal override returns (IDisputeModule) {
        address[] memory kinds = new address[](2);
        (kinds[0], kinds[1]) = (address(_first = new TestDisputeModule()), address(_second = new TestDisputeModule()));
        return _hub = new DisputeHub(predicted, kinds);
    }

    function setUp() public override {
        super.setUp();
        _slot = openSlot(HOST);
    }

    function test_constructor_badKinds_revert() public {
        address[] memory kinds = new address[](1);
        kinds[0] = OTHER;
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.Hub_BadKind.selector, OTHER));
        new DisputeHub(rollup, kinds);
        kinds = new address[](2);
        (kinds[0], kinds[1]) = (address(_first), address(_first));
        vm.expectRevert(abi.encodeWithSelector(IDisputeHub.Hub_BadKind.selector, address(_first)));
        new DisputeHub(rollup, kinds);
    }

    function test_kinds_listAndOrder() public view {
        assertTrue(_hub.isKind(address(_first)) && _hub.isKind(address(_second)), "kinds");
        assertFalse(_hub.isKind(address(this)), "stranger");
        assertEq(_hub.kinds()[1], address(_second), "order");
        assertTrue(_hub.inForce(), "in force");
    }

    /// @dev Nobody but a kind gives orders: not a stranger, not the owner, not the rollup's other contracts.
    function test_orders_stranger_revert() public {
        bytes[] memory calls = new bytes[](9);
        Penalty memory penalty;
        calls[0] = abi.encodeCall(IDisputeHub.freeze, (StakeKind.Slot, slotId(_slot)));
        calls[1] = abi.encodeCall(IDisputeHub.unfreeze, (StakeKind.Slot, slotId(_slot), 1));
        calls[2] = abi.encodeCall(IDisputeHub.slash, (StakeKind.Slot, slotId(_slot), penalty));
        calls[3] = abi.encodeCall(IDisputeHub.rollBack, (1, bytes32(0)));
        calls[4] = abi.encodeCall(IDisputeHub.freezeEarnings, (HOST, 1));
        calls[5] = abi.encodeCall(IDisputeHub.unfreezeEarnings, (HOST, 1, 1));
        calls[6] = abi.encodeCall(IDisputeHub.forfeitEarnings, (HOST, 1));
        calls[7] = abi.encodeCall(IDisputeHub.holdWithdrawal, (USER, 1));
        calls[8] = abi.encodeCall(IDisputeHub.suspendModel, (modelId));
        for (uint256 i = 0; i < calls.length; i++) {
            address[3] memory callers = [address(this), address(registry), address(rollup)];
            for (uint256 k = 0; k < 3; k++) {
                vm.prank(callers[k]);
                (bool done, bytes memory why) = address(_hub).call(calls[i]);
                assertFalse(done, "obeyed");
                assertEq(bytes32(bytes4(why)), bytes32(IDisputeHub.Hub_OnlyKind.selector), "error");
            }
        }
    }

    function test_blocksFinality_anyKindBlocksOrReverts() public {
        uint64 index = post(keccak256("state"));
        assertFalse(_hub.blocksFinality(index, hashOf(index)), "none");
        _second.set(true, false);
        assertTrue(_hub.blocksFinality(index, hashOf(index)), "one");
        skip(60);
        vm.expectPartialRevert(ITeeTeeRollup.Rollup_FinalityBlocked.selector);
        rollup.finalize(1);
        _second.set(false, true);
        assertTrue(_hub.blocksFinality(index, hashOf(index)), "a revert is no all-clear");
        _second.set(false, false);
        rollup.finalize(1);
    }

    function test_orders_ofAKind_reachTheirEnds() public {
        uint64 index = post(keccak256("state"));
        vm.prank(address(_first));
        uint32 round = _hub.freeze(StakeKind.Slot, slotId(_slot));
        assertEq(registry.stakeOf(StakeKind.Slot, slotId(_slot)).freezes, 1, "frozen");
        vm.prank(address(_first));
        _hub.unfreeze(StakeKind.Slot, slotId(_slot), round);
        assertEq(registry.stakeOf(StakeKind.Slot, slotId(_slot)).freezes, 0, "free");
        Penalty memory p = penalty(0.4 ether, 0, 0.1 ether);
        vm.prank(address(_second));
        _hub.slash(StakeKind.Slot, slotId(_slot), p);
        assertEq(registry.stakeOf(StakeKind.Slot, slotId(_slot)).amount, 0.6 ether, "slashed");
        vm.prank(address(_second));
        _hub.forfeitEarnings(HOST, 7);
        assertEq(credits.accountCredit(HOST).forfeited, 7, "forfeited");
        vm.prank(address(_first));
        _hub.suspendModel(modelId);
        assertTrue(registry.model(modelId).suspended, "suspended");
        credits.deposit{value: 5}(USER);
        vm.prank(USER);
        credits.requestWithdrawal(5);
        vm.prank(address(_first));
        _hub.holdWithdrawal(USER, uint64(block.timestamp + 100));
        assertEq(credits.accountCredit(USER).payableAt, block.timestamp + 100, "held");
        bytes32 hash = hashOf(index);
        vm.prank(address(_first));
        _hub.rollBack(index, hash);
        assertEq(rollup.headIndex(), 0, "rolled back");
    }

    /// @dev A freeze that ran out takes no later one with it, be it of stakes or of earnings.
    function test_unfreeze_afterItRanOut_leavesTheNextAlone() public {
        vm.prank(address(_first));
        uint32 old = _hub.freeze(StakeKind.Slot, slotId(_slot));
        vm.prank(address(_first));
        uint32 oldShare = _hub.freezeEarnings(HOST, 5);
        skip(100);
        vm.prank(address(_second));
        uint32 young = _hub.freeze(StakeKind.Slot, slotId(_slot));
        vm.prank(address(_second));
        uint32 youngShare = _hub.freezeEarnings(HOST, 8);
        vm.prank(address(_first));
        _hub.unfreeze(StakeKind.Slot, slotId(_slot), old);
        vm.prank(address(_first));
        _hub.unfreezeEarnings(HOST, 5, oldShare);
        assertEq(registry.stakeOf(StakeKind.Slot, slotId(_slot)).freezes, 1, "stake");
        assertEq(credits.accountCredit(HOST).frozen, 8, "share");
        vm.prank(address(_second));
        _hub.unfreeze(StakeKind.Slot, slotId(_slot), young);
        vm.prank(address(_second));
        _hub.unfreezeEarnings(HOST, 8, youngShare);
        assertEq(registry.stakeOf(StakeKind.Slot, slotId(_slot)).freezes, 0, "stake");
        assertEq(credits.accountCredit(HOST).frozen, 0, "share");
    }

    /// @dev Forfeiting leaves what others hold; what is let go is no more than what is frozen.
    function test_forfeitEarnings_leavesWhatIsFrozen() public {
        vm.prank(address(_first));
        uint32 round = _hub.freezeEarnings(HOST, 5);
        vm.prank(address(_second));
        _hub.forfeitEarnings(HOST, 3);
        assertEq(credits.accountCredit(HOST).frozen, 5, "still held");
        assertEq(credits.accountCredit(HOST).forfeited, 3, "forfeited");
        for (uint256 i = 0; i < 2; i++) {
            vm.prank(address(_first));
            _hub.unfreezeEarnings(HOST, 6, round);
            assertEq(credits.accountCredit(HOST).frozen, 0, "no more than there is");
        }
    }

    function test_inForce_replaced_isFalse() public {
        rollup.queueModule(ITeeTeeRollup.Module.Dispute, address(new TestDisputeModule()));
        skip(81);
        rollup.applyModule(ITeeTeeRollup.Module.Dispute);
        assertFalse(_hub.inForce(), "replaced");
    }
}
