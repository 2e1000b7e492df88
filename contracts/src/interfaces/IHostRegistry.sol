// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelConfig, Penalty, StakeKind} from "../types/Types.sol";
import {ITeeTeeRollup} from "./ITeeTeeRollup.sol";

/// @title Models, slots, keys and every stake
/// @notice Holds stakes, model bonds and unpaid parts of penalties; never user credit. A stake is paid out to its owner's withdrawal
/// address only; the owner's hot key cannot move it elsewhere.
interface IHostRegistry {
    /// @notice A listed model; the numbers come from the pre-image of its id, nobody chooses them.
    struct Model {
        uint32 layerCount;
        uint32 contextLength;
        uint32 arithmeticVersion;
        bool suspended;
        bytes32 configHash;
        bytes32 weightsRoot;
        bytes32 tokenizerHash;
    }

    /// @notice A slot with its stake. `exitAt` is zero unless an exit was requested.
    struct Slot {
        uint32 slotId;
        address operator;
        bytes32 modelId;
        uint32 firstLayer;
        uint32 layerCount;
        uint128 stake;
        uint64 exitAt;
        bool frozen;
    }

    /// @notice A key of a slot, good for the epochs [validFrom, validUntil). `validUntil` is the earlier of what was registered and, once
    /// its image or platform has lapsed, the epoch of the lapse: that epoch no longer counts, every earlier one does for good.
    struct Key {
        address signingKey;
        uint64 validFrom;
        bytes32 encryptionKey;
        uint64 validUntil;
    }

    /// @notice A key with what it was judged to be and by whom.
    struct KeyStanding {
        Key key;
        /// The verifier that judged its evidence last; it alone is asked about this key, also after the module was replaced.
        address judge;
        bytes32 image;
        bytes32 platform;
        /// Zero in good standing. Now, if `judge` does not answer.
        uint64 lapsedAt;
        /// Whether `judge` answered.
        bool answered;
    }

    /// @notice A stake. Frozen while `freezes` > 0 and the time is before `frozenUntil`.
    struct Stake {
        address owner;
        uint64 exitAt;
        uint32 freezes;
        uint128 amount;
        uint64 frozenUntil;
    }

    /// @notice A registration nonce, good before `expiresAt`.
    struct Nonce {
        bytes32 value;
        uint64 expiresAt;
    }

    event ModelListed(bytes32 indexed modelId, address indexed lister, uint32 layerCount, bytes32 configHash);
    event ModelSuspended(bytes32 indexed modelId);
    event SlotRegistered(
        uint32 indexed slotId, address indexed operator, bytes32 indexed modelId, uint32 firstLayer, uint32 layerCount
    );
    event PosterRegistered(address indexed poster);
    event StakeAdded(StakeKind indexed kind, bytes32 indexed id, uint128 amount, uint128 total);
    event RegistrationBegun(uint32 indexed slotId, bytes32 nonce, uint64 expiresAt);
    event KeyRegistered(
        uint32 indexed slotId, address indexed signingKey, bytes32 encryptionKey, uint64 validFrom, uint64 validUntil
    );
    /// @notice Follows every `KeyRegistered`.
    event KeyAttested(
        uint32 indexed slotId,
        address indexed signingKey,
        address indexed judge,
        bytes32 image,
        bytes32 platform,
        uint64 expiresAt
    );
    event KeyEnded(uint32 indexed slotId, address indexed signingKey, uint64 validUntil);
    event ExitRequested(StakeKind indexed kind, bytes32 indexed id, uint64 exitAt);
    event StakeWithdrawn(StakeKind indexed kind, bytes32 indexed id, address to, uint128 amount);
    event StakeFrozen(StakeKind indexed kind, bytes32 indexed id, uint32 freezes, uint64 frozenUntil);
    event StakeUnfrozen(StakeKind indexed kind, bytes32 indexed id, uint32 freezes);
    event StakeSlashed(
        StakeKind indexed kind, bytes32 indexed id, uint128 total, uint128 refund, uint128 paid, uint128 burnt
    );
    event PayoutCredited(address indexed to, uint128 amount);
    event PayoutWithdrawn(address indexed owner, address to, uint128 amount);
    event WithdrawalAddressQueued(address indexed owner, address next, uint64 readyAt);
    event WithdrawalAddressSet(address indexed owner, address withdrawalAddress);

