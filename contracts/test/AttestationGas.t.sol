// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TdxQuoteVerifier} from "../src/TdxQuoteVerifier.sol";

import {ITeeTeeRollup} from "../src/interfaces/ITeeTeeRollup.sol";

import {Fixture} from "./support/Fixture.sol";
import {QuoteFixture} from "./support/QuoteFixture.sol";
import {vm} from "./support/Vm.sol";

/// @notice Gas of judging a quote and of registering with it, compared with snapshots/Attestation.json; quotes made by this project.
/// @dev `register` is a whole transaction with its call data. After a change that is meant:
/// FORGE_SNAPSHOT_CHECK=false forge test --match-contract AttestationGasTest, and commit the file.
/// forge-config: default.isolate = true
contract AttestationGasTest is Fixture, QuoteFixture {
    uint256 private constant REGISTRATION_LIMIT = 2_500_000;

    function setUp() public override(Fixture, QuoteFixture) {
        Fixture.setUp();
        QuoteFixture.setUp();
    }

    function test_gas_verify() public {
        quoteVerifier.verify(goodEvidence(), high, low);
        vm.snapshotGasLastCall("Attestation", "verify, bare quote");
        quoteVerifier.verify(evidenceOf("withChain", "leaf", "platform"), high, low);
        vm.snapshotGasLastCall("Attestation", "verify, quote with its chain");
        quoteVerifier.verify(evidenceOf("v5Type4", "leaf", "platform"), high, low);
        vm.snapshotGasLastCall("Attestation", "verify, version 5 body type 4");
        vm.mockCall(address(0x100), "", "");
        TdxQuoteVerifier slow = deployVerifier(tcb);
        slow.verify(goodEvidence(), high, low);
        vm.snapshotGasLastCall("Attestation", "verify, no precompile");
    }

    function test_gas_register_staysFarBelowItsLimit() public {
        assertTrue(_register(quoteVerifier, "register, with precompile") < REGISTRATION_LIMIT, "with");
    }

    function test_gas_registerWithoutPrecompile_staysBelowItsLimit() public {
        vm.mockCall(address(0x100), "", "");
        assertTrue(_register(deployVerifier(tcb), "register, no precompile") < REGISTRATION_LIMIT, "without");
    }

    function _register(TdxQuoteVerifier by, string memory name) private returns (uint256) {
        rollup.queueModule(ITeeTeeRollup.Module.QuoteVerifier, address(by));
        skip(rollup.parameters().moduleDelay);
        rollup.applyModule(ITeeTeeRollup.Module.QuoteVerifier);
        vm.prank(HOST);
        uint32 slot = registry.registerSlot{value: 1 ether}(modelId, 0, 5, address(0));
        vm.prank(HOST);
        bytes32 nonce = registry.beginRegistration(slot);
        (address key, bytes32 box) = (address(0xE4C1), keccak256("x25519"));
        bytes memory evidence =
            evidenceFor(registry.registrationReportData(slot, HOST, nonce), keccak256(abi.encode(key, box)));
        vm.prank(HOST);
        registry.register(slot, key, box, evidence);
        return vm.snapshotGasLastCall("Attestation", name);
    }
}
