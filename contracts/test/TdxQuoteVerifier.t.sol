// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TcbRegistry} from "../src/TcbRegistry.sol";
import {TdxQuoteVerifier} from "../src/TdxQuoteVerifier.sol";

import {IQuoteVerifier} from "../src/interfaces/IQuoteVerifier.sol";
import {ITcbRegistry} from "../src/interfaces/ITcbRegistry.sol";

import {Evidence} from "../src/libraries/Evidence.sol";
import {Slices} from "../src/libraries/Slices.sol";

import {QeIdentity, TcbPolicy} from "../src/types/Tcb.sol";

import {QuoteFixture} from "./support/QuoteFixture.sol";
import {vm} from "./support/Vm.sol";

contract TdxQuoteVerifierTest is QuoteFixture {
    bytes32 private constant INTEL_X = 0x0ba9c4c0c0c86193a3fe23d6b02cda10a8bbd4e88e48b4458561a36e705525f5;
    bytes32 private constant INTEL_Y = 0x67918e2edc88e40d860bd0cc4ee26aacc988e505a953558c453f6b0904ae7394;

    error CaseAccepted(string name);
    error CaseRefusedOtherwise(string name, bytes reason);

    // ------------------------------------------------------------ the vectors of scripts/make-quote-vectors.mjs

    function test_verify_vectors_giveTheNamedError() public view {
        _checkVectors(quoteVerifier);
    }

    /// @dev The same verdicts where signatures are verified in Solidity.
    function test_verify_vectorsWithoutThePrecompile_giveTheNamedError() public {
        TdxQuoteVerifier slow = _withoutPrecompile();
        assertFalse(slow.usesPrecompile(), "no precompile");
        vm.clearMockedCalls();
        _checkVectors(slow);
    }

    function test_verify_good_claimsImagePlatformAndExpiry() public view {
        IQuoteVerifier.Claims memory claims = quoteVerifier.verify(goodEvidence(), high, low);
        assertEq(claims.image, image, "image");
        assertEq(claims.platform, platform, "platform");
        assertEq(claims.expiresAt, time + 30 days, "the policy ends first");
        assertTrue(quoteVerifier.simulated(), "simulated");
        assertTrue(quoteVerifier.usesPrecompile(), "precompile");
    }

    function test_verify_certificateEndsBeforeThePolicy_expiresWithIt() public view {
        bytes memory e = evidenceOf("plain", "leafEndsNow", "platform");
        assertEq(quoteVerifier.verify(e, high, low).expiresAt, time + 1, "one second after the last");
    }

    function testFuzz_verify_anyReportData_needsItsOwnQuote(bytes32 first, bytes32 second, uint8 bit, bool inHigh)
        public
    {
        bytes memory e = evidenceFor(first, second);
        assertEq(quoteVerifier.verify(e, first, second).image, image, "its own");
        bytes32 mask = bytes32(uint256(1) << bit);
        vm.expectRevert(
            abi.encodeWithSelector(TdxQuoteVerifier.TdxQuoteVerifier_WrongReportData.selector, first, second)
        );
        quoteVerifier.verify(e, inHigh ? first ^ mask : first, inHigh ? second : second ^ mask);
    }

    // ------------------------------------------------------------ damaged evidence

    /// @dev Whatever byte is changed: refused, or the same claims (padding of the encoding, bytes that nothing signs, the other form of
    /// the same signature cannot come from one byte).
    function testFuzz_verify_changedByte_neverChangesTheClaims(uint256 position, uint8 mask) public view {
        vm.assume(mask != 0);
        _checkDamage(goodEvidence(), position, mask);
    }

    function testFuzz_verify_changedByteOfV5_neverChangesTheClaims(uint256 position, uint8 mask) public view {
        vm.assume(mask != 0);
        _checkDamage(evidenceOf("v5Type3", "leaf", "platform"), position, mask);
    }

    /// @dev Every byte of the quote in turn, one bit of it: nothing passes.
    function test_verify_everyByteOfTheQuote_isBound() public view {
        bytes memory e = goodEvidence();
        uint256 length = wordAt(e, 96);
        for (uint256 i = 0; i < length; i++) {
            e[128 + i] ^= 0x01;
            assertFalse(_passes(e), "changed byte");
            e[128 + i] ^= 0x01;
        }
        assertTrue(_passes(e), "unchanged");
    }

    /// @dev Every byte of both certificates in turn.
    function test_verify_everyByteOfTheCertificates_isBound() public view {
        bytes memory e = goodEvidence();
        uint256 leafAt = wordAt(e, 32);
        uint256 issuerAt = wordAt(e, 64);
        for (uint256 i = 0; i < wordAt(e, leafAt) + wordAt(e, issuerAt); i++) {
            uint256 place = i < wordAt(e, leafAt) ? leafAt + 32 + i : issuerAt + 32 + i - wordAt(e, leafAt);
            e[place] ^= 0x04;
            assertFalse(_passes(e), "changed byte");
            e[place] ^= 0x04;
        }
    }

    function testFuzz_verify_cutEvidence_reverts(uint256 length) public view {
        bytes memory e = goodEvidence();
        length %= e.length;
        assembly ("memory-safe") {
            mstore(e, length)
        }
        assertFalse(_passes(e), "cut");
    }

    function testFuzz_verify_arbitraryBytes_revertWithAName(bytes calldata quote, bytes calldata leaf) public view {
        _requireNamed(evidenceWith(quote));
        _requireNamed(evidenceWithLeaf(leaf));
        _requireNamed(evidenceWithIssuer(leaf));
        _requireNamed(quote);
    }

    /// @dev A changed byte, whatever it breaks, ends in a named error: never in a panic or an empty revert.
    function testFuzz_verify_changedByte_revertsWithAName(uint256 position, uint8 mask) public view {
        vm.assume(mask != 0);
        bytes memory e = goodEvidence();
        e[position % e.length] ^= bytes1(mask);
        _requireNamed(e);
    }

    function test_verify_otherEncodings_revert() public {
        (bytes memory q, bytes memory l, bytes memory i) = abi.decode(goodEvidence(), (bytes, bytes, bytes));
        _expect(Evidence.Evidence_TrailingData.selector, bytes.concat(abi.encode(q, l, i), bytes32(0)));
        _expect(Evidence.Evidence_TooLong.selector, abi.encode(new bytes(40_000), l, i));
        _expect(Evidence.Evidence_BadOffset.selector, bytes.concat(bytes32(uint256(32)), abi.encode(q, l, i)));
        _expect(Slices.Slices_OutOfBounds.selector, "");
        bytes memory e = abi.encode(q, l, i);
        e[96] = 0xff;
        _expect(Evidence.Evidence_BadLength.selector, e);
        e = abi.encode(type(uint256).max, l, i);
        assembly ("memory-safe") {
            mstore(add(e, 32), 96)
            mstore(add(e, 128), not(0))
        }
        _expect(Evidence.Evidence_BadLength.selector, e);
        // The third part's padding is not whole.
        e = abi.encode(q, l, bytes.concat(i, new bytes(33 - i.length % 32)));
        assembly ("memory-safe") {
            mstore(e, sub(mload(e), 1))
        }
        _expect(Evidence.Evidence_BadLength.selector, e);
        e = abi.encode(q, l, i);
        e[0] = 0xff;
        _expect(Evidence.Evidence_BadOffset.selector, e);
    }

    // ------------------------------------------------------------ the policy of a second

    function test_verifyAt_future_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(TdxQuoteVerifier.TdxQuoteVerifier_FutureTime.selector, time + 1, time));
        quoteVerifier.verifyAt(goodEvidence(), high, low, time + 1);
    }

    function test_verifyAt_pastSecond_isJudgedByThen() public {
        bytes memory e = goodEvidence();
        tcb.delistImage(image);
        assertEq(quoteVerifier.verify(e, high, low).image, image, "this second stays as it was");
        vm.warp(time + 1);
        assertEq(quoteVerifier.verifyAt(e, high, low, time).image, image, "so does it later");
        _expect(TdxQuoteVerifier.TdxQuoteVerifier_ImageRefused.selector, e);
        assertEq(quoteVerifier.lapsedAt(image, platform), time + 1, "lapsed");
        vm.expectPartialRevert(TdxQuoteVerifier.TdxQuoteVerifier_ImageRefused.selector);
        quoteVerifier.verifyAt(e, high, low, time - 1);
    }

    function test_verifyAt_dates_areThoseOfTheSecond() public {
        bytes memory e = evidenceOf("plain", "leafEndsNow", "platform");
        vm.warp(time + 1);
        _expect(TdxQuoteVerifier.TdxQuoteVerifier_OutsideValidity.selector, e);
        assertEq(quoteVerifier.verifyAt(e, high, low, time).expiresAt, time + 1, "good then");
    }

    function test_verify_revokedPlatform_isRefused() public {
        tcb.revokePlatform(platform);
        vm.warp(time + 1);
        _expect(TdxQuoteVerifier.TdxQuoteVerifier_PlatformRevoked.selector, goodEvidence());
        assertEq(quoteVerifier.verify(_otherPlatform(), high, low).image, image, "another certificate");
        assertEq(quoteVerifier.lapsedAt(image, platform), time + 1, "lapsed");
    }

    function test_verify_revokedIssuer_isRefused() public {
        bytes32 issuer = issuerKeyHash();
        tcb.revokeIssuer(issuer);
        vm.warp(time + 1);
        _expect(TdxQuoteVerifier.TdxQuoteVerifier_IssuerRevoked.selector, goodEvidence());
        bytes memory ofProcessor = evidenceOf("plain", "leafOfProcessor", "processor");
        assertEq(quoteVerifier.verify(ofProcessor, high, low).image, image, "the other CA");
    }

    function test_verify_removedAttributes_areRefused() public {
        tcb.removeAttributes(PERFMON);
        vm.warp(time + 1);
        _expect(TdxQuoteVerifier.TdxQuoteVerifier_AttributesRefused.selector, evidenceOf("perfmon", "leaf", "platform"));
        assertEq(quoteVerifier.verify(goodEvidence(), high, low).image, image, "the other value");
    }

    /// @dev Not even a registry that would allow it makes a debug TD pass.
    function test_verify_debugThatTheRegistryAllows_isRefused() public {
        bytes memory debug = evidenceOf("debug", "leaf", "platform");
        vm.mockCall(
            address(tcb), abi.encodeWithSelector(ITcbRegistry.areAttributesAllowedAt.selector), abi.encode(true)
        );
        _expect(TdxQuoteVerifier.TdxQuoteVerifier_AttributesRefused.selector, debug);
    }

    function test_verify_policyEnd_isTheFirstSecondThatNoLongerCounts() public {
        vm.warp(time + 30 days - 1);
        assertEq(quoteVerifier.verify(goodEvidence(), high, low).expiresAt, time + 30 days, "last second");
        vm.warp(time + 30 days);
        _expect(TdxQuoteVerifier.TdxQuoteVerifier_PolicyExpired.selector, goodEvidence());
    }

    function test_verify_policyNumberBelowTheMinimum_isRefused() public {
        tcb.raiseMinimumEvaluationNumber(20);
        vm.warp(time + 1);
        assertEq(quoteVerifier.verify(goodEvidence(), high, low).image, image, "equal");
        TcbPolicy memory p = policy();
        p.evaluationNumber = 21;
        tcb.raisePolicy(fmspc, p);
        tcb.raiseQeIdentity(4, 22);
        tcb.raiseMinimumEvaluationNumber(21);
        vm.warp(time + 2);
        assertEq(quoteVerifier.verify(goodEvidence(), high, low).image, image, "both raised before it");
        tcb.raiseMinimumEvaluationNumber(22);
        vm.warp(time + 3);
        _expect(TdxQuoteVerifier.TdxQuoteVerifier_EvaluationNumber.selector, goodEvidence());
    }

    function test_verify_qeIdentityNumberBelowTheMinimum_isRefused() public {
        TcbPolicy memory p = policy();
        p.evaluationNumber = 21;
        tcb.raisePolicy(fmspc, p);
        tcb.raiseMinimumEvaluationNumber(21);
        vm.warp(time + 1);
        _expect(TdxQuoteVerifier.TdxQuoteVerifier_EvaluationNumber.selector, goodEvidence());
    }

    /// @dev Every minimum at what the good quote has passes, one above is refused: each of the 16 + 16 components counts.
    function test_verify_everyMinimum_counts() public {
        TcbPolicy memory p = policy();
        bytes16 svns = 0x07010300000000000000000000000000;
        for (uint256 i = 0; i < 16; i++) {
            p.sgxComponents = _raised(policy().sgxComponents, i);
            p.tdxComponents = svns;
            if (p.sgxComponents != policy().sgxComponents) {
                _expectUnder(p, TdxQuoteVerifier.TdxQuoteVerifier_SgxComponentsTooLow.selector);
            }
            p.sgxComponents = policy().sgxComponents;
            _expectUnder(p, bytes4(0));
            p.tdxComponents = _raised(svns, i);
            _expectUnder(p, TdxQuoteVerifier.TdxQuoteVerifier_TdxComponentsTooLow.selector);
        }
        p.tdxComponents = svns;
        p.moduleSvns = bytes32(uint256(7) << 240);
        _expectUnder(p, bytes4(0));
        p.moduleSvns = bytes32(uint256(8) << 240);
        _expectUnder(p, TdxQuoteVerifier.TdxQuoteVerifier_ModuleRefused.selector);
        p.moduleSvns = 0;
        p.pceSvn = 14;
        _expectUnder(p, TdxQuoteVerifier.TdxQuoteVerifier_PceSvnTooLow.selector);
        p.pceSvn = 13;
        p.pceId = 1;
        _expectUnder(p, TdxQuoteVerifier.TdxQuoteVerifier_WrongPceId.selector);
        p.pceId = 0;
        p.moduleVersions = type(uint32).max - 2;
        _expectUnder(p, TdxQuoteVerifier.TdxQuoteVerifier_ModuleRefused.selector);
    }

    function test_verify_qeIdentity_everyFieldCounts() public {
        QeIdentity memory q = qeIdentity();
        q.isvSvn = 6;
        _expectUnder(q, bytes4(0));
        q.isvSvn = 7;
        _expectUnder(q, TdxQuoteVerifier.TdxQuoteVerifier_WrongQe.selector);
        q = qeIdentity();
        q.isvProdId = 1;
        _expectUnder(q, TdxQuoteVerifier.TdxQuoteVerifier_WrongQe.selector);
        q = qeIdentity();
        q.mrSigner ^= bytes32(uint256(1));
        _expectUnder(q, TdxQuoteVerifier.TdxQuoteVerifier_WrongQe.selector);
        q = qeIdentity();
        q.attributesMask = bytes16(type(uint128).max);
        _expectUnder(q, TdxQuoteVerifier.TdxQuoteVerifier_WrongQeSettings.selector);
        q = qeIdentity();
        q.miscSelect = 0x00000001;
        _expectUnder(q, TdxQuoteVerifier.TdxQuoteVerifier_WrongQeSettings.selector);
    }

    function test_verify_emptyRegistry_refusesEverything() public {
        TcbRegistry empty = new TcbRegistry(address(this), 0);
        TdxQuoteVerifier strict = deployVerifier(empty);
        bytes memory e = goodEvidence();
        vm.expectPartialRevert(TdxQuoteVerifier.TdxQuoteVerifier_ImageRefused.selector);
        strict.verify(e, high, low);
        empty.addImage(image);
        vm.expectPartialRevert(TdxQuoteVerifier.TdxQuoteVerifier_AttributesRefused.selector);
        strict.verify(e, high, low);
        empty.addAttributes(SEPT_VE_DISABLE);
        vm.expectPartialRevert(TdxQuoteVerifier.TdxQuoteVerifier_NoQeIdentity.selector);
        strict.verify(e, high, low);
        empty.setQeIdentity(qeIdentity());
        vm.expectPartialRevert(TdxQuoteVerifier.TdxQuoteVerifier_NoPolicy.selector);
        strict.verify(e, high, low);
        empty.setPolicy(fmspc, policy());
        assertEq(strict.verify(e, high, low).image, image, "everything is there");
    }

    // ------------------------------------------------------------ deployment

    function test_constructor_rootOffTheCurve_reverts() public {
        vm.expectPartialRevert(TdxQuoteVerifier.TdxQuoteVerifier_BadRootKey.selector);
        new TdxQuoteVerifier(tcb, INTEL_X, INTEL_X);
        vm.expectPartialRevert(TdxQuoteVerifier.TdxQuoteVerifier_BadRegistry.selector);
        new TdxQuoteVerifier(ITcbRegistry(address(1)), INTEL_X, INTEL_Y);
    }

    function test_constructor_intelsRoot_isNotSimulatedAndNeedsADelay() public {
        assertFalse(new TdxQuoteVerifier(tcb, INTEL_X, INTEL_Y).simulated(), "hardware");
        TcbRegistry hasty = new TcbRegistry(address(this), 1 days - 1);
        vm.expectPartialRevert(TdxQuoteVerifier.TdxQuoteVerifier_DelayTooShort.selector);
        new TdxQuoteVerifier(hasty, INTEL_X, INTEL_Y);
    }

    function test_constructor_simulatedRootOnAProductionChain_reverts() public {
        uint256[2] memory chains = [uint256(1), 8453];
        for (uint256 i = 0; i < chains.length; i++) {
            vm.chainId(chains[i]);
            vm.expectRevert(
                abi.encodeWithSelector(TdxQuoteVerifier.TdxQuoteVerifier_ProductionChain.selector, chains[i])
            );
            this.deployAgain();
            assertFalse(new TdxQuoteVerifier(tcb, INTEL_X, INTEL_Y).simulated(), "Intel's passes");
        }
    }

    function deployAgain() external {
        deployVerifier(tcb);
    }

    /// @dev However little gas a caller gives: the right claims or a revert, and with a name where the verifier still runs.
    function testFuzz_verify_anyGas_neverRefusesGoodEvidenceFalsely(uint256 gasLimit) public view {
        gasLimit = bound(gasLimit, 0, 1_500_000);
        try quoteVerifier.verify{gas: gasLimit}(goodEvidence(), high, low) returns (
            IQuoteVerifier.Claims memory claims
        ) {
            assertEq(claims.image, image, "claims");
        } catch (bytes memory reason) {
            bytes4 selector = bytes4(reason);
            assertFalse(selector == TdxQuoteVerifier.TdxQuoteVerifier_BadQuoteSignature.selector, "quote");
            assertFalse(selector == TdxQuoteVerifier.TdxQuoteVerifier_BadQeReportSignature.selector, "QE");
            assertFalse(selector == TdxQuoteVerifier.TdxQuoteVerifier_BadCertificateSignature.selector, "chain");
        }
    }

    // ------------------------------------------------------------ helpers

    function _checkVectors(TdxQuoteVerifier verifier) private view {
        string memory vectors = vectorFile();
        Table memory quotes = table(vectors, ".quotes");
        Table memory certificates = table(vectors, ".certificates");
        string[] memory names = vm.parseJsonStringArray(vectors, ".cases.names");
        string[] memory errors = vm.parseJsonStringArray(vectors, ".cases.errors");
        string[][3] memory parts = [
            vm.parseJsonStringArray(vectors, ".cases.quotes"),
            vm.parseJsonStringArray(vectors, ".cases.leaves"),
            vm.parseJsonStringArray(vectors, ".cases.issuers")
        ];
        assertTrue(names.length > 140, "many cases");
        for (uint256 i = 0; i < names.length; i++) {
            bytes memory e =
                abi.encode(find(quotes, parts[0][i]), find(certificates, parts[1][i]), find(certificates, parts[2][i]));
            _checkCase(verifier, e, names[i], errors[i]);
        }
    }

    function _checkCase(TdxQuoteVerifier verifier, bytes memory e, string memory name, string memory expected)
        private
        view
    {
        try verifier.verify(e, high, low) returns (IQuoteVerifier.Claims memory claims) {
            if (bytes(expected).length > 0) revert CaseAccepted(name);
            assertEq(claims.image, image, name);
        } catch (bytes memory reason) {
            if (bytes4(keccak256(bytes(expected))) != bytes4(reason)) revert CaseRefusedOtherwise(name, reason);
        }
    }

    function _checkDamage(bytes memory e, uint256 position, uint8 mask) private view {
        (bytes memory quote, bytes memory leaf, bytes memory issuer) = abi.decode(e, (bytes, bytes, bytes));
        e[position % e.length] ^= bytes1(mask);
        try quoteVerifier.verify(e, high, low) returns (IQuoteVerifier.Claims memory claims) {
            assertEq(claims.image, image, "image");
            assertEq(claims.platform, platform, "platform");
            assertEq(claims.expiresAt, time + 30 days, "expiry");
            // What may change is padding, also where a longer quote ends in it.
            (bytes memory q, bytes memory l, bytes memory i) = abi.decode(e, (bytes, bytes, bytes));
            assertEq(keccak256(l), keccak256(leaf), "leaf");
            assertEq(keccak256(i), keccak256(issuer), "issuer");
            assertTrue(q.length >= quote.length, "nothing is missing");
            uint256 whole = quote.length;
            assembly ("memory-safe") {
                mstore(q, whole)
            }
            assertEq(keccak256(q), keccak256(quote), "quote");
        } catch {}
    }

    function _passes(bytes memory e) private view returns (bool) {
        try quoteVerifier.verify(e, high, low) returns (IQuoteVerifier.Claims memory) {
            return true;
        } catch {
            return false;
        }
    }

    function _requireNamed(bytes memory e) private view {
        try quoteVerifier.verify(e, high, low) returns (IQuoteVerifier.Claims memory) {}
        catch (bytes memory reason) {
            assertTrue(reason.length >= 4 && bytes4(reason) != bytes4(0x4e487b71), "a named error");
        }
    }

    function _expect(bytes4 selector, bytes memory e) private {
        vm.expectPartialRevert(selector);
        quoteVerifier.verify(e, high, low);
    }

    /// @dev Judges the good evidence by a registry with this policy; no selector: it passes.
    function _expectUnder(TcbPolicy memory p, bytes4 selector) private {
        _expectWith(p, qeIdentity(), selector);
    }

    function _expectUnder(QeIdentity memory q, bytes4 selector) private {
        _expectWith(policy(), q, selector);
    }

    function _expectWith(TcbPolicy memory p, QeIdentity memory q, bytes4 selector) private {
        TcbRegistry other = new TcbRegistry(address(this), 0);
        other.addImage(image);
        other.addAttributes(SEPT_VE_DISABLE);
        other.setQeIdentity(q);
        other.setPolicy(fmspc, p);
        TdxQuoteVerifier judge = deployVerifier(other);
        bytes memory e = goodEvidence();
        if (selector == 0) assertEq(judge.verify(e, high, low).image, image, "passes");
        if (selector == 0) return;
        vm.expectPartialRevert(selector);
        judge.verify(e, high, low);
    }

    /// @dev Component `i` one higher; unchanged where it is at the end already.
    function _raised(bytes16 components, uint256 i) private pure returns (bytes16) {
        if (components[i] == 0xff) return components;
        return bytes16(uint128(components) + uint128(1 << (8 * (15 - i))));
    }

    function _otherPlatform() private view returns (bytes memory) {
        return evidenceOf("plain", "leafSmallSerial", "platform");
    }

    function _withoutPrecompile() private returns (TdxQuoteVerifier made) {
        vm.mockCall(address(0x100), "", "");
        made = deployVerifier(tcb);
    }
}
