// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {QeIdentity, TcbPolicy} from "../types/Tcb.sol";

/// @title What evidence must show: images, attributes, TCB levels, the quoting enclave, revocations
/// @notice Whatever lets more pass waits for `delay` after it was queued in public; whatever lets less pass works from the next second
/// on. So what was judged in one second is never judged otherwise later: every view takes the second it is asked about, and what was in
/// force in a second that has begun does not change. (Only during the setup do changes work in the second they are made.)
/// Setup: for a day after deployment, or until `closeSetup`, the owner needs no delay. It cannot be opened again.
interface ITcbRegistry {
    event LooseningQueued(bytes32 indexed id, bytes call, uint64 readyAt);
    event LooseningCancelled(bytes32 indexed id);
    event LooseningApplied(bytes32 indexed id);
    event SetupClosed(uint64 time);
    event ImageAdded(bytes32 indexed image, uint64 from);
    event ImageDelisted(bytes32 indexed image, uint64 from);
    event AttributesAdded(uint64 indexed attributes, uint64 from);
    event AttributesRemoved(uint64 indexed attributes, uint64 from);
    event PolicySet(bytes6 indexed fmspc, uint64 from, TcbPolicy policy);
    event QeIdentitySet(uint64 from, QeIdentity identity);
    event MinimumEvaluationNumberRaised(uint32 number, uint64 from);
    event PlatformRevoked(bytes32 indexed platform, uint64 from);
    event IssuerRevoked(bytes32 indexed issuer, uint64 from);
    event RevokerSet(address indexed revoker);
    event OwnershipOffered(address indexed owner, address indexed pendingOwner);
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    error TcbRegistry_OnlyOwner(address caller);
    error TcbRegistry_OnlyOwnerOrRevoker(address caller);
    error TcbRegistry_NotALoosening(bytes4 selector);
    error TcbRegistry_NotQueued(bytes32 id);
    error TcbRegistry_NotReady(bytes32 id, uint64 readyAt, uint64 nowAt);
    error TcbRegistry_Stale(bytes32 id, uint64 staleAt, uint64 nowAt);
    error TcbRegistry_SetupIsClosed();
    error TcbRegistry_ImageKnown(bytes32 image, uint64 from, uint64 until);
    error TcbRegistry_ImageNotListed(bytes32 image);
    error TcbRegistry_DebugAttributes(uint64 attributes);
    error TcbRegistry_AttributesUnchanged(uint64 attributes, bool allowed);
    error TcbRegistry_BadPolicy(bytes6 fmspc, uint32 moduleVersions, uint64 validUntil);
    error TcbRegistry_NoPolicy(bytes6 fmspc);
    error TcbRegistry_NoQeIdentity();
    /// @notice A tightening that would let something pass that does not pass now; `rule` names the field.
    error TcbRegistry_Loosens(string rule, uint256 next, uint256 present);
    error TcbRegistry_AlreadyRevoked(bytes32 id, uint64 from);
    error TcbRegistry_IssuerNotRevoked(bytes32 issuer);

    /// @notice Announces a loosening: the very call (selector and arguments) that the owner will make after `delay`. Only the owner.
    /// @return id keccak256 of the call.
    function queue(bytes calldata call) external returns (bytes32 id);

    /// @notice Drops a queued loosening. Only the owner.
    function cancel(bytes32 id) external;

    /// @notice Ends the setup for good. Only the owner.
    function closeSetup() external;

    /// @notice Loosening: lists an image. An image that was de-listed cannot come back. Only the owner.
    function addImage(bytes32 image) external;

    /// @notice Loosening: lets TDs with exactly these TD_ATTRIBUTES (little-endian number) pass; never with DEBUG. Only the owner.
    function addAttributes(uint64 attributes) external;

    /// @notice Loosening: sets what a platform family must have reached. Only the owner.
    function setPolicy(bytes6 fmspc, TcbPolicy calldata policy) external;

    /// @notice Loosening: sets which quoting enclave counts. Only the owner.
    function setQeIdentity(QeIdentity calldata identity) external;

