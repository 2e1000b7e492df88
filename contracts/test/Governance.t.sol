// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Credits} from "../src/Credits.sol";
import {HostRegistry} from "../src/HostRegistry.sol";
import {TeeTeeRollup} from "../src/TeeTeeRollup.sol";
import {IDisputeModule} from "../src/interfaces/IDisputeModule.sol";
import {IQuoteVerifier} from "../src/interfaces/IQuoteVerifier.sol";
import {ITeeTeeRollup} from "../src/interfaces/ITeeTeeRollup.sol";
import {Parameters} from "../src/types/Types.sol";

import {Fixture} from "./support/Fixture.sol";
import {TestDisputeModule} from "./support/TestDisputeModule.sol";
import {TestQuoteVerifier} from "./support/TestQuoteVerifier.sol";
import {vm} from "./support/Vm.sol";

abstract contract GovernanceFixture is Fixture {
    /// @notice Stands for a verifier of real evidence; only `simulated` matters here.
    function hardware() internal returns (TestQuoteVerifier) {
        return new TestQuoteVerifier(false);
    }
}

contract ModuleTest is GovernanceFixture {
    ITeeTeeRollup.Module private constant DISPUTE = ITeeTeeRollup.Module.Dispute;
    ITeeTeeRollup.Module private constant VERIFIER = ITeeTeeRollup.Module.QuoteVerifier;

    function test_applyModule_oneSecondEarly_reverts() public {
        TestDisputeModule next = new TestDisputeModule();
        rollup.queueModule(DISPUTE, address(next));
        skip(80);
        vm.expectRevert(
            abi.encodeWithSelector(
                ITeeTeeRollup.Rollup_ModuleNotReady.selector, DISPUTE, uint64(START + 81), uint64(START + 80)
            )
        );
        rollup.applyModule(DISPUTE);
        skip(1);
        rollup.applyModule(DISPUTE);
        assertEq(address(rollup.disputeModule()), address(next), "applied");
        vm.expectPartialRevert(ITeeTeeRollup.Rollup_ModuleNotReady.selector);
        rollup.applyModule(DISPUTE);
    }

    function test_applyModule_cleared_reverts() public {
        rollup.queueModule(VERIFIER, address(hardware()));
        rollup.clearQueuedModule(VERIFIER);
        skip(81);
        vm.expectPartialRevert(ITeeTeeRollup.Rollup_ModuleNotReady.selector);
        rollup.applyModule(VERIFIER);
    }

    function test_quoteVerifierAt_replacedModule_namesTheOneOfThatTime() public {
        TestQuoteVerifier next = hardware();
        rollup.queueModule(VERIFIER, address(next));
        skip(81);
        rollup.applyModule(VERIFIER);
        skip(5);
        assertEq(address(rollup.quoteVerifierAt(uint64(START - 1))), address(verifier), "before the deployment");
        assertEq(address(rollup.quoteVerifierAt(uint64(START))), address(verifier), "first second");
        assertEq(address(rollup.quoteVerifierAt(uint64(START + 80))), address(verifier), "last second");
        assertEq(address(rollup.quoteVerifierAt(uint64(START + 81))), address(next), "from its second on");
        assertEq(address(rollup.quoteVerifierAt(uint64(block.timestamp))), address(next), "now");
    }

    function test_queueModule_withoutCode_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ITeeTeeRollup.Rollup_BadModule.selector, VERIFIER, OTHER));
        rollup.queueModule(VERIFIER, OTHER);
    }

    function test_moduleDelay_isLongerThanAWithdrawal() public view {
        Parameters memory p = rollup.parameters();
        assertTrue(p.moduleDelay > p.withdrawalDelay, "delay");
    }

    function test_ownerCalls_byStranger_revert() public {
        bytes memory why = abi.encodeWithSelector(ITeeTeeRollup.Rollup_OnlyOwner.selector, OTHER);
        bytes[7] memory calls = [
            abi.encodeCall(rollup.queueModule, (DISPUTE, address(module))),
            abi.encodeCall(rollup.clearQueuedModule, (DISPUTE)),
            abi.encodeCall(rollup.applyModule, (DISPUTE)),
            abi.encodeCall(rollup.queueRetirement, ()),
            abi.encodeCall(rollup.cancelRetirement, ()),
            abi.encodeCall(rollup.offerOwnership, (OTHER)),
            abi.encodeCall(rollup.renounceOwnership, ())
        ];
        for (uint256 i = 0; i < calls.length; i++) {
            vm.prank(OTHER);
            (bool done, bytes memory data) = address(rollup).call(calls[i]);
            assertFalse(done, "refused");
            assertEq(keccak256(data), keccak256(why), "reason");
        }
        vm.expectRevert(why);
        vm.prank(OTHER);
        rollup.acceptOwnership();
    }

    function test_offerOwnership_accepted_moves() public {
        rollup.offerOwnership(OTHER);
        assertEq(rollup.owner(), address(this), "not yet");
        vm.prank(OTHER);
        rollup.acceptOwnership();
        assertEq(rollup.owner(), OTHER, "moved");
    }

    function test_renounceOwnership_withQueuedModule_neverApplies() public {
        rollup.queueModule(DISPUTE, address(new TestDisputeModule()));
        rollup.renounceOwnership();
        skip(81);
        vm.expectPartialRevert(ITeeTeeRollup.Rollup_OnlyOwner.selector);
        rollup.applyModule(DISPUTE);
    }

    function test_retire_early_reverts() public {
        vm.expectPartialRevert(ITeeTeeRollup.Rollup_NotRetirable.selector);
        rollup.retire();
        rollup.queueRetirement();
        skip(80);
        vm.expectPartialRevert(ITeeTeeRollup.Rollup_NotRetirable.selector);
        rollup.retire();
        rollup.cancelRetirement();
        skip(1);
        vm.expectPartialRevert(ITeeTeeRollup.Rollup_NotRetirable.selector);
        rollup.retire();
    }

    function test_retire_stopsBatchesButNotFinality() public {
        post(keccak256("a"));
        rollup.queueRetirement();
        skip(81);
        vm.prank(OTHER);
        rollup.retire();
        bytes32 head = hashOf(1);
        vm.expectPartialRevert(ITeeTeeRollup.Rollup_Retired.selector);
        vm.prank(PRIMARY);
        rollup.postBatch(2, head, header(keccak256("b")));
        assertEq(rollup.finalize(1), 1, "final");
    }

    function test_domainSeparator_isTheEip712One() public view {
        bytes32 typeHash =
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        bytes32 expected = keccak256(
            abi.encode(typeHash, keccak256(bytes("TeeTee")), keccak256(bytes("1")), block.chainid, address(rollup))
        );
        assertEq(rollup.domainSeparator(), expected, "domain");
    }
}