    error Registry_Retired();
    error Registry_OnlyDisputeModule(address caller);
    error Registry_NotOwner(address caller, address owner);
    error Registry_StakeTooSmall(uint256 amount, uint256 minimum);
    error Registry_ModelExists(bytes32 modelId);
    error Registry_ModelUnavailable(bytes32 modelId);
    error Registry_BadConfig(uint32 layerCount, uint32 contextLength);
    error Registry_BadLayers(uint32 firstLayer, uint32 layerCount, uint32 modelLayers);
    error Registry_PosterExists(address poster);
    error Registry_StakeUnknown(StakeKind kind, bytes32 id);
    error Registry_Exiting(StakeKind kind, bytes32 id);
    error Registry_NotWithdrawable(uint64 withdrawableAt, uint64 nowAt);
    error Registry_Frozen(uint64 frozenUntil);
    error Registry_NotFrozen(StakeKind kind, bytes32 id);
    error Registry_NonceExpired(uint32 slotId, uint64 expiresAt);
    error Registry_BadKey(address signingKey, bytes32 encryptionKey);
    error Registry_KeyTaken(address signingKey, uint32 slotId);
    error Registry_KeyUnknown(uint32 slotId, address signingKey);
    error Registry_KeyLapsed(address signingKey, uint64 lapsedAt);
    error Registry_EvidenceExpired(uint32 slotId, uint64 expiresAt);
    error Registry_BurnTooSmall(uint128 burnt, uint128 total);
    error Registry_NothingToPay(address owner);
    error Registry_BadAddress(address value);

    /// @notice Lists the model with this pre-image, against the model bond. Anyone; the lister owns the bond.
    function listModel(
        ModelConfig calldata config,
        bytes32 weightsRoot,
        bytes32 tokenizerHash,
        uint32 arithmeticVersion
    ) external payable returns (bytes32 modelId);

    /// @notice Stops new slots of a model whose weights are withheld. Only the dispute module.
    function suspendModel(bytes32 modelId) external;

    /// @notice Opens a slot for layers [firstLayer, firstLayer + layerCount) with its stake; the caller is its operator.
    /// @param withdrawalAddress Where the operator's stake and earnings go; zero keeps what is set (or the operator itself).
    function registerSlot(bytes32 modelId, uint32 firstLayer, uint32 layerCount, address withdrawalAddress)
        external
        payable
        returns (uint32 slotId);

    /// @notice Stakes the caller as a poster of batches.
    function registerPoster(address withdrawalAddress) external payable;

    /// @notice Adds to a stake. Anyone.
    function addStake(StakeKind kind, bytes32 id) external payable;

    /// @notice Issues the nonce that the evidence of the next registration must carry. Only the operator; replaces an unused one.
    function beginRegistration(uint32 slotId) external returns (bytes32 nonce);

    /// @notice Registers a key with evidence over the issued nonce, valid from the current epoch. Only the operator. Evidence that the
    /// verifier refuses reverts with the verifier's error.
    /// Registering the slot's newest key again before it ends is its re-attestation: it extends the key, and from then on the key stands
    /// with the image, the platform and the judge of the new evidence. A key that has ended or lapsed does not come back.
    function register(uint32 slotId, address signingKey, bytes32 encryptionKey, bytes calldata evidence)
        external
        returns (uint64 validFrom, uint64 validUntil);

    /// @notice Ends a key after the current epoch. Only the operator or the dispute module.
    function revokeKey(uint32 slotId, address signingKey) external;

