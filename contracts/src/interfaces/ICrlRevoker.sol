// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITcbRegistry} from "./ITcbRegistry.sol";

/// @title Revocation by Intel's own lists
/// @notice Anyone brings a signed revocation list, and what it names is revoked in the registry, whose revoker this contract is. A list
/// that has run out still proves what it names: a revoked certificate does not come back.
interface ICrlRevoker {
    error CrlRevoker_BadRootKey(bytes32 x, bytes32 y);
    error CrlRevoker_NotAnAuthority(bool isAuthority, bool maySignLists);
    error CrlRevoker_BadCertificateSignature(uint256 serialNumber);
    error CrlRevoker_BadListSignature(bytes32 signerX, bytes32 signerY);
    error CrlRevoker_ListOfAnother(bytes32 issuerOfList, bytes32 subject);
    error CrlRevoker_ListFromTheFuture(uint64 thisUpdate, uint64 nowAt);
    error CrlRevoker_NotOnTheList(uint256 serialNumber);
    error CrlRevoker_TooMany(uint256 count, uint256 most);

    /// @notice Revokes PCK certificates. Those that are revoked already are left as they are. Anyone.
    /// @param list The CA's revocation list, DER.
    /// @param authority The certificate of the CA that issued the PCK certificates and signed the list, DER.
    /// @param serialNumbers Which to revoke, at most 256; all must be on the list.
    /// @return revoked How many were not revoked before.
    function revokePlatforms(bytes calldata list, bytes calldata authority, uint256[] calldata serialNumbers)
        external
        returns (uint256 revoked);

    /// @notice Revokes a CA whose certificate is on the root's revocation list. Anyone.
    /// @return issuer keccak256 of the CA's public key.
    function revokeAuthority(bytes calldata list, bytes calldata authority) external returns (bytes32 issuer);

    function registry() external view returns (ITcbRegistry);
}
