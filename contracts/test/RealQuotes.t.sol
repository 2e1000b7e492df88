// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CrlRevoker} from "../src/CrlRevoker.sol";
import {TcbRegistry} from "../src/TcbRegistry.sol";
import {TdxQuoteVerifier} from "../src/TdxQuoteVerifier.sol";

import {ICrlRevoker} from "../src/interfaces/ICrlRevoker.sol";
import {IQuoteVerifier} from "../src/interfaces/IQuoteVerifier.sol";

import {QeIdentity, TcbPolicy} from "../src/types/Tcb.sol";

import {Assertions} from "./support/Assertions.sol";
import {vm} from "./support/Vm.sol";

/// @notice Quotes of real machines under Intel's root, where scripts/make-shared-vectors.mjs found them beside the project.
contract RealQuotesTest is Assertions {
    struct Case {
        string name;
        bool accept;
        uint64 time;
        uint64 from;
        bytes evidence;
        bytes6 fmspc;
        TcbPolicy policy;
        TcbPolicy higher;
        QeIdentity qeIdentity;
        bytes32 image;
        bytes32 high;
        bytes32 low;
    }

    string private constant FILE = "test/vectors/shared/tdx.json";
    bytes32 private constant INTEL_X = 0x0ba9c4c0c0c86193a3fe23d6b02cda10a8bbd4e88e48b4458561a36e705525f5;
    bytes32 private constant INTEL_Y = 0x67918e2edc88e40d860bd0cc4ee26aacc988e505a953558c453f6b0904ae7394;
    uint64 private constant SEPT_VE_DISABLE = 0x10000000;
    uint64 private constant LATER = 2_000_000_000;

    error Accepted(string name);
    error Refused(string name, bytes reason);

    function test_verifyAt_realCases_giveTheirVerdict() public {
        Case[] memory cases = _cases();
        uint256 accepted = 0;
        for (uint256 i = 0; i < cases.length; i++) {
            TdxQuoteVerifier verifier = _deploy(cases[i], cases[i].policy);
            _check(verifier, cases[i], cases[i].accept);
            if (cases[i].accept) accepted++;
        }
        if (cases.length > 0) assertEq(accepted, 17, "accepted TDX cases");
    }

    /// @dev No platform reaches the level above the one that its case reaches.
    function test_verifyAt_realQuotesUnderTheNextLevel_areRefused() public {
        Case[] memory cases = _cases();
        for (uint256 i = 0; i < cases.length; i++) {
            if (cases[i].accept && cases[i].higher.moduleVersions != 0) {
                _check(_deploy(cases[i], cases[i].higher), cases[i], false);
            }
        }
    }

    /// @dev Wherever one byte of a real quote's signed part or of a certificate is changed: refused.
    function test_verifyAt_changedRealQuotes_areRefused() public {
        Case[] memory cases = _cases();
        for (uint256 i = 0; i < cases.length; i++) {
            if (!cases[i].accept) continue;
            TdxQuoteVerifier verifier = _deploy(cases[i], cases[i].policy);
            bytes memory e = cases[i].evidence;
            uint256 leafAt = _wordAt(e, 32);
            // Another stride in each case, so that all together meet every field.
            for (uint256 place = 128 + i; place < e.length; place += 31) {
                if (_isFree(e, place, leafAt)) continue;
                e[place] ^= 0x10;
                _check(verifier, cases[i], false);
                e[place] ^= 0x10;
            }
            _check(verifier, cases[i], true);
        }
    }

    function testFuzz_verifyAt_changedRealQuote_isRefused(uint256 which, uint256 place, uint8 mask) public {
        vm.assume(mask != 0);
        Case[] memory cases = _cases();
        if (cases.length == 0) return;
        which %= cases.length;
        while (!cases[which].accept) which = (which + 1) % cases.length;
        bytes memory e = cases[which].evidence;
        place = bound(place, 128, e.length - 1);
        if (_isFree(e, place, _wordAt(e, 32))) return;
        TdxQuoteVerifier verifier = _deploy(cases[which], cases[which].policy);
        e[place] ^= bytes1(mask);
        _check(verifier, cases[which], false);
    }

    function test_revokePlatforms_intelsLongestList_revokesInOneTransaction() public {
        _skipWithout();
        if (!vm.exists(FILE)) return;
        string memory json = vm.readFile(FILE);
        bytes memory list = vm.parseJsonBytes(json, ".longList.list");
        bytes memory authority = vm.parseJsonBytes(json, ".longList.authority");
        bytes32[] memory serials = vm.parseJsonBytes32Array(json, ".longList.serials");
        assertEq(serials.length, 129, "entries");
        uint256[] memory two = new uint256[](2);
        (two[0], two[1]) = (uint256(serials[0]), uint256(serials[128]));
        vm.warp(LATER);
        TcbRegistry registry = new TcbRegistry(address(this), 7 days);
        CrlRevoker revoker = new CrlRevoker(registry, INTEL_X, INTEL_Y);
        registry.setRevoker(address(revoker));
        uint256 before = gasleft();
        assertEq(revoker.revokePlatforms(list, authority, two), 2, "first and last");
        assertTrue(before - gasleft() < 700_000, "gas");
        two[1]++;
        vm.expectRevert(abi.encodeWithSelector(ICrlRevoker.CrlRevoker_NotOnTheList.selector, two[1]));
        revoker.revokePlatforms(list, authority, two);
    }

    /// @dev Bytes that nothing binds: the chain inside the quote and what follows it, up to the second part; padding.
    function _isFree(bytes memory e, uint256 place, uint256 leafAt) private pure returns (bool) {
        uint256 version = uint8(e[128]);
        uint256 signature = 128 + (version == 4 ? 636 : 706);
        uint256 chain = signature + 590 + uint8(e[signature + 582]) + 256 * uint256(uint8(e[signature + 583]));
        if (place >= chain && place < leafAt) return true;
        uint256 issuerAt = _wordAt(e, 64);
        uint256 leafEnd = leafAt + 32 + _wordAt(e, leafAt);
        uint256 issuerEnd = issuerAt + 32 + _wordAt(e, issuerAt);
        return (place >= leafEnd && place < issuerAt) || place >= issuerEnd;
    }

    function _check(TdxQuoteVerifier verifier, Case memory c, bool accept) private view {
        try verifier.verifyAt(c.evidence, c.high, c.low, c.time) returns (IQuoteVerifier.Claims memory claims) {
            if (!accept) revert Accepted(c.name);
            assertEq(claims.image, c.image, c.name);
            assertEq(claims.expiresAt, c.policy.validUntil, c.name);
        } catch (bytes memory reason) {
            if (accept) revert Refused(c.name, reason);
            assertTrue(reason.length >= 4 && bytes4(reason) != bytes4(0x4e487b71), c.name);
        }
    }

    /// @dev A registry that holds from the start of the collateral on what the collateral says.
    function _deploy(Case memory c, TcbPolicy memory policy) private returns (TdxQuoteVerifier verifier) {
        vm.warp(c.from);
        TcbRegistry registry = new TcbRegistry(address(this), 7 days);
        registry.addImage(c.image);
        registry.addAttributes(SEPT_VE_DISABLE);
        registry.setQeIdentity(c.qeIdentity);
        if (policy.moduleVersions != 0) registry.setPolicy(c.fmspc, policy);
        verifier = new TdxQuoteVerifier(registry, INTEL_X, INTEL_Y);
        assertFalse(verifier.simulated(), "Intel's root");
        vm.warp(LATER);
    }

    function _cases() private returns (Case[] memory cases) {
        _skipWithout();
        if (!vm.exists(FILE)) return cases;
        bytes[] memory encoded = vm.parseJsonBytesArray(vm.readFile(FILE), ".cases");
        cases = new Case[](encoded.length);
        for (uint256 i = 0; i < encoded.length; i++) {
            cases[i] = abi.decode(encoded[i], (Case));
        }
    }

    function _skipWithout() private {
        vm.skip(!vm.exists(FILE), "no real quotes here");
    }

    function _wordAt(bytes memory data, uint256 position) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(add(data, 32), position))
        }
    }
}
