// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IQuoteVerifier} from "./interfaces/IQuoteVerifier.sol";
import {ITcbRegistry} from "./interfaces/ITcbRegistry.sol";

import {Evidence} from "./libraries/Evidence.sol";
import {P256} from "./libraries/P256.sol";
import {PckExtension} from "./libraries/PckExtension.sol";
import {Slices} from "./libraries/Slices.sol";
import {TdQuote} from "./libraries/TdQuote.sol";
import {X509} from "./libraries/X509.sol";

import {QeIdentity, TcbPolicy} from "./types/Tcb.sol";

/// @title Verifier of TDX quotes
/// @notice Judges a quote by itself, its PCK certificate and the CA that issued it, down from one pinned root key: form, both
/// signatures of the quoting enclave, its identity, the certificates with their dates and roles, then what only these make authentic:
/// SVNs, attributes, measurements and report data, by the rules that `TcbRegistry` had in force at the second that is asked about. Evidence is
/// abi.encode(bytes quote, bytes pckCertificateDer, bytes pckIssuerDer). The certificates inside the quote are not read (nothing signs
/// them), so a quote may come with an empty chain; bytes behind its signature data are ignored. XFAM, MR_OWNER and RTMR3 are not judged.
contract TdxQuoteVerifier is IQuoteVerifier {
    /// @dev Intel SGX Root CA, 2018 to 2049.
    bytes32 private constant INTEL_X = 0x0ba9c4c0c0c86193a3fe23d6b02cda10a8bbd4e88e48b4458561a36e705525f5;
    bytes32 private constant INTEL_Y = 0x67918e2edc88e40d860bd0cc4ee26aacc988e505a953558c453f6b0904ae7394;
    /// @dev The least delay of the registry's loosenings where quotes come from real hardware.
    uint64 private constant LEAST_DELAY = 1 days;

    bytes32 private constant LEAF_NAME = "SGX PCK Certificate";
    bytes32 private constant PLATFORM_CA_NAME = "SGX PCK Platform CA";
    bytes32 private constant PROCESSOR_CA_NAME = "SGX PCK Processor CA";

    uint64 private constant TD_DEBUG = 1;
    /// @dev DEBUG is bit 1 of the first byte of an enclave's attributes.
    bytes16 private constant QE_DEBUG = 0x02000000000000000000000000000000;
    uint256 private constant COMPONENTS = 16;
    uint256 private constant MODULE_VERSIONS = 32;

    /// @notice The rules, with their history.
    ITcbRegistry public immutable registry;
    /// @notice The pinned root key.
    bytes32 public immutable rootX;
    bytes32 public immutable rootY;
    /// @notice Whether signatures are verified by the precompile at 0x100; otherwise in Solidity.
    bool public immutable usesPrecompile;

    /// @dev What a certificate chain has shown.
    struct Chain {
        PckExtension.Platform platform;
        bytes32 leafX;
        bytes32 leafY;
        bytes32 issuer;
        uint256 serialNumber;
        uint64 notAfter;
    }

    error TdxQuoteVerifier_BadRootKey(bytes32 x, bytes32 y);
    error TdxQuoteVerifier_BadRegistry(address registry);
    error TdxQuoteVerifier_ProductionChain(uint256 chainId);
    error TdxQuoteVerifier_DelayTooShort(uint64 delay, uint64 least);
    error TdxQuoteVerifier_FutureTime(uint64 time, uint64 nowAt);
    error TdxQuoteVerifier_WrongIssuer(bytes32 issuer, bytes32 subject);
    error TdxQuoteVerifier_NotAPckCertificate(bool isAuthority, bool hasSgxExtension);
    error TdxQuoteVerifier_NotAPckAuthority(bool isAuthority, bool maySignCertificates);
    error TdxQuoteVerifier_OutsideValidity(uint64 notBefore, uint64 notAfter, uint64 time);
    error TdxQuoteVerifier_BadCertificateSignature(bytes32 issuerX, bytes32 issuerY, uint256 serialNumber);
    error TdxQuoteVerifier_BadQeReportSignature(bytes32 pckX, bytes32 pckY);
    error TdxQuoteVerifier_AttestationKeyNotBound(bytes32 expected, bytes32 actual);
    error TdxQuoteVerifier_QeReportDataTail(bytes32 tail);
    error TdxQuoteVerifier_BadQuoteSignature(bytes32 keyX, bytes32 keyY);
    error TdxQuoteVerifier_NoQeIdentity(uint64 time);
    error TdxQuoteVerifier_QeDebug(bytes16 attributes);
    error TdxQuoteVerifier_WrongQe(bytes32 mrSigner, uint16 isvProdId, uint16 isvSvn);
    error TdxQuoteVerifier_WrongQeSettings(bytes4 miscSelect, bytes16 attributes);
    error TdxQuoteVerifier_ModuleNotProduction(bytes8 seamAttributes, bytes32 signerStart);
    error TdxQuoteVerifier_NoPolicy(bytes6 fmspc, uint64 time);
    error TdxQuoteVerifier_PolicyExpired(bytes6 fmspc, uint64 validUntil, uint64 time);
    error TdxQuoteVerifier_EvaluationNumber(uint32 ofPolicy, uint32 ofQeIdentity, uint32 minimum);
    error TdxQuoteVerifier_WrongPceId(uint16 actual, uint16 expected);
    error TdxQuoteVerifier_PceSvnTooLow(uint16 actual, uint16 minimum);
    error TdxQuoteVerifier_SgxComponentsTooLow(bytes16 actual, bytes16 minimum);
    error TdxQuoteVerifier_TdxComponentsTooLow(bytes16 actual, bytes16 minimum);
    error TdxQuoteVerifier_ModuleRefused(uint256 version, uint256 svn);
    error TdxQuoteVerifier_AttributesRefused(uint64 attributes);
    error TdxQuoteVerifier_ServiceTd(uint256 field, bytes32 start);
    error TdxQuoteVerifier_ImageRefused(bytes32 image);
    error TdxQuoteVerifier_WrongReportData(bytes32 high, bytes32 low);
    error TdxQuoteVerifier_PlatformRevoked(bytes32 platform, uint64 from);
    error TdxQuoteVerifier_IssuerRevoked(bytes32 issuer, uint64 from);

    /// @param registry_ The rules; fixed for good.
    /// @param rootX_ x of the root key that every chain must end in: Intel's, or that of a simulated PKI.
    /// @param rootY_ y of the root key.
    constructor(ITcbRegistry registry_, bytes32 rootX_, bytes32 rootY_) {
        if (!P256.isOnCurve(uint256(rootX_), uint256(rootY_))) revert TdxQuoteVerifier_BadRootKey(rootX_, rootY_);
        if (address(registry_).code.length == 0) revert TdxQuoteVerifier_BadRegistry(address(registry_));
        bool production = rootX_ == INTEL_X && rootY_ == INTEL_Y;
        if (!production && (block.chainid == 1 || block.chainid == 8453)) {
            revert TdxQuoteVerifier_ProductionChain(block.chainid);
        }
        if (production && registry_.delay() < LEAST_DELAY) {
            revert TdxQuoteVerifier_DelayTooShort(registry_.delay(), LEAST_DELAY);
        }
        (registry, rootX, rootY) = (registry_, rootX_, rootY_);
        usesPrecompile = P256.hasPrecompile();
    }

    /// @inheritdoc IQuoteVerifier
    function verify(bytes calldata evidence, bytes32 reportDataHigh, bytes32 reportDataLow)
        external
        view
        override
        returns (Claims memory claims)
    {
        return _judge(evidence, reportDataHigh, reportDataLow, uint64(block.timestamp));
    }

    /// @inheritdoc IQuoteVerifier
    function verifyAt(bytes calldata evidence, bytes32 reportDataHigh, bytes32 reportDataLow, uint64 time)
        external
        view
        override
        returns (Claims memory claims)
    {
        if (time > block.timestamp) revert TdxQuoteVerifier_FutureTime(time, uint64(block.timestamp));
        return _judge(evidence, reportDataHigh, reportDataLow, time);
    }

    /// @inheritdoc IQuoteVerifier
    function lapsedAt(bytes32 image, bytes32 platform) external view override returns (uint64) {
        return registry.lapsedAt(image, platform);
    }

    /// @inheritdoc IQuoteVerifier
    /// @dev Whatever does not end in Intel's root proves no hardware.
    function simulated() external view override returns (bool) {
        return rootX != INTEL_X || rootY != INTEL_Y;
    }

    function _judge(bytes memory data, bytes32 high, bytes32 low, uint64 time)
        private
        view
        returns (Claims memory claims)
    {
        Evidence.Parts memory parts = Evidence.read(data);
        TdQuote.Layout memory quote = TdQuote.read(data, parts.quoteStart, parts.quoteEnd);
        _checkReportData(data, quote, high, low);
        claims.image = _checkImage(data, quote, time);
        _checkTd(data, quote, time);
        Chain memory chain = _checkChain(data, parts, time);
        claims.platform = _checkStanding(chain, time);
        QeIdentity memory identity = _checkQe(data, quote, chain, time);
        uint64 validUntil = _checkTcb(data, quote, chain.platform, identity.evaluationNumber, time);
        _checkQuoteSignature(data, quote);
        claims.expiresAt = chain.notAfter + 1 < validUntil ? chain.notAfter + 1 : validUntil;
    }

    function _checkReportData(bytes memory data, TdQuote.Layout memory quote, bytes32 high, bytes32 low) private pure {
        bytes32 quotedHigh = Slices.word(data, quote.body + TdQuote.REPORT_DATA, 32);
        bytes32 quotedLow = Slices.word(data, quote.body + TdQuote.REPORT_DATA + 32, 32);
        if (quotedHigh != high || quotedLow != low) revert TdxQuoteVerifier_WrongReportData(quotedHigh, quotedLow);
    }

    /// @dev MRTD, RTMR0 to 2 and MRCONFIGID. RTMR3 differs between machines that run the same; MRCONFIGID names the application.
    function _checkImage(bytes memory data, TdQuote.Layout memory quote, uint64 time)
        private
        view
        returns (bytes32 image)
    {
        uint256 body = quote.body;
        image = keccak256(
            abi.encodePacked(
                Slices.word(data, body + TdQuote.MR_TD, 32),
                bytes16(Slices.word(data, body + TdQuote.MR_TD + 32, 16)),
                _registers(data, body + TdQuote.RTMR_0),
                Slices.word(data, body + TdQuote.MR_CONFIG_ID, 32),
                bytes16(Slices.word(data, body + TdQuote.MR_CONFIG_ID + 32, 16))
            )
        );
        if (!registry.isImageAllowedAt(image, time)) revert TdxQuoteVerifier_ImageRefused(image);
    }

    /// @dev RTMR0 to 2 lie side by side.
    function _registers(bytes memory data, uint256 position) private pure returns (bytes memory) {
        return abi.encodePacked(
            Slices.word(data, position, 32),
            Slices.word(data, position + 32, 32),
            Slices.word(data, position + 64, 32),
            Slices.word(data, position + 96, 32),
            bytes16(Slices.word(data, position + 128, 16))
        );
    }

    function _checkTd(bytes memory data, TdQuote.Layout memory quote, uint64 time) private view {
        uint256 body = quote.body;
        bytes8 seam = bytes8(Slices.word(data, body + TdQuote.SEAM_ATTRIBUTES, 8));
        if (seam != 0 || !Slices.isZero(data, body + TdQuote.MR_SIGNER_SEAM, TdQuote.MEASUREMENT)) {
            revert TdxQuoteVerifier_ModuleNotProduction(seam, Slices.word(data, body + TdQuote.MR_SIGNER_SEAM, 32));
        }
        uint64 attributes = Slices.uint64At(data, body + TdQuote.TD_ATTRIBUTES);
        if (attributes & TD_DEBUG != 0 || !registry.areAttributesAllowedAt(attributes, time)) {
            revert TdxQuoteVerifier_AttributesRefused(attributes);
        }
        // A service TD (migration) could carry the TD's state elsewhere. TD reports 1.0 have none of these fields.
        if (quote.bodySize > TdQuote.MR_SERVICE_TD) _checkNoServiceTd(data, body, TdQuote.MR_SERVICE_TD);
        if (quote.bodySize > TdQuote.CURRENT_SERVICE_TD) {
            _checkNoServiceTd(data, body, TdQuote.INIT_SERVICE_TD);
            _checkNoServiceTd(data, body, TdQuote.CURRENT_SERVICE_TD);
        }
    }

    function _checkNoServiceTd(bytes memory data, uint256 body, uint256 field) private pure {
        if (Slices.isZero(data, body + field, TdQuote.MEASUREMENT)) return;
        revert TdxQuoteVerifier_ServiceTd(field, Slices.word(data, body + field, 32));
    }

    function _checkChain(bytes memory data, Evidence.Parts memory parts, uint64 time)
        private
        view
        returns (Chain memory chain)
    {
        X509.Certificate memory leaf = X509.read(data, parts.leafStart, parts.leafEnd);
        X509.Certificate memory issuer = X509.read(data, parts.issuerStart, parts.issuerEnd);
        _checkRoles(data, leaf, issuer);
        if (leaf.issuer != issuer.subject) revert TdxQuoteVerifier_WrongIssuer(leaf.issuer, issuer.subject);
        _checkCertificate(data, issuer, rootX, rootY, time);
        _checkCertificate(data, leaf, issuer.x, issuer.y, time);
        chain.platform = PckExtension.read(data, leaf.sgxStart, leaf.sgxEnd);
        (chain.leafX, chain.leafY, chain.serialNumber) = (leaf.x, leaf.y, leaf.serialNumber);
        chain.issuer = keccak256(abi.encodePacked(issuer.x, issuer.y));
        chain.notAfter = leaf.notAfter < issuer.notAfter ? leaf.notAfter : issuer.notAfter;
    }

    function _checkRoles(bytes memory data, X509.Certificate memory leaf, X509.Certificate memory issuer) private pure {
        bool named = X509.nameContains(leaf, data, LEAF_NAME, 19);
        if (leaf.isAuthority || leaf.sgxEnd == 0 || !named) {
            revert TdxQuoteVerifier_NotAPckCertificate(leaf.isAuthority, leaf.sgxEnd != 0);
        }
        named = X509.nameContains(issuer, data, PLATFORM_CA_NAME, 19)
            || X509.nameContains(issuer, data, PROCESSOR_CA_NAME, 20);
        if (!issuer.isAuthority || !issuer.maySignCertificates || !named) {
            revert TdxQuoteVerifier_NotAPckAuthority(issuer.isAuthority, issuer.maySignCertificates);
        }
    }

    function _checkCertificate(bytes memory data, X509.Certificate memory c, bytes32 x, bytes32 y, uint64 time)
        private
        view
    {
        if (time < c.notBefore || time > c.notAfter) {
            revert TdxQuoteVerifier_OutsideValidity(c.notBefore, c.notAfter, time);
        }
        bytes32 digest = Slices.sha(data, c.tbsStart, c.tbsEnd);
        if (!P256.verify(digest, c.r, c.s, x, y, usesPrecompile)) {
            revert TdxQuoteVerifier_BadCertificateSignature(x, y, c.serialNumber);
        }
    }

    function _checkStanding(Chain memory chain, uint64 time) private view returns (bytes32 platform) {
        uint64 from = registry.issuerRevokedAt(chain.issuer);
        if (from != 0 && from <= time) revert TdxQuoteVerifier_IssuerRevoked(chain.issuer, from);
        platform = registry.platformId(chain.issuer, chain.serialNumber);
        from = registry.platformRevokedAt(platform);
        if (from != 0 && from <= time) revert TdxQuoteVerifier_PlatformRevoked(platform, from);
    }

    function _checkQe(bytes memory data, TdQuote.Layout memory quote, Chain memory chain, uint64 time)
        private
        view
        returns (QeIdentity memory identity)
    {
        bytes32 digest = Slices.sha(data, quote.qeReport, quote.qeReportSignature);
        (bytes32 r, bytes32 s) = _pair(data, quote.qeReportSignature);
        if (!P256.verify(digest, r, s, chain.leafX, chain.leafY, usesPrecompile)) {
            revert TdxQuoteVerifier_BadQeReportSignature(chain.leafX, chain.leafY);
        }
        _checkKeyBinding(data, quote);
        identity = registry.qeIdentityAt(time);
        if (identity.mrSigner == 0) revert TdxQuoteVerifier_NoQeIdentity(time);
        _checkQeIdentity(data, quote.qeReport, identity);
    }

    /// @dev The report's data: sha256(attestation key || authentication data), then zeros.
    function _checkKeyBinding(bytes memory data, TdQuote.Layout memory quote) private view {
        (bytes32 x, bytes32 y) = _pair(data, quote.attestationKey);
        uint256 start = quote.authentication;
        uint256 length = quote.authenticationEnd - start;
        Slices.check(data, start, length);
        bytes memory bound = new bytes(64 + length);
        assembly ("memory-safe") {
            mstore(add(bound, 32), x)
            mstore(add(bound, 64), y)
            mcopy(add(bound, 96), add(add(data, 32), start), length)
        }
        bytes32 expected = Slices.sha(bound, 0, bound.length);
        (bytes32 actual, bytes32 tail) = _pair(data, quote.qeReport + TdQuote.QE_REPORT_DATA);
        if (actual != expected) revert TdxQuoteVerifier_AttestationKeyNotBound(expected, actual);
        if (tail != 0) revert TdxQuoteVerifier_QeReportDataTail(tail);
    }

    function _checkQeIdentity(bytes memory data, uint256 report, QeIdentity memory identity) private pure {
        bytes16 attributes = bytes16(Slices.word(data, report + TdQuote.QE_ATTRIBUTES, 16));
        if (attributes & QE_DEBUG != 0) revert TdxQuoteVerifier_QeDebug(attributes);
        bytes4 miscSelect = bytes4(Slices.word(data, report + TdQuote.QE_MISC_SELECT, 4));
        if (
            (miscSelect ^ identity.miscSelect) & identity.miscSelectMask != 0
                || (attributes ^ identity.attributes) & identity.attributesMask != 0
        ) revert TdxQuoteVerifier_WrongQeSettings(miscSelect, attributes);
        bytes32 mrSigner = Slices.word(data, report + TdQuote.QE_MR_SIGNER, 32);
        uint16 product = Slices.uint16At(data, report + TdQuote.QE_PRODUCT_ID);
        uint16 svn = Slices.uint16At(data, report + TdQuote.QE_SVN);
        if (mrSigner != identity.mrSigner || product != identity.isvProdId || svn < identity.isvSvn) {
            revert TdxQuoteVerifier_WrongQe(mrSigner, product, svn);
        }
    }

    function _checkTcb(
        bytes memory data,
        TdQuote.Layout memory quote,
        PckExtension.Platform memory platform,
        uint32 qeNumber,
        uint64 time
    ) private view returns (uint64 validUntil) {
        TcbPolicy memory policy = registry.policyAt(platform.fmspc, time);
        if (policy.validUntil == 0) revert TdxQuoteVerifier_NoPolicy(platform.fmspc, time);
        if (time >= policy.validUntil) {
            revert TdxQuoteVerifier_PolicyExpired(platform.fmspc, policy.validUntil, time);
        }
        uint32 minimum = registry.minimumEvaluationNumberAt(time);
        if (policy.evaluationNumber < minimum || qeNumber < minimum) {
            revert TdxQuoteVerifier_EvaluationNumber(policy.evaluationNumber, qeNumber, minimum);
        }
        _checkPlatform(platform, policy);
        _checkModule(data, quote.body + TdQuote.TEE_TCB_SVN, policy);
        if (quote.bodySize > TdQuote.TEE_TCB_SVN_2) _checkModule(data, quote.body + TdQuote.TEE_TCB_SVN_2, policy);
        return policy.validUntil;
    }

    function _checkPlatform(PckExtension.Platform memory platform, TcbPolicy memory policy) private pure {
        if (platform.pceId != policy.pceId) revert TdxQuoteVerifier_WrongPceId(platform.pceId, policy.pceId);
        if (platform.pceSvn < policy.pceSvn) revert TdxQuoteVerifier_PceSvnTooLow(platform.pceSvn, policy.pceSvn);
        if (!_reaches(platform.components, policy.sgxComponents)) {
            revert TdxQuoteVerifier_SgxComponentsTooLow(platform.components, policy.sgxComponents);
        }
    }

    /// @dev All 16 components count (the strict rule), and the module's own SVN by its major version besides. Of a TD 1.5 both sets do:
    /// what was launched below the minimum stays below it, and what runs below it now is so.
    function _checkModule(bytes memory data, uint256 position, TcbPolicy memory policy) private pure {
        bytes16 svns = bytes16(Slices.word(data, position, 16));
        uint256 version = uint8(svns[1]);
        uint256 svn = uint8(svns[0]);
        bool listed = version < MODULE_VERSIONS && (policy.moduleVersions >> version) & 1 == 1;
        if (!listed || svn < uint8(policy.moduleSvns[version])) revert TdxQuoteVerifier_ModuleRefused(version, svn);
        if (!_reaches(svns, policy.tdxComponents)) {
            revert TdxQuoteVerifier_TdxComponentsTooLow(svns, policy.tdxComponents);
        }
    }

    function _checkQuoteSignature(bytes memory data, TdQuote.Layout memory quote) private view {
        bytes32 digest = Slices.sha(data, quote.start, quote.signedEnd);
        (bytes32 r, bytes32 s) = _pair(data, quote.signature);
        (bytes32 x, bytes32 y) = _pair(data, quote.attestationKey);
        if (!P256.verify(digest, r, s, x, y, usesPrecompile)) revert TdxQuoteVerifier_BadQuoteSignature(x, y);
    }

    function _pair(bytes memory data, uint256 position) private pure returns (bytes32 first, bytes32 second) {
        return (Slices.word(data, position, 32), Slices.word(data, position + 32, 32));
    }

    function _reaches(bytes16 actual, bytes16 minimum) private pure returns (bool) {
        for (uint256 i = 0; i < COMPONENTS; i++) {
            if (uint8(actual[i]) < uint8(minimum[i])) return false;
        }
        return true;
    }
}
