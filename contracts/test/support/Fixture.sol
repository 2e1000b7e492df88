// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Credits} from "../../src/Credits.sol";
import {HostRegistry} from "../../src/HostRegistry.sol";
import {TeeTeeRollup} from "../../src/TeeTeeRollup.sol";

import {IDisputeModule} from "../../src/interfaces/IDisputeModule.sol";
import {IQuoteVerifier} from "../../src/interfaces/IQuoteVerifier.sol";
import {ITeeTeeRollup} from "../../src/interfaces/ITeeTeeRollup.sol";

import {Account, BatchHeader, ModelConfig, Parameters} from "../../src/types/Types.sol";

import {AccountTree} from "./AccountTree.sol";
import {Assertions} from "./Assertions.sol";
import {TestDisputeModule} from "./TestDisputeModule.sol";
import {TestQuoteVerifier} from "./TestQuoteVerifier.sol";
import {vm} from "./Vm.sol";

/// @notice A whole deployment with a primary sequencer, a backup poster, one listed model, and helpers for batches and proofs.
abstract contract Fixture is Assertions {
    bytes32 internal constant IMAGE = keccak256("image");
    bytes32 internal constant PLATFORM = keccak256("platform");
    address internal constant PRIMARY = address(0x5E9);
    address internal constant BACKUP = address(0xBAC);
    address internal constant USER = address(0x8000000000000000000000000000000000000001);
    address internal constant HOST = address(0x8000000000000000000000000000000000000002);
    address internal constant OTHER = address(0x01);
    uint256 internal constant START = 1_800_000_000;

    TeeTeeRollup internal rollup;
    HostRegistry internal registry;
    Credits internal credits;
    TestQuoteVerifier internal verifier;
    TestDisputeModule internal module;
    bytes32 internal modelId;

    function setUp() public virtual {
        vm.warp(START);
        deploy(devParameters());
        address[4] memory rich = [PRIMARY, BACKUP, USER, HOST];
        for (uint256 i = 0; i < rich.length; i++) {
            vm.deal(rich[i], 1_000 ether);
        }
        vm.deal(address(this), 1_000_000 ether);
        vm.prank(PRIMARY);
        registry.registerPoster{value: 1 ether}(address(0));
        vm.prank(BACKUP);
        registry.registerPoster{value: 1 ether}(address(0));
        modelId = registry.listModel{value: 0.5 ether}(config(), keccak256("weights"), keccak256("tokenizer"), 1);
    }

    function deploy(Parameters memory p) internal {
        verifier = new TestQuoteVerifier(true);
        uint256 nonce = vm.getNonce(address(this)) + disputeContracts();
        ITeeTeeRollup predicted = ITeeTeeRollup(vm.computeCreateAddress(address(this), nonce + 2));
        IDisputeModule disputes = deployDisputes(predicted);
        registry = new HostRegistry(predicted);
        credits = new Credits(predicted);
        rollup = new TeeTeeRollup(p, address(this), PRIMARY, registry, credits, IQuoteVerifier(verifier), disputes);
    }

    /// @dev How many contracts `deployDisputes` makes.
    function disputeContracts() internal pure virtual returns (uint256) {
        return 1;
    }

    /// @dev A fixture of a real module makes its own.
    function deployDisputes(ITeeTeeRollup) internal virtual returns (IDisputeModule) {
        return module = new TestDisputeModule();
    }

    function devParameters() internal pure returns (Parameters memory p) {
        p.epochSeconds = 10;
        p.window = 60;
        p.dataWindow = 20;
        p.responseWindow = 20;
        p.computeWindow = 20;
        p.disputeHorizon = 100;
        p.postBeforeHorizon = 40;
        p.withdrawalDelay = 80;
        p.withdrawalMargin = 15;
        p.exitDelay = 200;
        p.moduleDelay = 81;
        p.takeoverDelay = 50;
        p.nonceTtl = 30;
        p.maxKeyValidity = 1_000;
        p.sequencerShareBps = 1_000;
        p.minSlotStake = 1 ether;
        p.minPosterStake = 1 ether;
        p.modelBond = 0.5 ether;
        p.devParameters = true;
    }

    function productionParameters() internal pure returns (Parameters memory p) {
        p = devParameters();
        p.epochSeconds = 600;
        (p.dataWindow, p.responseWindow, p.computeWindow, p.window) = (14 hours, 14 hours, 14 hours, 42 hours);
        (p.disputeHorizon, p.postBeforeHorizon) = (7 days, 24 hours);
        (p.withdrawalDelay, p.withdrawalMargin, p.exitDelay) = (66 hours, 1 hours, 12 days);
        (p.moduleDelay, p.takeoverDelay, p.nonceTtl, p.maxKeyValidity) = (14 days, 6 hours, 1 hours, 30 days);
        p.devParameters = false;
    }

    function config() internal pure returns (ModelConfig memory c) {
        c.architecture = 1;
        c.vocabularySize = 512;
        c.embeddingLength = 64;
        c.feedForwardLength = 172;
        c.layerCount = 5;
        c.headCount = 8;
        c.kvHeadCount = 4;
        c.headDimension = 8;
        c.ropeDimensions = 8;
        c.contextLength = 512;
    }

    function header(bytes32 stateRoot) internal pure returns (BatchHeader memory) {
        return BatchHeader(1, keccak256("receipts"), 3, keccak256("quotes"), 1, keccak256("data"), 9, stateRoot);
    }

    function post(bytes32 stateRoot) internal returns (uint64 index) {
        return postAs(PRIMARY, stateRoot);
    }

    function postAs(address poster, bytes32 stateRoot) internal returns (uint64 index) {
        index = rollup.nextIndex();
        bytes32 parent = hashOf(rollup.headIndex());
        vm.prank(poster);
        rollup.postBatch(index, parent, header(stateRoot));
    }

    /// @notice Posts a batch with this state and makes it final.
    function settle(Account[] memory accounts) internal returns (uint64 index) {
        index = post(AccountTree.root(accounts));
        skip(rollup.window());
        rollup.finalize(10);
    }

    function hashOf(uint64 index) internal view returns (bytes32) {
        return rollup.batch(index).batchHash;
    }

    function skip(uint256 time) internal {
        vm.warp(block.timestamp + time);
        vm.roll(block.number + 1);
    }

    function slotId(uint32 id) internal pure returns (bytes32) {
        return bytes32(uint256(id));
    }

    function posterId(address poster) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(poster)));
    }

    function two(Account memory a, Account memory b) internal pure returns (Account[] memory list) {
        list = new Account[](2);
        (list[0], list[1]) = (a, b);
    }

    receive() external payable {}
}