    /// @notice Asks for a stake back: ends the slot's keys after this epoch, or the poster's right to post, and starts the exit delay.
    function requestExit(StakeKind kind, bytes32 id) external;

    /// @notice Pays a stake to its owner's withdrawal address after the delay. Only the owner or that address.
    function withdrawStake(StakeKind kind, bytes32 id) external returns (uint128 amount);

    /// @notice Holds a stake for at most `disputeHorizon` from now. Only the dispute module.
    function freeze(StakeKind kind, bytes32 id) external;

    /// @notice Takes one freeze back. Only the dispute module.
    function unfreeze(StakeKind kind, bytes32 id) external;

    /// @notice Takes a penalty from a stake: refund to the voided leaf's user, payees by pull, the rest (half or more) burnt. Only the
    /// dispute module.
    function slash(StakeKind kind, bytes32 id, Penalty calldata penalty) external;

    /// @notice Pays the caller what penalties have credited it with.
    function withdrawPayout(address to) external returns (uint128 amount);

    /// @notice Sets where `owner`'s money goes: at once for the present withdrawal address, or for the owner while none is set;
    /// otherwise the owner's wish waits for `withdrawalDelay` and the present address can overrule it.
    function setWithdrawalAddress(address owner, address next) external;

    /// @notice Makes a waiting address the present one. Anyone, after the delay.
    function applyWithdrawalAddress(address owner) external;

    function rollup() external view returns (ITeeTeeRollup);
    function model(bytes32 modelId) external view returns (Model memory);
    function modelCount() external view returns (uint256);
    function modelIdAt(uint256 position) external view returns (bytes32);
    function slot(uint32 slotId) external view returns (Slot memory);
    function slotCount() external view returns (uint32);
    /// @notice Ids of all slots ever opened for a model, also those that left.
    function slotsOf(bytes32 modelId) external view returns (uint32[] memory);
    /// @notice The newest key of a slot that is valid at `epoch`; all zero if none is.
    function keyOf(uint32 slotId, uint64 epoch) external view returns (Key memory);
    function keysOf(uint32 slotId) external view returns (Key[] memory);
    /// @notice Whether `signingKey` is a valid key of the slot at `epoch`: validFrom <= epoch < validUntil, and before the epoch of the lapse.
    /// What was posted never turns bad, since only finished epochs are posted; the running epoch is lost at the moment of the lapse.
    /// A judge that does not answer counts as a lapse of now, so finished epochs keep and the running one waits for another judge.
    function isValidKey(uint32 slotId, address signingKey, uint64 epoch) external view returns (bool);
    /// @notice A key of the slot with its standing; all zero if it is none of the slot's.
    function keyStanding(uint32 slotId, address signingKey) external view returns (KeyStanding memory);
    function registrationNonce(uint32 slotId) external view returns (Nonce memory);
    /// @notice Bytes 0 to 31 of the report data of a registration.
    function registrationReportData(uint32 slotId, address operator, bytes32 nonce) external view returns (bytes32);
    function currentEpoch() external view returns (uint64);
    function stakeOf(StakeKind kind, bytes32 id) external view returns (Stake memory);
    /// @notice The amount of a stake at the end of `time`: what limits the earnings of a batch posted then.
    function stakeAt(StakeKind kind, bytes32 id, uint64 time) external view returns (uint128);
    /// @notice Whether an address may post: staked with the minimum, not leaving.
    function isActivePoster(address poster) external view returns (bool);
    /// @notice Where an address's stake and earnings are paid: its withdrawal address, or itself.
    function withdrawalAddressOf(address owner) external view returns (address);
    function queuedWithdrawalAddress(address owner) external view returns (address next, uint64 readyAt);
    function payoutOf(address owner) external view returns (uint128);
    function totalStaked() external view returns (uint128);
    function totalPayouts() external view returns (uint128);
}
