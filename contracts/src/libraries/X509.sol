// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Der} from "./Der.sol";
import {Slices} from "./Slices.sol";

/// @title The certificates of a quote
/// @notice X.509 v3 (RFC 5280) with P-256 keys, signed by ECDSA with SHA-256; no repeated extension, no unknown critical one. Reading
/// says nothing about trust: signatures, dates and roles are the caller's to check.
library X509 {
    /// @notice What the quote rules look at. Positions are absolute in the data that was read.
    struct Certificate {
        uint256 tbsStart;
        uint256 tbsEnd;
        bytes32 r;
        bytes32 s;
        uint256 serialNumber;
        /// keccak256 of the encoded names.
        bytes32 issuer;
        bytes32 subject;
        /// The subject's common name; both zero without one.
        uint256 nameStart;
        uint256 nameEnd;
        /// First and last second of validity.
        uint64 notBefore;
        uint64 notAfter;
        bytes32 x;
        bytes32 y;
        bool isAuthority;
        bool maySignCertificates;
        bool maySignLists;
        /// Contents of Intel's SGX extension; both zero without one.
        uint256 sgxStart;
        uint256 sgxEnd;
    }

    /// @dev Object identifiers in the form of `Der.objectIdentifier`.
    bytes32 internal constant ECDSA_WITH_SHA256 = bytes32(hex"2a8648ce3d040302") | bytes32(uint256(8));
    bytes32 internal constant EC_PUBLIC_KEY = bytes32(hex"2a8648ce3d0201") | bytes32(uint256(7));
    bytes32 internal constant P256_CURVE = bytes32(hex"2a8648ce3d030107") | bytes32(uint256(8));
    bytes32 internal constant COMMON_NAME = bytes32(hex"550403") | bytes32(uint256(3));
    bytes32 internal constant SUBJECT_KEY_IDENTIFIER = bytes32(hex"551d0e") | bytes32(uint256(3));
    bytes32 internal constant KEY_USAGE = bytes32(hex"551d0f") | bytes32(uint256(3));
    bytes32 internal constant BASIC_CONSTRAINTS = bytes32(hex"551d13") | bytes32(uint256(3));
    bytes32 internal constant CRL_DISTRIBUTION_POINTS = bytes32(hex"551d1f") | bytes32(uint256(3));
    bytes32 internal constant AUTHORITY_KEY_IDENTIFIER = bytes32(hex"551d23") | bytes32(uint256(3));
    bytes32 internal constant SGX_EXTENSION = bytes32(hex"2a864886f84d010d01") | bytes32(uint256(9));

    uint256 private constant VERSION_TAG = 0xa0;
    uint256 private constant EXTENSIONS_TAG = 0xa3;
    uint256 private constant VERSION_3 = 2;
    uint256 private constant MOST_EXTENSIONS = 16;
    /// @dev An uncompressed point in a BIT STRING: 0x04, x, y.
    uint256 private constant POINT_LENGTH = 65;

    error X509_NotVersion3(uint256 version);
    error X509_NotEcdsaSha256(bytes32 algorithm);
    error X509_NotP256(bytes32 algorithm, bytes32 curve);
    error X509_BadPoint(uint256 length, uint256 form);
    error X509_TooManyExtensions(uint256 most);
    error X509_RepeatedExtension(bytes32 id);
    error X509_UnknownCriticalExtension(bytes32 id);

    /// @notice Reads the certificate that fills the bytes from `start` up to `end`.
    function read(bytes memory data, uint256 start, uint256 end) internal pure returns (Certificate memory c) {
        (uint256 position, uint256 next) = Der.enter(data, start, end, Der.SEQUENCE);
        Der.finish(next, end);
        c.tbsStart = position;
        (position, c.tbsEnd) = Der.enter(data, position, end, Der.SEQUENCE);
        _readTbs(c, data, position, c.tbsEnd);
        position = readAlgorithm(data, c.tbsEnd, end);
        (c.r, c.s) = readSignature(data, position, end);
    }

    /// @notice Reverts unless the algorithm at `position` is ecdsa-with-SHA256; returns the position behind it.
    function readAlgorithm(bytes memory data, uint256 position, uint256 end) internal pure returns (uint256 next) {
        bytes32 id;
        (position, next) = Der.enter(data, position, end, Der.SEQUENCE);
        (id, position) = Der.objectIdentifier(data, position, next);
        if (id != ECDSA_WITH_SHA256) revert X509_NotEcdsaSha256(id);
        Der.finish(position, next);
    }

    /// @notice The signature that ends a certificate or a list: a BIT STRING that holds SEQUENCE { r, s }.
    function readSignature(bytes memory data, uint256 position, uint256 end)
        internal
        pure
        returns (bytes32 r, bytes32 s)
    {
        (uint256 start, uint256 next, uint256 unused) = Der.bits(data, position, end);
        if (unused != 0) revert Der.Der_BadBits(position, unused);
        Der.finish(next, end);
        (position, next) = Der.enter(data, start, end, Der.SEQUENCE);
        Der.finish(next, end);
        uint256 number;
        (number, position) = Der.unsigned(data, position, end);
        r = bytes32(number);
        (number, position) = Der.unsigned(data, position, end);
        s = bytes32(number);
        Der.finish(position, end);
    }

    /// @notice Whether `text` (at most 32 bytes, left-aligned) is in the common name.
    function nameContains(Certificate memory c, bytes memory data, bytes32 text, uint256 length)
        internal
        pure
        returns (bool)
    {
        for (uint256 position = c.nameStart; position + length <= c.nameEnd; position++) {
            if (Slices.word(data, position, length) == text) return true;
        }
        return false;
    }

    function _readTbs(Certificate memory c, bytes memory data, uint256 position, uint256 end) private pure {
        position = _readVersion(data, position, end);
        (c.serialNumber, position) = Der.unsigned(data, position, end);
        position = readAlgorithm(data, position, end);
        uint256 next;
        (, next) = Der.enter(data, position, end, Der.SEQUENCE);
        c.issuer = Slices.keccak(data, position, next);
        position = _readValidity(c, data, next, end);
        (, next) = Der.enter(data, position, end, Der.SEQUENCE);
        c.subject = Slices.keccak(data, position, next);
        _readName(c, data, position, next);
        position = _readPublicKey(c, data, next, end);
        _readExtensions(c, data, position, end);
    }

    function _readVersion(bytes memory data, uint256 position, uint256 end) private pure returns (uint256 next) {
        uint256 version;
        (position, next) = Der.enter(data, position, end, VERSION_TAG);
        (version, position) = Der.unsigned(data, position, next);
        if (version != VERSION_3) revert X509_NotVersion3(version);
        Der.finish(position, next);
    }

    function _readValidity(Certificate memory c, bytes memory data, uint256 position, uint256 end)
        private
        pure
        returns (uint256 next)
    {
        (position, next) = Der.enter(data, position, end, Der.SEQUENCE);
        (c.notBefore, position) = Der.time(data, position, next);
        (c.notAfter, position) = Der.time(data, position, next);
        Der.finish(position, next);
    }

    /// @dev The last common name counts, as in the C# reader; real names have one.
    function _readName(Certificate memory c, bytes memory data, uint256 position, uint256 end) private pure {
        (position,) = Der.enter(data, position, end, Der.SEQUENCE);
        while (position < end) {
            uint256 set;
            (set, position) = Der.enter(data, position, end, Der.SET);
            while (set < position) {
                uint256 attribute;
                (attribute, set) = Der.enter(data, set, position, Der.SEQUENCE);
                _readAttribute(c, data, attribute, set);
            }
        }
    }

    function _readAttribute(Certificate memory c, bytes memory data, uint256 position, uint256 end) private pure {
        bytes32 id;
        (id, position) = Der.objectIdentifier(data, position, end);
        (uint256 tag, uint256 start, uint256 next) = Der.read(data, position, end);
        Der.finish(next, end);
        if (id != COMMON_NAME) return;
        if (tag != Der.UTF8_STRING && tag != Der.PRINTABLE_STRING) {
            revert Der.Der_BadTag(position, tag, Der.UTF8_STRING);
        }
        (c.nameStart, c.nameEnd) = (start, next);
    }

    function _readPublicKey(Certificate memory c, bytes memory data, uint256 position, uint256 end)
        private
        pure
        returns (uint256 next)
    {
        (position, next) = Der.enter(data, position, end, Der.SEQUENCE);
        position = _readKeyAlgorithm(data, position, next);
        (uint256 start, uint256 behind, uint256 unused) = Der.bits(data, position, next);
        Der.finish(behind, next);
        uint256 form = Slices.byteAt(data, start);
        if (unused != 0 || behind - start != POINT_LENGTH || form != 4) revert X509_BadPoint(behind - start, form);
        c.x = Slices.word(data, start + 1, 32);
        c.y = Slices.word(data, start + 33, 32);
    }

    function _readKeyAlgorithm(bytes memory data, uint256 position, uint256 end) private pure returns (uint256 next) {
        bytes32 algorithm;
        bytes32 curve;
        (position, next) = Der.enter(data, position, end, Der.SEQUENCE);
        (algorithm, position) = Der.objectIdentifier(data, position, next);
        (curve, position) = Der.objectIdentifier(data, position, next);
        if (algorithm != EC_PUBLIC_KEY || curve != P256_CURVE) revert X509_NotP256(algorithm, curve);
        Der.finish(position, next);
    }

    function _readExtensions(Certificate memory c, bytes memory data, uint256 position, uint256 end) private pure {
        uint256 next;
        (position, next) = Der.enter(data, position, end, EXTENSIONS_TAG);
        Der.finish(next, end);
        (position, next) = Der.enter(data, position, end, Der.SEQUENCE);
        Der.finish(next, end);
        bytes32[] memory seen = new bytes32[](MOST_EXTENSIONS);
        for (uint256 count = 0; position < end; count++) {
            if (count == MOST_EXTENSIONS) revert X509_TooManyExtensions(MOST_EXTENSIONS);
            (next, position) = Der.enter(data, position, end, Der.SEQUENCE);
            seen[count] = _readExtension(c, data, next, position);
            for (uint256 i = 0; i < count; i++) {
                if (seen[i] == seen[count]) revert X509_RepeatedExtension(seen[i]);
            }
        }
    }

    function _readExtension(Certificate memory c, bytes memory data, uint256 position, uint256 end)
        private
        pure
        returns (bytes32 id)
    {
        bool critical;
        (id, position) = Der.objectIdentifier(data, position, end);
        if (Der.peek(data, position, end) == Der.BOOLEAN) (critical, position) = Der.boolean(data, position, end);
        (uint256 start, uint256 next) = Der.enter(data, position, end, Der.OCTET_STRING);
        Der.finish(next, end);
        if (id == BASIC_CONSTRAINTS) _readBasicConstraints(c, data, start, next);
        else if (id == KEY_USAGE) _readKeyUsage(c, data, start, next);
        else if (id == SGX_EXTENSION) (c.sgxStart, c.sgxEnd) = (start, next);
        else if (critical && !_isIgnored(id)) revert X509_UnknownCriticalExtension(id);
    }

    function _isIgnored(bytes32 id) private pure returns (bool) {
        return id == SUBJECT_KEY_IDENTIFIER || id == AUTHORITY_KEY_IDENTIFIER || id == CRL_DISTRIBUTION_POINTS;
    }

    function _readBasicConstraints(Certificate memory c, bytes memory data, uint256 position, uint256 end)
        private
        pure
    {
        uint256 next;
        (position, next) = Der.enter(data, position, end, Der.SEQUENCE);
        Der.finish(next, end);
        if (Der.peek(data, position, end) == Der.BOOLEAN) (c.isAuthority, position) = Der.boolean(data, position, end);
        // The path length allows any chain here: the leaf below it is never an authority.
        if (position < end) (, position) = Der.unsigned(data, position, end);
        Der.finish(position, end);
    }

    /// @dev Bit 5 of the string (0x04) is keyCertSign, bit 6 (0x02) is cRLSign.
    function _readKeyUsage(Certificate memory c, bytes memory data, uint256 position, uint256 end) private pure {
        (uint256 start, uint256 next,) = Der.bits(data, position, end);
        Der.finish(next, end);
        if (start == next) return;
        uint256 usage = Slices.byteAt(data, start);
        c.maySignCertificates = usage & 0x04 != 0;
        c.maySignLists = usage & 0x02 != 0;
    }
}
