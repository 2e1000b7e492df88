// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {P256} from "../src/libraries/P256.sol";
import {P256Fallback} from "../src/libraries/P256Fallback.sol";

import {Assertions} from "./support/Assertions.sol";
import {vm} from "./support/Vm.sol";

/// @notice Makes the library callable with a limit of gas.
contract P256Caller {
    function verify(bytes32 digest, bytes32 r, bytes32 s, bytes32 x, bytes32 y, bool precompile)
        external
        view
        returns (bool)
    {
        return P256.verify(digest, r, s, x, y, precompile);
    }

    function hasPrecompile() external view returns (bool) {
        return P256.hasPrecompile();
    }
}

/// @notice Both ways of verification against the vectors of scripts/make-p256-vectors.mjs and against each other.
contract P256Test is Assertions {
    struct Vector {
        string name;
        bool valid;
        bytes32 digest;
        bytes32 r;
        bytes32 s;
        bytes32 x;
        bytes32 y;
    }

    uint256 private constant FEW_GAS = 30_000;
    P256Caller private _caller;

    function setUp() public {
        _caller = new P256Caller();
    }

    function test_verify_vectors_bothWaysAgreeWithThem() public view {
        Vector[] memory vectors = _vectors();
        assertTrue(vectors.length > 100, "many vectors");
        for (uint256 i = 0; i < vectors.length; i++) {
            assertTrue(_verify(vectors[i], true) == vectors[i].valid, string.concat("precompile: ", vectors[i].name));
            assertTrue(_verify(vectors[i], false) == vectors[i].valid, string.concat("Solidity: ", vectors[i].name));
        }
    }

    /// @dev The precompile alone, without the library's own checks, so that these are not what makes the two agree.
    function test_precompile_vectors_agreesWithThem() public view {
        Vector[] memory vectors = _vectors();
        for (uint256 i = 0; i < vectors.length; i++) {
            Vector memory v = vectors[i];
            (, bytes memory answer) = address(0x100).staticcall(abi.encode(v.digest, v.r, v.s, v.x, v.y));
            assertTrue((answer.length == 32) == v.valid, v.name);
        }
    }

    function testFuzz_verify_signature_bothWaysAccept(uint256 key, bytes32 digest) public view {
        Vector memory v = _signed(key, digest);
        assertTrue(_verify(v, true), "precompile");
        assertTrue(_verify(v, false), "Solidity");
        v.s = bytes32(P256.N - uint256(v.s));
        assertTrue(_verify(v, true) && _verify(v, false), "the other s");
    }

    function testFuzz_verify_damagedSignature_bothWaysRefuse(uint256 key, bytes32 digest, uint8 field, uint8 bit)
        public
        view
    {
        Vector memory v = _signed(key, digest);
        bytes32 mask = bytes32(uint256(1) << bit);
        if (field % 5 == 0) v.digest ^= mask;
        if (field % 5 == 1) v.r ^= mask;
        if (field % 5 == 2) v.s ^= mask;
        if (field % 5 == 3) v.x ^= mask;
        if (field % 5 == 4) v.y ^= mask;
        assertFalse(_verify(v, true), "precompile");
        assertFalse(_verify(v, false), "Solidity");
    }

    function testFuzz_verify_anyNumbers_bothWaysAgree(bytes32 digest, bytes32 r, bytes32 s, uint256 key) public view {
        (uint256 x, uint256 y) = vm.publicKeyP256(bound(key, 1, P256.N - 1));
        Vector memory v = Vector("", false, digest, r, s, bytes32(x), bytes32(y));
        assertTrue(_verify(v, true) == _verify(v, false), "equal");
    }

    /// @dev Signatures by a small multiple of a small key: the windows of both factors meet in every combination.
    function testFuzz_verify_smallKeys_bothWaysAccept(uint256 key, uint256 digest) public view {
        Vector memory v = _signed(bound(key, 1, 64), bytes32(bound(digest, 0, 64)));
        assertTrue(_verify(v, true) && _verify(v, false), "good");
    }

    function test_isOnCurve_edges_areJudged() public pure {
        assertFalse(P256.isOnCurve(0, 0), "origin");
        assertFalse(P256.isOnCurve(P256.P, 1), "x is p");
        assertFalse(P256.isOnCurve(1, P256.P), "y is p");
    }

    function test_verify_lackOfGas_isNoBadSignature() public {
        Vector memory v = _vectors()[0];
        vm.expectPartialRevert(P256.P256_NotEnoughGas.selector);
        _caller.verify{gas: FEW_GAS}(v.digest, v.r, v.s, v.x, v.y, true);
        vm.expectPartialRevert(P256Fallback.P256Fallback_InversionFailed.selector);
        _caller.verify{gas: 15_000}(v.digest, v.r, v.s, v.x, v.y, false);
    }

    /// @dev However little gas there is: either the right answer or a revert.
    function testFuzz_verify_anyGas_neverGivesAWrongAnswer(uint256 gasLimit, bool precompile) public view {
        Vector memory v = _vectors()[0];
        try _caller.verify{gas: bound(gasLimit, 0, 500_000)}(v.digest, v.r, v.s, v.x, v.y, precompile) returns (
            bool good
        ) {
            assertTrue(good, "right answer");
        } catch {}
    }

    function test_verify_precompileThatFails_reverts() public {
        Vector memory v = _vectors()[0];
        vm.mockCallRevert(address(0x100), "", "");
        vm.expectPartialRevert(P256.P256_CallFailed.selector);
        _caller.verify(v.digest, v.r, v.s, v.x, v.y, true);
    }

    function test_hasPrecompile_whatever_isAskedWithGoodAndBad() public {
        assertTrue(_caller.hasPrecompile(), "here");
        vm.mockCall(address(0x100), "", "");
        assertFalse(_caller.hasPrecompile(), "an account without code");
        vm.mockCall(address(0x100), "", abi.encode(1));
        assertFalse(_caller.hasPrecompile(), "one that likes everything");
        vm.mockCall(address(0x100), "", abi.encode(0));
        assertFalse(_caller.hasPrecompile(), "one that says no");
        vm.mockCall(address(0x100), "", hex"01");
        assertFalse(_caller.hasPrecompile(), "one that answers a byte");
    }

    function test_verify_inSolidity_staysUnderItsGas() public view {
        Vector memory v = _vectors()[0];
        uint256 before = gasleft();
        _caller.verify(v.digest, v.r, v.s, v.x, v.y, false);
        assertTrue(before - gasleft() < 350_000, "gas");
    }

    function _signed(uint256 key, bytes32 digest) private pure returns (Vector memory v) {
        key = bound(key, 1, P256.N - 1);
        (uint256 x, uint256 y) = vm.publicKeyP256(key);
        (v.digest, v.x, v.y) = (digest, bytes32(x), bytes32(y));
        (v.r, v.s) = vm.signP256(key, digest);
    }

    function _verify(Vector memory v, bool precompile) private view returns (bool) {
        return _caller.verify(v.digest, v.r, v.s, v.x, v.y, precompile);
    }

    function _vectors() private view returns (Vector[] memory) {
        string memory json = vm.readFile("test/vectors/p256.json");
        return abi.decode(vm.parseJsonBytes(json, ".cases"), (Vector[]));
    }
}
