// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Der} from "./Der.sol";
import {Slices} from "./Slices.sol";
import {X509} from "./X509.sol";

/// @title X.509 revocation lists, version 2 (RFC 5280, section 5), signed by ECDSA-P256 with SHA-256
/// @notice Reading says nothing about trust: the signature and whose list it is are the caller's to check.
library RevocationList {
    /// @notice Positions are absolute in the data that was read.
    struct List {
        uint256 tbsStart;
        uint256 tbsEnd;
        bytes32 r;
        bytes32 s;
        /// keccak256 of the issuer's encoded name.
        bytes32 issuer;
        uint64 thisUpdate;
        /// The entries; both equal where nothing is revoked.
        uint256 entriesStart;
        uint256 entriesEnd;
    }

    uint256 private constant VERSION_2 = 1;
    uint256 private constant EXTENSIONS_TAG = 0xa0;

    error RevocationList_BadVersion(uint256 version);
    error RevocationList_CriticalExtension(bytes32 id);

    /// @notice Reads the list that fills the whole data.
    function read(bytes memory data) internal pure returns (List memory l) {
        (uint256 position, uint256 end) = Der.enter(data, 0, data.length, Der.SEQUENCE);
        Der.finish(end, data.length);
        l.tbsStart = position;
        (position, l.tbsEnd) = Der.enter(data, position, end, Der.SEQUENCE);
        _readTbs(l, data, position, l.tbsEnd);
        position = X509.readAlgorithm(data, l.tbsEnd, end);
        (l.r, l.s) = X509.readSignature(data, position, end);
    }

    /// @notice Which of the serial numbers (at most 256) are on the list: bit i for number i.
    function find(List memory l, bytes memory data, uint256[] memory serialNumbers)
        internal
        pure
        returns (uint256 found)
    {
        uint256 position = l.entriesStart;
        while (position < l.entriesEnd) {
            uint256 entry;
            uint256 serialNumber;
            (entry, position) = Der.enter(data, position, l.entriesEnd, Der.SEQUENCE);
            (serialNumber,) = Der.unsigned(data, entry, position);
            for (uint256 i = 0; i < serialNumbers.length; i++) {
                if (serialNumbers[i] == serialNumber) found |= 1 << i;
            }
        }
    }

    function _readTbs(List memory l, bytes memory data, uint256 position, uint256 end) private pure {
        uint256 next;
        uint256 version;
        (version, position) = Der.unsigned(data, position, end);
        if (version != VERSION_2) revert RevocationList_BadVersion(version);
        position = X509.readAlgorithm(data, position, end);
        (, next) = Der.enter(data, position, end, Der.SEQUENCE);
        l.issuer = Slices.keccak(data, position, next);
        (l.thisUpdate, position) = Der.time(data, next, end);
        uint256 tag = Der.peek(data, position, end);
        if (tag == Der.UTC_TIME || tag == Der.GENERALIZED_TIME) (, position) = Der.time(data, position, end);
        if (Der.peek(data, position, end) == Der.SEQUENCE) {
            (l.entriesStart, l.entriesEnd) = Der.enter(data, position, end, Der.SEQUENCE);
            position = l.entriesEnd;
        }
        if (position < end) position = _readExtensions(data, position, end);
        Der.finish(position, end);
    }

    /// @dev A critical extension (a delta list, an indirect list) changes what an entry means.
    function _readExtensions(bytes memory data, uint256 position, uint256 end) private pure returns (uint256 next) {
        (position, next) = Der.enter(data, position, end, EXTENSIONS_TAG);
        (position, end) = Der.enter(data, position, next, Der.SEQUENCE);
        Der.finish(end, next);
        while (position < end) {
            uint256 extension;
            bytes32 id;
            (extension, position) = Der.enter(data, position, end, Der.SEQUENCE);
            (id, extension) = Der.objectIdentifier(data, extension, position);
            if (Der.peek(data, extension, position) != Der.BOOLEAN) continue;
            (bool critical,) = Der.boolean(data, extension, position);
            if (critical) revert RevocationList_CriticalExtension(id);
        }
    }
}
