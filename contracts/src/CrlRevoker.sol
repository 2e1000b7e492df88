// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICrlRevoker} from "./interfaces/ICrlRevoker.sol";
import {ITcbRegistry} from "./interfaces/ITcbRegistry.sol";

import {P256} from "./libraries/P256.sol";
import {RevocationList} from "./libraries/RevocationList.sol";
import {Slices} from "./libraries/Slices.sol";
import {X509} from "./libraries/X509.sol";

/// @title Revokes what Intel's revocation lists name
/// @notice See `ICrlRevoker`.
contract CrlRevoker is ICrlRevoker {
    uint256 private constant MOST_AT_ONCE = 256;

    ITcbRegistry public immutable override registry;
    bytes32 private immutable _rootX;
    bytes32 private immutable _rootY;
    bool private immutable _usesPrecompile;

    /// @param registry_ Must name this contract as its revoker before anything can be revoked.
    /// @param rootX x of the root key, the same that the quote verifier pins.
    /// @param rootY y of the root key.
    constructor(ITcbRegistry registry_, bytes32 rootX, bytes32 rootY) {
        if (!P256.isOnCurve(uint256(rootX), uint256(rootY))) revert CrlRevoker_BadRootKey(rootX, rootY);
        (registry, _rootX, _rootY) = (registry_, rootX, rootY);
        _usesPrecompile = P256.hasPrecompile();
    }

    /// @inheritdoc ICrlRevoker
    function revokePlatforms(bytes calldata list, bytes calldata authority, uint256[] calldata serialNumbers)
        external
        override
        returns (uint256 revoked)
    {
        if (serialNumbers.length > MOST_AT_ONCE) revert CrlRevoker_TooMany(serialNumbers.length, MOST_AT_ONCE);
        X509.Certificate memory ca = _readAuthority(authority);
        _checkList(list, ca.x, ca.y, ca.subject, serialNumbers);
        bytes32 issuer = keccak256(abi.encodePacked(ca.x, ca.y));
        for (uint256 i = 0; i < serialNumbers.length; i++) {
            bytes32 platform = registry.platformId(issuer, serialNumbers[i]);
            if (registry.platformRevokedAt(platform) != 0) continue;
            registry.revokePlatform(platform);
            revoked++;
        }
    }

    /// @inheritdoc ICrlRevoker
    function revokeAuthority(bytes calldata list, bytes calldata authority) external override returns (bytes32 issuer) {
        X509.Certificate memory ca = _readAuthority(authority);
        uint256[] memory serialNumbers = new uint256[](1);
        serialNumbers[0] = ca.serialNumber;
        // The root's list bears the name that stands as issuer in the certificate.
        _checkList(list, _rootX, _rootY, ca.issuer, serialNumbers);
        issuer = keccak256(abi.encodePacked(ca.x, ca.y));
        registry.revokeIssuer(issuer);
    }

    /// @dev Its dates do not matter: what it issued may outlive it.
    function _readAuthority(bytes memory der) private view returns (X509.Certificate memory ca) {
        ca = X509.read(der, 0, der.length);
        if (!ca.isAuthority || !ca.maySignLists) revert CrlRevoker_NotAnAuthority(ca.isAuthority, ca.maySignLists);
        bytes32 digest = Slices.sha(der, ca.tbsStart, ca.tbsEnd);
        if (!P256.verify(digest, ca.r, ca.s, _rootX, _rootY, _usesPrecompile)) {
            revert CrlRevoker_BadCertificateSignature(ca.serialNumber);
        }
    }

    function _checkList(bytes memory der, bytes32 x, bytes32 y, bytes32 subject, uint256[] memory serialNumbers)
        private
        view
    {
        RevocationList.List memory list = RevocationList.read(der);
        if (list.issuer != subject) revert CrlRevoker_ListOfAnother(list.issuer, subject);
        if (list.thisUpdate > block.timestamp) {
            revert CrlRevoker_ListFromTheFuture(list.thisUpdate, uint64(block.timestamp));
        }
        bytes32 digest = Slices.sha(der, list.tbsStart, list.tbsEnd);
        if (!P256.verify(digest, list.r, list.s, x, y, _usesPrecompile)) revert CrlRevoker_BadListSignature(x, y);
        uint256 found = RevocationList.find(list, der, serialNumbers);
        for (uint256 i = 0; i < serialNumbers.length; i++) {
            if ((found >> i) & 1 == 0) revert CrlRevoker_NotOnTheList(serialNumbers[i]);
        }
    }
}