    /// @notice De-lists an image for good: its keys lapse. Only the owner.
    function delistImage(bytes32 image) external;

    /// @notice Takes a value of TD_ATTRIBUTES off the list. Only the owner.
    function removeAttributes(uint64 attributes) external;

    /// @notice Replaces a family's policy by one that lets nothing new pass: every minimum at least the present one, no new module
    /// version, the same PCEID, no later end; a policy whose number is below the minimum stays below it. Only the owner.
    function raisePolicy(bytes6 fmspc, TcbPolicy calldata policy) external;

    /// @notice Raises the quoting enclave's minimum version and the evaluation number; one below the minimum stays below it. Only the owner.
    function raiseQeIdentity(uint16 isvSvn, uint32 evaluationNumber) external;

    /// @notice Raises the evaluation number below which neither policy nor QE identity counts. Only the owner.
    function raiseMinimumEvaluationNumber(uint32 number) external;

    /// @notice Revokes a platform (one PCK certificate) for good: its keys lapse. The owner or the revoker.
    function revokePlatform(bytes32 platform) external;

    /// @notice Revokes a CA by keccak256 of its public key x || y: nothing that it issued passes any more. The owner or the revoker.
    function revokeIssuer(bytes32 issuer) external;

    /// @notice Revokes a platform of a revoked CA, so that its keys lapse. Anyone.
    function revokePlatformOf(bytes32 issuer, uint256 serialNumber) external;

    /// @notice Lets a contract revoke, for instance one that judges revocation lists; zero for none. Only the owner.
    function setRevoker(address revoker) external;

    /// @notice Offers the ownership; the new owner takes it by `acceptOwnership`. Only the owner.
    function offerOwnership(address newOwner) external;

    /// @notice Takes an offered ownership.
    function acceptOwnership() external;

    /// @notice Gives the ownership up for good: nothing can be changed then, and policies end at their `validUntil`. Only the owner.
    function renounceOwnership() external;

    function owner() external view returns (address);
    function pendingOwner() external view returns (address);
    function revoker() external view returns (address);
    /// @notice Seconds that a loosening waits.
    function delay() external view returns (uint64);
    /// @notice When this registry was deployed.
    function createdAt() external view returns (uint64);
    /// @notice Whether the owner still needs no delay.
    function isSetupOpen() external view returns (bool);
    /// @notice When a queued loosening can be applied, zero if it is not queued; it goes stale 30 days later.
    function readyAt(bytes32 id) external view returns (uint64);
    /// @notice From when and until when an image was listed: `until` is zero while it is; both are zero if it never was.
    function imageListing(bytes32 image) external view returns (uint64 from, uint64 until);
    function isImageAllowedAt(bytes32 image, uint64 time) external view returns (bool);
    function areAttributesAllowedAt(uint64 attributes, uint64 time) external view returns (bool);
    /// @notice The policy of a family in force at `time`; all zero if there is none.
    function policyAt(bytes6 fmspc, uint64 time) external view returns (TcbPolicy memory);
    /// @notice The QE identity in force at `time`; all zero if there is none.
    function qeIdentityAt(uint64 time) external view returns (QeIdentity memory);
    function minimumEvaluationNumberAt(uint64 time) external view returns (uint32);
    /// @notice First second from which a platform is revoked; zero if it is not.
    function platformRevokedAt(bytes32 platform) external view returns (uint64);
    /// @notice First second from which a CA is revoked; zero if it is not.
    function issuerRevokedAt(bytes32 issuer) external view returns (uint64);
    /// @notice keccak256(abi.encode(issuer, serialNumber)), `issuer` as in `revokeIssuer`.
    function platformId(bytes32 issuer, uint256 serialNumber) external pure returns (bytes32);
    /// @notice When an image or a platform fell out of favour, the earlier of the two; zero while both are in good standing. An image
    /// that was never listed fell out when this registry was deployed.
    function lapsedAt(bytes32 image, bytes32 platform) external view returns (uint64);
}
