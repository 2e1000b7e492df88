// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FinishFaults} from "../src/faults/FinishFaults.sol";
import {Judge} from "../src/faults/Judge.sol";
import {ICompensations} from "../src/interfaces/ICompensations.sol";
import {BatchProof} from "../src/libraries/BatchProof.sol";
import {ShardReceipt} from "../src/types/Messages.sol";
import {StakeKind} from "../src/types/Types.sol";

import {FaultFixture} from "./support/FaultFixture.sol";
import {vm} from "./support/Vm.sol";

/// @notice What hosts get back of the work that another's fault undid.
contract CompensationsTest is FaultFixture {
    address internal constant BURN = 0x000000000000000000000000000000000000dEaD;
    uint128 internal constant POT = PENALTY / 2 - BOUNTY;

    function test_pay_potThatCoversAll_paysWhatWasLostAndBurnsTheRest() public {
        Posted memory p = fall(goodJob(1));
        bytes32 one_ = register(p, 0, 0);
        bytes32 two_ = register(p, 0, 1);
        uint128 rest = p.leaves[0].receipt.fee * 9 / 10;
        skip(80);
        uint256 before = HOST.balance;
        assertEq(compensations.pay(one_), rest * 2 / 5, "two layers of five");
        assertEq(HOST.balance - before, rest * 2 / 5, "to its operator");
        assertEq(compensations.pay(two_), rest * 3 / 5, "three layers of five");
        uint256 burnt = BURN.balance;
        assertEq(compensations.close(1), POT - rest * 2 / 5 - rest * 3 / 5, "nobody's");
        assertEq(BURN.balance - burnt, POT - rest * 2 / 5 - rest * 3 / 5, "burnt");
        assertEq(address(compensations).balance, 0, "empty");
        vm.expectPartialRevert(ICompensations.Compensations_NoSuchClaim.selector);
        compensations.pay(one_);
        vm.expectPartialRevert(ICompensations.Compensations_Closed.selector);
        compensations.close(1);
    }

    function test_pay_potThatIsTooSmall_isSharedInProportion() public {
        Job memory j = goodJob(1);
        (j.request.promptPrice, j.request.maxFee) = (0.3 ether, 2 ether);
        refresh(j);
        Posted memory p = fall(j);
        bytes32 a = register(p, 0, 0);
        bytes32 b = register(p, 0, 1);
        skip(80);
        uint256 first_ = compensations.pay(a);
        uint256 second_ = compensations.pay(b);
        assertTrue(first_ + second_ <= POT && first_ + second_ + 2 > POT, "the pot, to the wei that rounding takes");
        assertEq(first_, uint256(POT) * 2 / 5, "two fifths");
        assertEq(compensations.close(1), 0, "nothing is left");
    }

    function test_strike_postedAgain_losesTheClaim() public {
        Job memory j = goodJob(1);
        Posted memory p = fall(j);
        bytes32 claim = register(p, 0, 0);
        delete state;
        Job memory again = goodJob(1);
        again.request = j.request;
        again.receipts = j.receipts;
        again.leaf = j.leaf;
        again.leaf.stateRootAfter = 0;
        Posted memory q = postJobs(one(again));
        assertEq(
            q.leaves[0].receipt.shardReceiptHashes[0], p.leaves[0].receipt.shardReceiptHashes[0], "the same receipt"
        );
        vm.expectPartialRevert(ICompensations.Compensations_ReceiptNotInTheLeaf.selector);
        compensations.strike(claim, q.ref, q.leaves[0], 1);
        vm.expectPartialRevert(ICompensations.Compensations_NotStanding.selector);
        compensations.strike(claim, p.ref, p.leaves[0], 0);
        compensations.strike(claim, q.ref, q.leaves[0], 0);
        assertEq(compensations.caseOf(1).lost, 0, "nothing lost");
        skip(80);
        vm.expectPartialRevert(ICompensations.Compensations_NoSuchClaim.selector);
        compensations.pay(claim);
        assertEq(compensations.close(1), POT, "all of it is burnt");
    }

    function test_register_leafAtFaultOrTwiceOrElsewhere_reverts() public {
        Posted memory p = fall(goodJob(1));
        vm.expectRevert(abi.encodeWithSelector(ICompensations.Compensations_AtFault.selector, p.ref.batchHash, 1));
        compensations.register(1, p.ref, p.leaves[1], p.requests[1], 0, p.receipts[1][0]);
        bytes32 claim = register(p, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(ICompensations.Compensations_AlreadyClaimed.selector, claim));
        compensations.register(1, p.ref, p.leaves[0], p.requests[0], 0, p.receipts[0][0]);
        delete state;
        Posted memory q = postJobs(one(goodJob(3)));
        vm.expectRevert(abi.encodeWithSelector(ICompensations.Compensations_NotInTheCase.selector, q.ref.index));
        compensations.register(1, q.ref, q.leaves[0], q.requests[0], 0, q.receipts[0][0]);
        vm.expectRevert(abi.encodeWithSelector(ICompensations.Compensations_NoSuchCase.selector, 2));
        compensations.register(2, p.ref, p.leaves[0], p.requests[0], 1, p.receipts[0][1]);
        vm.expectPartialRevert(Judge.Judge_WrongReceipt.selector);
        compensations.register(1, p.ref, p.leaves[0], p.requests[0], 1, p.receipts[0][0]);
    }

    function test_register_workThatCouldNotHaveBeenPaid_reverts() public {
        string[10] memory rules = [
            "void",
            "request's signer",
            "fee",
            "credit",
            "receipt",
            "postBefore",
            "operator",
            "receipt's signer",
            "job id",
            "model"
        ];
        registry.addStake{value: 5 ether}(StakeKind.Poster, posterId(poster));
        for (uint256 i = 0; i < rules.length; i++) {
            Posted memory p = fall(dishonest(i));
            uint256 id = compensations.caseCount();
            if (i == 0) {
                p.receipts[0] = p.receipts[1];
            }
            vm.expectRevert(abi.encodeWithSelector(ICompensations.Compensations_NotHonest.selector, rules[i]));
            compensations.register(id, p.ref, p.leaves[0], p.requests[0], 0, p.receipts[0][0]);
        }
    }

    function test_eachWindow_endsAtItsFirstSecond() public {
        Posted memory p = fall(goodJob(1));
        skip(59);
        bytes32 claim = register(p, 0, 0);
        skip(1);
        vm.expectPartialRevert(ICompensations.Compensations_TooLate.selector);
        compensations.register(1, p.ref, p.leaves[0], p.requests[0], 1, p.receipts[0][1]);
        skip(19);
        vm.expectPartialRevert(ICompensations.Compensations_TooEarly.selector);
        compensations.pay(claim);
        vm.expectPartialRevert(ICompensations.Compensations_TooEarly.selector);
        compensations.close(1);
        skip(1);
        vm.expectPartialRevert(ICompensations.Compensations_TooLate.selector);
        compensations.strike(claim, p.ref, p.leaves[0], 0);
        compensations.pay(claim);
    }

    function test_open_stranger_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ICompensations.Compensations_OnlyKind.selector, address(this)));
        compensations.open(1, 1, 0, 0);
        (bool sent,) = address(compensations).call{value: 1}("");
        assertFalse(sent, "takes money from the registry alone");
    }

    function fall(Job memory j) internal returns (Posted memory p) {
        Job memory bad = goodJob(9);
        bad.leaf.fee++;
        delete state;
        p = postJobs(pair(j, bad));
        convict(FINISH, abi.encodeCall(FinishFaults.fee, (p.ref, p.leaves[1], p.requests[1])));
    }

    function register(Posted memory p, uint256 leaf, uint256 part) internal returns (bytes32) {
        return compensations.register(
            compensations.caseCount(), p.ref, p.leaves[leaf], p.requests[leaf], part, p.receipts[leaf][part]
        );
    }

    function dishonest(uint256 rule) internal returns (Job memory j) {
        j = goodJob(1);
        if (rule == 0) {
            (j.receipts, j.keys) = (new ShardReceipt[](0), new uint256[](0));
            (j.finish, j.leaf.finish, j.leaf.outputTokens, j.leaf.fee, j.leaf.tokensRoot) = (4, 4, 0, 0, 0);
        }
        if (rule == 1) j.signer = STRANGER_KEY;
        if (rule == 2) j.leaf.fee++;
        if (rule == 3) (j.request.promptPrice, j.request.maxFee) = (0.7 ether, 5 ether);
        if (rule == 9) {
            j.request.modelId = registry.listModel{value: 0.5 ether}(config(), keccak256("more weights"), 0, 1);
        }
        if (rule == 3 || rule == 9) refresh(j);
        if (rule == 4) j.receipts[0].positions++;
        if (rule == 5) j.receipts[0].postBefore = uint64(block.timestamp + 41);
        if (rule == 6) j.receipts[0].operator = OTHER;
        if (rule == 7) j.keys[0] = STRANGER_KEY;
        if (rule == 8) j.leaf.jobId = keccak256("another");
    }
}