contract ConstructorTest is GovernanceFixture {
    function deployExternal(Parameters calldata p) external {
        deploy(p);
    }

    function deployWith(Parameters memory p, IQuoteVerifier v, IDisputeModule d) public returns (TeeTeeRollup) {
        ITeeTeeRollup predicted = ITeeTeeRollup(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 2));
        HostRegistry r = new HostRegistry(predicted);
        Credits c = new Credits(predicted);
        return new TeeTeeRollup(p, address(this), PRIMARY, r, c, v, d);
    }

    function test_constructor_parameters_readBackEqual() public view {
        assertEq(keccak256(abi.encode(rollup.parameters())), keccak256(abi.encode(devParameters())), "parameters");
    }

    function test_constructor_wrongCounterpart_reverts() public {
        HostRegistry wrong = new HostRegistry(ITeeTeeRollup(OTHER));
        vm.expectRevert(abi.encodeWithSelector(ITeeTeeRollup.Rollup_WrongCounterpart.selector, wrong, OTHER));
        new TeeTeeRollup(devParameters(), address(this), PRIMARY, wrong, credits, verifier, module);
    }

    function testFuzz_constructor_brokenRelation_reverts(uint8 rule) public {
        Parameters memory p = devParameters();
        rule %= 14;
        if (rule == 0) p.window = p.dataWindow + p.responseWindow + p.computeWindow - 1;
        if (rule == 1) p.withdrawalDelay = p.withdrawalMargin + p.window - 1;
        if (rule == 2) p.exitDelay = p.postBeforeHorizon + p.window + p.disputeHorizon - 1;
        if (rule == 3) p.moduleDelay = p.withdrawalDelay;
        if (rule == 4) p.maxKeyValidity = p.epochSeconds - 1;
        if (rule == 5) p.epochSeconds = 0;
        if (rule == 6) p.sequencerShareBps = 10_001;
        if (rule == 7) p.minSlotStake = 0;
        if (rule == 8) p.minPosterStake = 0;
        if (rule == 9) (p.window, p.withdrawalDelay) = (90 days + 1, 100 days);
        if (rule == 10) p.nonceTtl = 0;
        if (rule == 11) p.takeoverDelay = 0;
        if (rule == 12) p.dataWindow = 0;
        if (rule == 13) p.moduleDelay = 366 days;
        vm.expectPartialRevert(ITeeTeeRollup.Rollup_BadParameter.selector);
        this.deployExternal(p);
    }

    function test_constructor_relationsAtEquality_hold() public {
        Parameters memory p = devParameters();
        p.withdrawalDelay = p.withdrawalMargin + p.window;
        p.moduleDelay = p.withdrawalDelay + 1;
        p.exitDelay = p.postBeforeHorizon + p.window + p.disputeHorizon;
        this.deployExternal(p);
    }

    function test_constructor_devParametersOnEthereumOrBase_revert() public {
        uint256[2] memory chains = [uint256(1), 8453];
        for (uint256 i = 0; i < 2; i++) {
            vm.chainId(chains[i]);
            TestQuoteVerifier real = hardware();
            vm.expectPartialRevert(ITeeTeeRollup.Rollup_BadParameter.selector);
            this.deployWith(devParameters(), real, module);
        }
    }

    function test_constructor_production_needsRealVerifierAndDisputes() public {
        TestQuoteVerifier real = hardware();
        vm.expectPartialRevert(ITeeTeeRollup.Rollup_BadModule.selector);
        this.deployWith(productionParameters(), verifier, module);
        vm.expectPartialRevert(ITeeTeeRollup.Rollup_BadModule.selector);
        this.deployWith(productionParameters(), real, IDisputeModule(address(0)));
        vm.chainId(8453);
        TeeTeeRollup made = this.deployWith(productionParameters(), real, module);
        assertFalse(made.parameters().devParameters, "production");
    }

    function testFuzz_constructor_productionMinimum_reverts(uint8 rule) public {
        Parameters memory p = productionParameters();
        TestQuoteVerifier real = hardware();
        rule %= 7;
        if (rule == 0) p.dataWindow = 14 hours - 1;
        if (rule == 1) p.responseWindow = 14 hours - 1;
        if (rule == 2) p.computeWindow = 14 hours - 1;
        if (rule == 3) p.withdrawalMargin = 1 hours - 1;
        if (rule == 4) p.withdrawalDelay = 24 hours + p.window - 1;
        if (rule == 5) p.postBeforeHorizon = 24 hours + 1;
        if (rule == 6) p.disputeHorizon = 70 hours - 1;
        vm.expectPartialRevert(ITeeTeeRollup.Rollup_BadParameter.selector);
        this.deployWith(p, real, module);
    }

    function test_finalize_withoutDisputeModule_asksNobody() public {
        TeeTeeRollup bare = this.deployWith(devParameters(), verifier, IDisputeModule(address(0)));
        HostRegistry r = HostRegistry(address(bare.registry()));
        vm.prank(PRIMARY);
        r.registerPoster{value: 1 ether}(address(0));
        vm.prank(PRIMARY);
        bare.postBatch(1, 0, header(keccak256("a")));
        bytes32 h = bare.batch(1).batchHash;
        vm.expectPartialRevert(ITeeTeeRollup.Rollup_OnlyDisputeModule.selector);
        bare.rollBack(1, h);
        skip(60);
        assertEq(bare.finalize(1), 1, "final");
    }
}
