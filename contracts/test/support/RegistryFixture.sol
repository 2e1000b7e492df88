// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IQuoteVerifier} from "../../src/interfaces/IQuoteVerifier.sol";
import {Payee, Penalty} from "../../src/types/Types.sol";

import {Fixture} from "./Fixture.sol";
import {vm} from "./Vm.sol";

/// @notice Slots and keys with evidence that the test verifier accepts.
abstract contract RegistryFixture is Fixture {
    address internal constant COLD = address(0xC01D);
    address internal constant KEY = address(0xE4C1);
    bytes32 internal constant BOX = keccak256("x25519");

    function openSlot(address operator) internal returns (uint32 id) {
        vm.prank(operator);
        id = registry.registerSlot{value: 1 ether}(modelId, 0, 3, address(0));
    }

    function evidence(uint32 id, address key, bytes32 box, bytes32 nonce, uint64 expires)
        internal
        view
        returns (bytes memory)
    {
        return evidence(id, key, box, nonce, IQuoteVerifier.Claims(expires, IMAGE, PLATFORM));
    }

    function evidence(uint32 id, address key, bytes32 box, bytes32 nonce, IQuoteVerifier.Claims memory claims)
        internal
        view
        returns (bytes memory)
    {
        bytes32 high = registry.registrationReportData(id, registry.slot(id).operator, nonce);
        return verifier.evidence(claims, high, keccak256(abi.encode(key, box)));
    }

    function registerKey(uint32 id, address key) internal returns (uint64 from, uint64 until) {
        return registerKey(id, key, uint64(block.timestamp + 500));
    }

    function registerKey(uint32 id, address key, uint64 expires) internal returns (uint64 from, uint64 until) {
        return registerKey(id, key, IQuoteVerifier.Claims(expires, IMAGE, PLATFORM));
    }

    function registerKey(uint32 id, address key, IQuoteVerifier.Claims memory claims)
        internal
        returns (uint64 from, uint64 until)
    {
        address operator = registry.slot(id).operator;
        vm.prank(operator);
        bytes32 nonce = registry.beginRegistration(id);
        bytes memory e = evidence(id, key, BOX, nonce, claims);
        vm.prank(operator);
        return registry.register(id, key, BOX, e);
    }

    function penalty(uint128 total, uint128 refund, uint128 bounty) internal view returns (Penalty memory p) {
        p.total = total;
        p.refund = refund;
        p.user = USER;
        p.batchIndex = rollup.headIndex();
        p.batchHash = hashOf(p.batchIndex);
        p.payees = new Payee[](1);
        p.payees[0] = Payee(OTHER, bounty);
    }

    function assertBacked() internal view {
        assertEq(address(registry).balance, uint256(registry.totalStaked()) + registry.totalPayouts(), "balance");
    }
}
