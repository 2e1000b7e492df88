// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Account, BatchHeader} from "../src/types/Types.sol";

import {AccountTree} from "./support/AccountTree.sol";
import {ChallengeFixture} from "./support/ChallengeFixture.sol";
import {Fixture} from "./support/Fixture.sol";
import {QuoteTree} from "./support/QuoteTree.sol";
import {vm} from "./support/Vm.sol";

/// @notice Gas of the main calls as transactions of their own, compared with snapshots/Calls.json.
/// @dev After a change that is meant: FORGE_SNAPSHOT_CHECK=false forge test --match-contract GasTest, and commit the file.
/// forge-config: default.isolate = true
contract GasTest is Fixture {
    function test_gas_mainCalls() public {
        vm.prank(USER);
        credits.deposit{value: 1 ether}(USER);
        vm.snapshotGasLastCall("Calls", "deposit, first");
        skip(1);
        vm.prank(USER);
        credits.deposit{value: 1 ether}(USER);
        vm.snapshotGasLastCall("Calls", "deposit, later");

        Account[] memory state = two(Account(USER, 1 ether, 1, 0, 0), Account(HOST, 0, 0, 1 ether, 0));
        post(keccak256("first"));
        vm.snapshotGasLastCall("Calls", "postBatch, first");
        post(AccountTree.root(state));
        vm.snapshotGasLastCall("Calls", "postBatch, later");

        skip(60);
        rollup.finalize(1);
        vm.snapshotGasLastCall("Calls", "finalize, first");
        rollup.finalize(1);
        vm.snapshotGasLastCall("Calls", "finalize, later");

        (bytes32 bitmap, bytes32[] memory siblings) = AccountTree.prove(state, HOST);
        vm.prank(HOST);
        credits.claim(state[1], bitmap, siblings);
        vm.snapshotGasLastCall("Calls", "claim, two accounts");

        vm.prank(USER);
        credits.requestWithdrawal(1 ether);
        vm.snapshotGasLastCall("Calls", "requestWithdrawal");
        skip(80);
        (bitmap, siblings) = AccountTree.prove(state, USER);
        vm.prank(USER);
        credits.withdraw(USER, 2, state[0], bitmap, siblings);
        vm.snapshotGasLastCall("Calls", "withdraw, two accounts");

        vm.prank(USER);
        credits.authorizeSession(address(0x5E55), 1 ether, uint64(block.timestamp + 100));
        vm.snapshotGasLastCall("Calls", "authorizeSession");
        vm.prank(HOST);
        registry.registerSlot{value: 1 ether}(modelId, 0, 5, address(0));
        vm.snapshotGasLastCall("Calls", "registerSlot");
    }
}

/// @notice The same for keys and quote challenges; the verifier here costs next to nothing, so these are the costs around it.
/// forge-config: default.isolate = true
contract ChallengeGasTest is ChallengeFixture {
    function test_gas_challenges() public {
        registry.isValidKey(id, KEY, FIRST);
        vm.snapshotGasLastCall("Challenges", "isValidKey");
        skip(10);
        uint64 batch = postGood(4);
        BatchHeader memory h = headerOf(batch);
        bytes32 hash = hashOf(batch);
        vm.prank(DOUBTER);
        disputes.challengeQuote{value: BOND}(batch, hash, h, 0);
        vm.snapshotGasLastCall("Challenges", "challengeQuote, first");
        vm.prank(DOUBTER);
        disputes.challengeQuote{value: BOND}(batch, hash, h, 1);
        vm.snapshotGasLastCall("Challenges", "challengeQuote, later");
        (bytes memory leaf, bytes memory issuer) = (verifier.LEAF(), verifier.ISSUER());
        bytes32[] memory proof = QuoteTree.prove(recordsOf(batch), 0);
        bytes memory quote = quoteOf[recordsOf(batch)[0].quoteHash];
        vm.prank(PRIMARY);
        disputes.answer(1, recordsOf(batch)[0], proof, quote, leaf, issuer);
        vm.snapshotGasLastCall("Challenges", "answer, without the verifier");
        skip(20);
        disputes.timeout(2);
        vm.snapshotGasLastCall("Challenges", "timeout");
    }
}
