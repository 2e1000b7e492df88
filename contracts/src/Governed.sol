// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDisputeModule} from "./interfaces/IDisputeModule.sol";
import {IQuoteVerifier} from "./interfaces/IQuoteVerifier.sol";
import {ITeeTeeRollup} from "./interfaces/ITeeTeeRollup.sol";

/// @title The little that an owner can do
/// @notice Two modules can be replaced and the deployment retired, each after `moduleDelay`, which is longer than a withdrawal takes:
/// whoever disagrees is out before the change works. Nothing here moves money.
abstract contract Governed is ITeeTeeRollup {
    /// @dev A quote verifier and the second from whose end on it judges.
    struct VerifierEntry {
        IQuoteVerifier module;
        uint64 since;
    }

    bool internal immutable _devParameters;
    uint64 internal immutable _moduleDelay;

    IDisputeModule public override disputeModule;
    IQuoteVerifier public override quoteVerifier;
    address public override owner;
    address public override pendingOwner;
    uint64 public override retirementReadyAt;
    uint64 public override retiredAt;
    mapping(Module => QueuedModule) private _queued;
    VerifierEntry[] private _verifiers;

    modifier onlyOwner() {
        if (msg.sender != owner) revert Rollup_OnlyOwner(msg.sender);
        _;
    }

    constructor(address initialOwner, IQuoteVerifier verifier, IDisputeModule dispute, uint64 delay, bool dev) {
        _devParameters = dev;
        _moduleDelay = delay;
        owner = initialOwner;
        emit OwnershipTransferred(address(0), initialOwner);
        _setModule(Module.QuoteVerifier, address(verifier), dev);
        _setModule(Module.Dispute, address(dispute), dev);
    }

    /// @inheritdoc ITeeTeeRollup
    function queueModule(Module kind, address module) external override onlyOwner {
        _checkModule(kind, module, _devParameters);
        uint64 readyAt = uint64(block.timestamp) + _moduleDelay;
        _queued[kind] = QueuedModule(module, readyAt);
        emit ModuleQueued(kind, module, readyAt);
    }

    /// @inheritdoc ITeeTeeRollup
    function clearQueuedModule(Module kind) external override onlyOwner {
        emit ModuleQueueCleared(kind, _queued[kind].module);
        delete _queued[kind];
    }

    /// @inheritdoc ITeeTeeRollup
    function applyModule(Module kind) external override onlyOwner {
        QueuedModule memory next = _queued[kind];
        if (next.readyAt == 0 || block.timestamp < next.readyAt) {
            revert Rollup_ModuleNotReady(kind, next.readyAt, uint64(block.timestamp));
        }
        delete _queued[kind];
        _setModule(kind, next.module, _devParameters);
    }

    /// @inheritdoc ITeeTeeRollup
    function queueRetirement() external override onlyOwner {
        if (retiredAt != 0) revert Rollup_Retired();
        retirementReadyAt = uint64(block.timestamp) + _moduleDelay;
        emit RetirementQueued(retirementReadyAt);
    }

    /// @inheritdoc ITeeTeeRollup
    function cancelRetirement() external override onlyOwner {
        if (retiredAt != 0) revert Rollup_Retired();
        retirementReadyAt = 0;
        emit RetirementCancelled();
    }

    /// @inheritdoc ITeeTeeRollup
    function retire() external override {
        if (retiredAt != 0) revert Rollup_Retired();
        uint64 readyAt = retirementReadyAt;
        if (readyAt == 0 || block.timestamp < readyAt) revert Rollup_NotRetirable(readyAt, uint64(block.timestamp));
        retiredAt = uint64(block.timestamp);
        emit Retired(retiredAt);
    }

    /// @inheritdoc ITeeTeeRollup
    function offerOwnership(address newOwner) external override onlyOwner {
        pendingOwner = newOwner;
        emit OwnershipOffered(owner, newOwner);
    }

    /// @inheritdoc ITeeTeeRollup
    function acceptOwnership() external override {
        if (msg.sender != pendingOwner) revert Rollup_OnlyOwner(msg.sender);
        _setOwner(msg.sender);
    }

    /// @inheritdoc ITeeTeeRollup
    function renounceOwnership() external override onlyOwner {
        _setOwner(address(0));
    }

    /// @inheritdoc ITeeTeeRollup
    function queuedModule(Module kind) external view override returns (QueuedModule memory) {
        return _queued[kind];
    }

    /// @inheritdoc ITeeTeeRollup
    function quoteVerifierAt(uint64 time) external view override returns (IQuoteVerifier) {
        uint256 i = _verifiers.length - 1;
        while (i > 0 && _verifiers[i].since > time) i--;
        return _verifiers[i].module;
    }

    function _setOwner(address newOwner) private {
        emit OwnershipTransferred(owner, newOwner);
        owner = newOwner;
        pendingOwner = address(0);
    }

    function _setModule(Module kind, address module, bool dev) private {
        _checkModule(kind, module, dev);
        if (kind == Module.Dispute) disputeModule = IDisputeModule(module);
        else _setVerifier(IQuoteVerifier(module));
        emit ModuleApplied(kind, module);
    }

    function _setVerifier(IQuoteVerifier module) private {
        quoteVerifier = module;
        _verifiers.push(VerifierEntry(module, uint64(block.timestamp)));
    }

    function _checkModule(Module kind, address module, bool dev) private view {
        if (kind == Module.Dispute && module == address(0) && dev) return;
        if (module.code.length == 0) revert Rollup_BadModule(kind, module);
        if (kind == Module.QuoteVerifier && !dev && IQuoteVerifier(module).simulated()) {
            revert Rollup_BadModule(kind, module);
        }
    }
}
