// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Stakes} from "./Stakes.sol";

import {IHostRegistry} from "./interfaces/IHostRegistry.sol";
import {IQuoteVerifier} from "./interfaces/IQuoteVerifier.sol";
import {ITeeTeeRollup} from "./interfaces/ITeeTeeRollup.sol";

import {Standing} from "./libraries/Standing.sol";

import {ModelConfig, StakeKind} from "./types/Types.sol";

/// @title Models, slots, keys and every stake
/// @notice See `IHostRegistry`. This contract lists models and keeps slots and keys; its base keeps the money.
contract HostRegistry is Stakes {
    /// @dev What a slot is; its stake is kept under its id.
    struct SlotRecord {
        address operator;
        uint32 firstLayer;
        uint32 layerCount;
        bytes32 modelId;
    }

    /// @dev A key as registered; `IHostRegistry.Key` shows it cut by what its judge says now.
    struct KeyRecord {
        address signingKey;
        uint64 validFrom;
        bytes32 encryptionKey;
        address judge;
        uint64 validUntil;
        bytes32 image;
        bytes32 platform;
    }

    /// @dev Where a signing key was registered; `position` counts from 1.
    struct KeyPlace {
        uint32 slotId;
        uint32 position;
    }

    uint32 public override slotCount;
    uint256 private _nonceSeed;
    bytes32[] private _modelIds;
    mapping(bytes32 => Model) private _models;
    mapping(uint32 => SlotRecord) private _slots;
    mapping(bytes32 => uint32[]) private _slotsOf;
    mapping(uint32 => KeyRecord[]) private _keys;
    mapping(address => KeyPlace) private _keyPlaces;
    mapping(uint32 => Nonce) private _nonces;

    constructor(ITeeTeeRollup rollup_) Stakes(rollup_) {}

    /// @inheritdoc IHostRegistry
    function listModel(
        ModelConfig calldata config,
        bytes32 weightsRoot,
        bytes32 tokenizerHash,
        uint32 arithmeticVersion
    ) external payable override returns (bytes32 modelId) {
        if (config.layerCount == 0 || config.contextLength == 0) {
            revert Registry_BadConfig(config.layerCount, config.contextLength);
        }
        bytes32 configHash = keccak256(abi.encode(config));
        modelId = keccak256(abi.encode(weightsRoot, configHash, tokenizerHash, arithmeticVersion));
        if (_isStaked(StakeKind.Model, modelId)) revert Registry_ModelExists(modelId);
        bool known = _models[modelId].layerCount != 0;
        if (known && _models[modelId].suspended) revert Registry_ModelUnavailable(modelId);
        _models[modelId] = Model(
            config.layerCount, config.contextLength, arithmeticVersion, false, configHash, weightsRoot, tokenizerHash
        );
        if (!known) _modelIds.push(modelId);
        _openStake(StakeKind.Model, modelId, rollup.modelBond());
        emit ModelListed(modelId, msg.sender, config.layerCount, configHash);
    }

    /// @inheritdoc IHostRegistry
    function suspendModel(bytes32 modelId) external override onlyDisputeModule {
        if (_models[modelId].layerCount == 0) revert Registry_ModelUnavailable(modelId);
        _models[modelId].suspended = true;
        emit ModelSuspended(modelId);
    }

    /// @inheritdoc IHostRegistry
    function registerSlot(bytes32 modelId, uint32 firstLayer, uint32 layerCount, address withdrawalAddress)
        external
        payable
        override
        returns (uint32 slotId)
    {
        Model storage listed = _models[modelId];
        if (listed.suspended || _stakes[StakeKind.Model][modelId].exitAt != 0 || !_isStaked(StakeKind.Model, modelId)) {
            revert Registry_ModelUnavailable(modelId);
        }
        if (layerCount == 0 || uint256(firstLayer) + layerCount > listed.layerCount) {
            revert Registry_BadLayers(firstLayer, layerCount, listed.layerCount);
        }
        slotId = ++slotCount;
        _slots[slotId] = SlotRecord(msg.sender, firstLayer, layerCount, modelId);
        _slotsOf[modelId].push(slotId);
        _initWithdrawalAddress(withdrawalAddress);
        _openStake(StakeKind.Slot, slotStakeId(slotId), rollup.minSlotStake());
        emit SlotRegistered(slotId, msg.sender, modelId, firstLayer, layerCount);
    }

    /// @inheritdoc IHostRegistry
    function beginRegistration(uint32 slotId) external override returns (bytes32 nonce) {
        _checkOpenSlot(slotId);
        nonce = keccak256(
            abi.encode(
                block.chainid, address(this), slotId, ++_nonceSeed, block.prevrandao, blockhash(block.number - 1)
            )
        );
        uint64 expiresAt = uint64(block.timestamp) + rollup.nonceTtl();
        _nonces[slotId] = Nonce(nonce, expiresAt);
        emit RegistrationBegun(slotId, nonce, expiresAt);
    }

    /// @inheritdoc IHostRegistry
    function register(uint32 slotId, address signingKey, bytes32 encryptionKey, bytes calldata evidence)
        external
        override
        returns (uint64 validFrom, uint64 validUntil)
    {
        _checkOpenSlot(slotId);
        if (signingKey == address(0) || encryptionKey == 0) revert Registry_BadKey(signingKey, encryptionKey);
        KeyRecord memory key;
        (key.signingKey, key.encryptionKey) = (signingKey, encryptionKey);
        uint64 expiresAt = _judge(slotId, key, evidence);
        key.validFrom = currentEpoch();
        key.validUntil = _validUntil(expiresAt);
        if (key.validUntil <= key.validFrom) revert Registry_EvidenceExpired(slotId, expiresAt);
        (validFrom, validUntil) = _storeKey(slotId, key);
        emit KeyRegistered(slotId, signingKey, encryptionKey, validFrom, validUntil);
        emit KeyAttested(slotId, signingKey, key.judge, key.image, key.platform, expiresAt);
    }

    /// @inheritdoc IHostRegistry
    function revokeKey(uint32 slotId, address signingKey) external override {
        if (msg.sender != _slots[slotId].operator && msg.sender != address(rollup.disputeModule())) {
            revert Registry_NotOwner(msg.sender, _slots[slotId].operator);
        }
        KeyPlace memory place = _keyPlaces[signingKey];
        if (place.slotId != slotId || place.position == 0) revert Registry_KeyUnknown(slotId, signingKey);
        _endKey(slotId, _keys[slotId][place.position - 1]);
    }

    /// @inheritdoc IHostRegistry
    function model(bytes32 modelId) external view override returns (Model memory) {
        return _models[modelId];
    }

    /// @inheritdoc IHostRegistry
    function modelCount() external view override returns (uint256) {
        return _modelIds.length;
    }

    /// @inheritdoc IHostRegistry
    function modelIdAt(uint256 position) external view override returns (bytes32) {
        return _modelIds[position];
    }

    /// @inheritdoc IHostRegistry
    function slot(uint32 slotId) external view override returns (Slot memory) {
        SlotRecord memory r = _slots[slotId];
        Stake memory s = _stakes[StakeKind.Slot][slotStakeId(slotId)];
        return Slot(slotId, r.operator, r.modelId, r.firstLayer, r.layerCount, s.amount, s.exitAt, _isFrozen(s));
    }

    /// @inheritdoc IHostRegistry
    function slotsOf(bytes32 modelId) external view override returns (uint32[] memory) {
        return _slotsOf[modelId];
    }

    /// @inheritdoc IHostRegistry
    function keyOf(uint32 slotId, uint64 epoch) external view override returns (Key memory none) {
        KeyRecord[] storage keys = _keys[slotId];
        for (uint256 i = keys.length; i > 0; i--) {
            if (epoch < keys[i - 1].validFrom || epoch >= keys[i - 1].validUntil) continue;
            Key memory key = _standing(keys[i - 1]).key;
            if (epoch < key.validUntil) return key;
        }
    }

    /// @inheritdoc IHostRegistry
    function keysOf(uint32 slotId) external view override returns (Key[] memory list) {
        KeyRecord[] storage keys = _keys[slotId];
        list = new Key[](keys.length);
        for (uint256 i = 0; i < list.length; i++) {
            list[i] = _standing(keys[i]).key;
        }
    }

    /// @inheritdoc IHostRegistry
    function isValidKey(uint32 slotId, address signingKey, uint64 epoch) external view override returns (bool) {
        KeyPlace memory place = _keyPlaces[signingKey];
        if (place.slotId != slotId || place.position == 0) return false;
        return _isValid(_keys[slotId][place.position - 1], epoch);
    }

    /// @inheritdoc IHostRegistry
    function keyStanding(uint32 slotId, address signingKey)
        external
        view
        override
        returns (KeyStanding memory standing)
    {
        KeyPlace memory place = _keyPlaces[signingKey];
        if (place.slotId == slotId && place.position != 0) return _standing(_keys[slotId][place.position - 1]);
    }

    /// @inheritdoc IHostRegistry
    function registrationNonce(uint32 slotId) external view override returns (Nonce memory) {
        return _nonces[slotId];
    }

    /// @inheritdoc IHostRegistry
    function registrationReportData(uint32 slotId, address operator, bytes32 nonce)
        public
        view
        override
        returns (bytes32)
    {
        return keccak256(abi.encode("TeeTee registration v1", block.chainid, address(rollup), slotId, operator, nonce));
    }

    /// @inheritdoc IHostRegistry
    function currentEpoch() public view override returns (uint64) {
        return uint64(block.timestamp) / rollup.epochSeconds();
    }

    /// @notice The stake id of a slot.
    function slotStakeId(uint32 slotId) public pure returns (bytes32) {
        return bytes32(uint256(slotId));
    }

    /// @dev Receipts of this epoch stay good, later ones do not. Only the newest key can reach further: storing it ended the others.
    function _onExit(StakeKind kind, bytes32 id) internal override {
        if (kind != StakeKind.Slot) return;
        uint32 slotId = uint32(uint256(id));
        KeyRecord[] storage keys = _keys[slotId];
        if (keys.length > 0) _endKey(slotId, keys[keys.length - 1]);
    }

    /// @dev Fills in who judged the key and what it was judged to be.
    function _judge(uint32 slotId, KeyRecord memory key, bytes calldata evidence) private returns (uint64) {
        bytes32 high = registrationReportData(slotId, msg.sender, _useNonce(slotId));
        bytes32 low = keccak256(abi.encode(key.signingKey, key.encryptionKey));
        IQuoteVerifier judge = rollup.quoteVerifier();
        IQuoteVerifier.Claims memory claims = judge.verify(evidence, high, low);
        if (claims.expiresAt <= block.timestamp) revert Registry_EvidenceExpired(slotId, claims.expiresAt);
        (key.judge, key.image, key.platform) = (address(judge), claims.image, claims.platform);
        return claims.expiresAt;
    }

    function _useNonce(uint32 slotId) private returns (bytes32 nonce) {
        Nonce memory issued = _nonces[slotId];
        if (block.timestamp >= issued.expiresAt) revert Registry_NonceExpired(slotId, issued.expiresAt);
        delete _nonces[slotId];
        return issued.value;
    }

    /// @dev A new key ends the slot's previous one after this epoch: only the newest reaches beyond it.
    function _storeKey(uint32 slotId, KeyRecord memory key) private returns (uint64, uint64) {
        KeyPlace memory place = _keyPlaces[key.signingKey];
        KeyRecord[] storage keys = _keys[slotId];
        if (place.position == 0) {
            if (keys.length > 0) _endKey(slotId, keys[keys.length - 1]);
            keys.push(key);
            _keyPlaces[key.signingKey] = KeyPlace(slotId, uint32(keys.length));
            return (key.validFrom, key.validUntil);
        }
        if (place.slotId != slotId || place.position != keys.length) {
            revert Registry_KeyTaken(key.signingKey, place.slotId);
        }
        return _extend(slotId, keys[place.position - 1], key);
    }

    /// @dev A key that lapsed may have leaked before it did; new evidence does not heal it. A judge that is silent proves nothing against it.
    function _extend(uint32 slotId, KeyRecord storage present, KeyRecord memory key) private returns (uint64, uint64) {
        bool extends = present.encryptionKey == key.encryptionKey && key.validFrom < present.validUntil;
        if (!extends) revert Registry_KeyTaken(key.signingKey, slotId);
        (, uint64 lapsedAt) = Standing.ask(present.judge, present.image, present.platform);
        if (lapsedAt != 0) revert Registry_KeyLapsed(key.signingKey, lapsedAt);
        if (key.validUntil > present.validUntil) present.validUntil = key.validUntil;
        (present.judge, present.image, present.platform) = (key.judge, key.image, key.platform);
        return (present.validFrom, present.validUntil);
    }

    function _endKey(uint32 slotId, KeyRecord storage key) private {
        uint64 end = currentEpoch() + 1;
        if (key.validUntil <= end) return;
        key.validUntil = end;
        emit KeyEnded(slotId, key.signingKey, end);
    }

    /// @dev The judge is asked only about a key whose own dates hold.
    function _isValid(KeyRecord storage key, uint64 epoch) private view returns (bool) {
        if (epoch < key.validFrom || epoch >= key.validUntil) return false;
        return epoch < _standing(key).key.validUntil;
    }

    function _standing(KeyRecord storage key) private view returns (KeyStanding memory s) {
        s.key = Key(key.signingKey, key.validFrom, key.encryptionKey, key.validUntil);
        (s.judge, s.image, s.platform) = (key.judge, key.image, key.platform);
        (s.answered, s.lapsedAt) = Standing.ask(s.judge, s.image, s.platform);
        if (!s.answered) s.lapsedAt = uint64(block.timestamp);
        if (s.lapsedAt == 0) return s;
        uint64 lapse = s.lapsedAt / rollup.epochSeconds();
        if (lapse < s.key.validUntil) s.key.validUntil = lapse;
    }

    function _validUntil(uint64 expiresAt) private view returns (uint64) {
        uint64 longest = uint64(block.timestamp) + rollup.maxKeyValidity();
        return (expiresAt < longest ? expiresAt : longest) / rollup.epochSeconds();
    }

    function _checkOpenSlot(uint32 slotId) private view {
        if (rollup.retiredAt() != 0) revert Registry_Retired();
        address operator = _slots[slotId].operator;
        if (msg.sender != operator) revert Registry_NotOwner(msg.sender, operator);
        if (_stakes[StakeKind.Slot][slotStakeId(slotId)].exitAt != 0) {
            revert Registry_Exiting(StakeKind.Slot, slotStakeId(slotId));
        }
    }
}
