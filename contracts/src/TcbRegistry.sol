// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITcbRegistry} from "./interfaces/ITcbRegistry.sol";

import {QeIdentity, TcbPolicy} from "./types/Tcb.sol";

/// @title Images, attributes, TCB policies and revocations of one network
/// @notice See `ITcbRegistry`.
contract TcbRegistry is ITcbRegistry {
    struct Listing {
        uint64 from;
        uint64 until;
    }

    /// @dev Entry i of a history is in force from second `since[i]` on; seconds never fall from one entry to the next.
    struct PolicyHistory {
        uint64[] since;
        mapping(uint256 => TcbPolicy) policies;
    }

    struct QeHistory {
        uint64[] since;
        mapping(uint256 => QeIdentity) identities;
    }

    struct NumberHistory {
        uint64[] since;
        mapping(uint256 => uint32) numbers;
    }

    uint64 private constant SETUP_PERIOD = 1 days;
    /// @dev A queued loosening that nobody applied must be announced again: otherwise the delay could be spent in advance.
    uint64 private constant STALE_AFTER = 30 days;
    uint64 private constant DEBUG_BIT = 1;
    uint256 private constant COMPONENTS = 16;

    uint64 public immutable override delay;
    uint64 public immutable override createdAt;

    address public override owner;
    address public override pendingOwner;
    address public override revoker;
    bool private _setupClosed;
    mapping(bytes32 => uint64) public override readyAt;
    mapping(bytes32 => uint64) public override platformRevokedAt;
    mapping(bytes32 => uint64) public override issuerRevokedAt;
    mapping(bytes32 => Listing) private _images;
    /// @dev Seconds at which a value was added and removed by turns.
    mapping(uint64 => uint64[]) private _attributes;
    mapping(bytes6 => PolicyHistory) private _policies;
    QeHistory private _identities;
    NumberHistory private _minimum;

    modifier onlyOwner() {
        _checkOwner();
        _;
    }

    /// @dev During the setup at once, afterwards only a call that has waited since it was queued.
    modifier loosening() {
        _checkOwner();
        if (!isSetupOpen()) _useQueued(keccak256(msg.data));
        _;
    }

    modifier onlyOwnerOrRevoker() {
        if (msg.sender != owner && msg.sender != revoker) revert TcbRegistry_OnlyOwnerOrRevoker(msg.sender);
        _;
    }

    /// @param initialOwner Who may change the registry.
    /// @param looseningDelay Seconds from queueing a loosening to its effect; zero only makes sense on development networks.
    constructor(address initialOwner, uint64 looseningDelay) {
        owner = initialOwner;
        delay = looseningDelay;
        createdAt = uint64(block.timestamp);
        emit OwnershipTransferred(address(0), initialOwner);
    }

    /// @inheritdoc ITcbRegistry
    function queue(bytes calldata call) external override onlyOwner returns (bytes32 id) {
        bytes4 selector = bytes4(call);
        bool known = selector == this.addImage.selector || selector == this.addAttributes.selector
            || selector == this.setPolicy.selector || selector == this.setQeIdentity.selector;
        if (!known) revert TcbRegistry_NotALoosening(selector);
        id = keccak256(call);
        readyAt[id] = uint64(block.timestamp) + delay;
        emit LooseningQueued(id, call, readyAt[id]);
    }

    /// @inheritdoc ITcbRegistry
    function cancel(bytes32 id) external override onlyOwner {
        if (readyAt[id] == 0) revert TcbRegistry_NotQueued(id);
        delete readyAt[id];
        emit LooseningCancelled(id);
    }

    /// @inheritdoc ITcbRegistry
    function closeSetup() external override onlyOwner {
        if (!isSetupOpen()) revert TcbRegistry_SetupIsClosed();
        _setupClosed = true;
        emit SetupClosed(uint64(block.timestamp));
    }

    /// @inheritdoc ITcbRegistry
    function addImage(bytes32 image) external override loosening {
        Listing storage listing = _images[image];
        if (listing.from != 0) revert TcbRegistry_ImageKnown(image, listing.from, listing.until);
        listing.from = _effective();
        emit ImageAdded(image, listing.from);
    }

    /// @inheritdoc ITcbRegistry
    function addAttributes(uint64 attributes) external override loosening {
        if (attributes & DEBUG_BIT != 0) revert TcbRegistry_DebugAttributes(attributes);
        _switchAttributes(attributes, true);
        emit AttributesAdded(attributes, _effective());
    }

    /// @inheritdoc ITcbRegistry
    function setPolicy(bytes6 fmspc, TcbPolicy calldata policy) external override loosening {
        if (policy.moduleVersions == 0 || policy.validUntil <= block.timestamp) {
            revert TcbRegistry_BadPolicy(fmspc, policy.moduleVersions, policy.validUntil);
        }
        _storePolicy(fmspc, policy);
    }

    /// @inheritdoc ITcbRegistry
    function setQeIdentity(QeIdentity calldata identity) external override loosening {
        _storeIdentity(identity);
    }

    /// @inheritdoc ITcbRegistry
    function delistImage(bytes32 image) external override onlyOwner {
        Listing storage listing = _images[image];
        if (listing.from == 0 || listing.until != 0) revert TcbRegistry_ImageNotListed(image);
        listing.until = _effective();
        emit ImageDelisted(image, listing.until);
    }

    /// @inheritdoc ITcbRegistry
    function removeAttributes(uint64 attributes) external override onlyOwner {
        _switchAttributes(attributes, false);
        emit AttributesRemoved(attributes, _effective());
    }

    /// @inheritdoc ITcbRegistry
    function raisePolicy(bytes6 fmspc, TcbPolicy calldata policy) external override onlyOwner {
        uint256 count = _policies[fmspc].since.length;
        if (count == 0) revert TcbRegistry_NoPolicy(fmspc);
        TcbPolicy memory present = _policies[fmspc].policies[count - 1];
        _checkRaise(policy, present);
        _checkNotRevived(policy.evaluationNumber, present.evaluationNumber);
        _storePolicy(fmspc, policy);
    }

    /// @inheritdoc ITcbRegistry
    function raiseQeIdentity(uint16 isvSvn, uint32 evaluationNumber) external override onlyOwner {
        uint256 count = _identities.since.length;
        if (count == 0) revert TcbRegistry_NoQeIdentity();
        QeIdentity memory identity = _identities.identities[count - 1];
        _checkNotBelow("isvSvn", isvSvn, identity.isvSvn);
        _checkNotBelow("evaluationNumber", evaluationNumber, identity.evaluationNumber);
        _checkNotRevived(evaluationNumber, identity.evaluationNumber);
        (identity.isvSvn, identity.evaluationNumber) = (isvSvn, evaluationNumber);
        _storeIdentity(identity);
    }

    /// @inheritdoc ITcbRegistry
    function raiseMinimumEvaluationNumber(uint32 number) external override onlyOwner {
        _checkNotBelow("minimumEvaluationNumber", number, uint256(_latestMinimum()) + 1);
        _minimum.numbers[_minimum.since.length] = number;
        _minimum.since.push(_effective());
        emit MinimumEvaluationNumberRaised(number, _effective());
    }

    /// @inheritdoc ITcbRegistry
    function revokePlatform(bytes32 platform) external override onlyOwnerOrRevoker {
        _revokePlatform(platform);
    }

    /// @inheritdoc ITcbRegistry
    function revokeIssuer(bytes32 issuer) external override onlyOwnerOrRevoker {
        if (issuerRevokedAt[issuer] != 0) revert TcbRegistry_AlreadyRevoked(issuer, issuerRevokedAt[issuer]);
        issuerRevokedAt[issuer] = _effective();
        emit IssuerRevoked(issuer, _effective());
    }

    /// @inheritdoc ITcbRegistry
    function revokePlatformOf(bytes32 issuer, uint256 serialNumber) external override {
        if (issuerRevokedAt[issuer] == 0) revert TcbRegistry_IssuerNotRevoked(issuer);
        _revokePlatform(platformId(issuer, serialNumber));
    }

    /// @inheritdoc ITcbRegistry
    function setRevoker(address next) external override onlyOwner {
        revoker = next;
        emit RevokerSet(next);
    }

    /// @inheritdoc ITcbRegistry
    function offerOwnership(address newOwner) external override onlyOwner {
        pendingOwner = newOwner;
        emit OwnershipOffered(owner, newOwner);
    }

    /// @inheritdoc ITcbRegistry
    function acceptOwnership() external override {
        if (msg.sender != pendingOwner) revert TcbRegistry_OnlyOwner(msg.sender);
        _setOwner(msg.sender);
    }

    /// @inheritdoc ITcbRegistry
    function renounceOwnership() external override onlyOwner {
        _setOwner(address(0));
    }

    /// @inheritdoc ITcbRegistry
    function imageListing(bytes32 image) external view override returns (uint64 from, uint64 until) {
        return (_images[image].from, _images[image].until);
    }

    /// @inheritdoc ITcbRegistry
    function isImageAllowedAt(bytes32 image, uint64 time) external view override returns (bool) {
        Listing memory listing = _images[image];
        return listing.from != 0 && listing.from <= time && (listing.until == 0 || time < listing.until);
    }

    /// @inheritdoc ITcbRegistry
    function areAttributesAllowedAt(uint64 attributes, uint64 time) external view override returns (bool) {
        return _countUntil(_attributes[attributes], time) % 2 == 1;
    }

    /// @inheritdoc ITcbRegistry
    function policyAt(bytes6 fmspc, uint64 time) external view override returns (TcbPolicy memory none) {
        PolicyHistory storage history = _policies[fmspc];
        uint256 count = _countUntil(history.since, time);
        return count == 0 ? none : history.policies[count - 1];
    }

    /// @inheritdoc ITcbRegistry
    function qeIdentityAt(uint64 time) external view override returns (QeIdentity memory none) {
        uint256 count = _countUntil(_identities.since, time);
        return count == 0 ? none : _identities.identities[count - 1];
    }

    /// @inheritdoc ITcbRegistry
    function minimumEvaluationNumberAt(uint64 time) external view override returns (uint32) {
        uint256 count = _countUntil(_minimum.since, time);
        return count == 0 ? 0 : _minimum.numbers[count - 1];
    }

    /// @inheritdoc ITcbRegistry
    function lapsedAt(bytes32 image, bytes32 platform) external view override returns (uint64) {
        Listing memory listing = _images[image];
        uint64 byImage = listing.from == 0 ? createdAt : listing.until;
        uint64 byPlatform = platformRevokedAt[platform];
        if (byImage == 0 || byPlatform == 0) return byImage | byPlatform;
        return byImage < byPlatform ? byImage : byPlatform;
    }

    /// @inheritdoc ITcbRegistry
    function isSetupOpen() public view override returns (bool) {
        return !_setupClosed && block.timestamp < createdAt + SETUP_PERIOD;
    }

    /// @inheritdoc ITcbRegistry
    function platformId(bytes32 issuer, uint256 serialNumber) public pure override returns (bytes32) {
        return keccak256(abi.encode(issuer, serialNumber));
    }

    function _storePolicy(bytes6 fmspc, TcbPolicy calldata policy) private {
        uint64 from = _effective();
        PolicyHistory storage history = _policies[fmspc];
        history.policies[history.since.length] = policy;
        history.since.push(from);
        emit PolicySet(fmspc, from, policy);
    }

    function _storeIdentity(QeIdentity memory identity) private {
        uint64 from = _effective();
        _identities.identities[_identities.since.length] = identity;
        _identities.since.push(from);
        emit QeIdentitySet(from, identity);
    }

    function _switchAttributes(uint64 attributes, bool allowed) private {
        uint64[] storage switches = _attributes[attributes];
        if ((switches.length % 2 == 1) == allowed) revert TcbRegistry_AttributesUnchanged(attributes, allowed);
        switches.push(_effective());
    }

    function _revokePlatform(bytes32 platform) private {
        if (platformRevokedAt[platform] != 0) revert TcbRegistry_AlreadyRevoked(platform, platformRevokedAt[platform]);
        platformRevokedAt[platform] = _effective();
        emit PlatformRevoked(platform, _effective());
    }

    function _useQueued(bytes32 id) private {
        uint64 ready = readyAt[id];
        uint64 nowAt = uint64(block.timestamp);
        if (ready == 0) revert TcbRegistry_NotQueued(id);
        if (nowAt < ready) revert TcbRegistry_NotReady(id, ready, nowAt);
        if (nowAt >= ready + STALE_AFTER) revert TcbRegistry_Stale(id, ready + STALE_AFTER, nowAt);
        delete readyAt[id];
        emit LooseningApplied(id);
    }

    function _setOwner(address newOwner) private {
        emit OwnershipTransferred(owner, newOwner);
        owner = newOwner;
        pendingOwner = address(0);
    }

    /// @dev The second from which a change counts: what this second was asked about stays as it was answered.
    function _effective() private view returns (uint64) {
        return uint64(block.timestamp) + (isSetupOpen() ? 0 : 1);
    }

    /// @dev How many of the ascending seconds are not after `time`; of entries of one second the last one counts. By bisection: whatever
    /// the owner stores, a question about the past costs a poster that has to answer a challenge next to nothing more.
    function _countUntil(uint64[] storage since, uint64 time) private view returns (uint256 count) {
        uint256 above = since.length;
        while (count < above) {
            uint256 middle = (count + above) / 2;
            if (since[middle] <= time) count = middle + 1;
            else above = middle;
        }
    }

    function _latestMinimum() private view returns (uint32) {
        uint256 count = _minimum.since.length;
        return count == 0 ? 0 : _minimum.numbers[count - 1];
    }

    /// @dev What fell below the minimum number passes no more; lifting its number would let it pass again without the delay.
    function _checkNotRevived(uint32 next, uint32 present) private view {
        uint32 minimum = _latestMinimum();
        if (present < minimum && next >= minimum) revert TcbRegistry_Loosens("minimumEvaluationNumber", next, minimum);
    }

    function _checkOwner() private view {
        if (msg.sender != owner) revert TcbRegistry_OnlyOwner(msg.sender);
    }

    function _checkRaise(TcbPolicy calldata next, TcbPolicy memory present) private pure {
        _checkBytesNotBelow("sgxComponents", next.sgxComponents, present.sgxComponents, COMPONENTS);
        _checkBytesNotBelow("tdxComponents", next.tdxComponents, present.tdxComponents, COMPONENTS);
        _checkBytesNotBelow("moduleSvns", next.moduleSvns, present.moduleSvns, 32);
        _checkNotBelow("pceSvn", next.pceSvn, present.pceSvn);
        _checkNotBelow("evaluationNumber", next.evaluationNumber, present.evaluationNumber);
        _checkNotBelow("validUntil", present.validUntil, next.validUntil);
        if (next.moduleVersions & ~present.moduleVersions != 0) {
            revert TcbRegistry_Loosens("moduleVersions", next.moduleVersions, present.moduleVersions);
        }
        if (next.pceId != present.pceId) revert TcbRegistry_Loosens("pceId", next.pceId, present.pceId);
    }

    function _checkBytesNotBelow(string memory rule, bytes32 next, bytes32 present, uint256 count) private pure {
        for (uint256 i = 0; i < count; i++) {
            _checkNotBelow(rule, uint8(next[i]), uint8(present[i]));
        }
    }

    function _checkNotBelow(string memory rule, uint256 next, uint256 present) private pure {
        if (next < present) revert TcbRegistry_Loosens(rule, next, present);
    }
}
