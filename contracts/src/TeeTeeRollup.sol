// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governed} from "./Governed.sol";

import {ICredits} from "./interfaces/ICredits.sol";
import {IDisputeModule} from "./interfaces/IDisputeModule.sol";
import {IHostRegistry} from "./interfaces/IHostRegistry.sol";
import {IQuoteVerifier} from "./interfaces/IQuoteVerifier.sol";
import {ITeeTeeRollup} from "./interfaces/ITeeTeeRollup.sol";

import {ParameterRules} from "./libraries/ParameterRules.sol";

import {Batch, BatchHeader, BatchStatus, Parameters} from "./types/Types.sol";

/// @title Batches, finality and the parameters of one TeeTee deployment
/// @notice See `ITeeTeeRollup`. Standing batches form one chain over `parentIndex`: a new batch always builds on the head, and a
/// roll-back moves the head back, so the latest child of a standing batch that is not the head stands too.
contract TeeTeeRollup is Governed {
    /// @dev Batches [from, to) were rolled back if they had been posted by then; `to` never falls from one entry to the next.
    struct RollBack {
        uint64 from;
        uint64 to;
    }

    /// @dev Four storage slots; postBatch writes the first three and the child link of the parent.
    struct Record {
        bytes32 batchHash;
        bytes32 stateRoot;
        address poster;
        uint64 postedAt;
        uint32 count;
        uint64 parentIndex;
        uint64 childIndex;
        uint64 finalizedAt;
    }

    uint16 public constant HEADER_VERSION = 1;

    uint64 public immutable override epochSeconds;
    uint64 public immutable override window;
    uint64 private immutable _dataWindow;
    uint64 private immutable _responseWindow;
    uint64 private immutable _computeWindow;
    uint64 public immutable override disputeHorizon;
    uint64 private immutable _postBeforeHorizon;
    uint64 public immutable override withdrawalDelay;
    uint64 public immutable override withdrawalMargin;
    uint64 public immutable override exitDelay;
    uint64 private immutable _takeoverDelay;
    uint64 public immutable override nonceTtl;
    uint64 public immutable override maxKeyValidity;
    uint16 private immutable _sequencerShareBps;
    uint128 public immutable override minSlotStake;
    uint128 public immutable override minPosterStake;
    uint128 public immutable override modelBond;

    IHostRegistry public immutable override registry;
    ICredits public immutable override credits;
    address public immutable override primarySequencer;
    uint64 public immutable override deployedAtBlock;

    uint64 public override nextIndex = 1;
    uint64 public override headIndex;
    uint64 public override finalIndex;
    uint64 public override primaryPostedAt;
    mapping(uint64 => Record) private _records;
    RollBack[] private _rollBacks;

    /// @param p Fixed for good; see `ParameterRules`.
    /// @param initialOwner May queue modules and retirement; zero for none.
    /// @param primary The sequencer that posts alone unless it falls silent. It stakes like every poster.
    /// @param hostRegistry Deployed before, for this address.
    /// @param userCredits Deployed before, for this address.
    constructor(
        Parameters memory p,
        address initialOwner,
        address primary,
        IHostRegistry hostRegistry,
        ICredits userCredits,
        IQuoteVerifier verifier,
        IDisputeModule dispute
    ) Governed(initialOwner, verifier, dispute, p.moduleDelay, p.devParameters) {
        ParameterRules.check(p);
        epochSeconds = p.epochSeconds;
        window = p.window;
        _dataWindow = p.dataWindow;
        _responseWindow = p.responseWindow;
        _computeWindow = p.computeWindow;
        disputeHorizon = p.disputeHorizon;
        _postBeforeHorizon = p.postBeforeHorizon;
        withdrawalDelay = p.withdrawalDelay;
        withdrawalMargin = p.withdrawalMargin;
        exitDelay = p.exitDelay;
        _takeoverDelay = p.takeoverDelay;
        nonceTtl = p.nonceTtl;
        maxKeyValidity = p.maxKeyValidity;
        _sequencerShareBps = p.sequencerShareBps;
        minSlotStake = p.minSlotStake;
        minPosterStake = p.minPosterStake;
        modelBond = p.modelBond;
        registry = hostRegistry;
        credits = userCredits;
        primarySequencer = primary;
        deployedAtBlock = uint64(block.number);
        primaryPostedAt = uint64(block.timestamp);
        _checkCounterpart(address(hostRegistry), address(hostRegistry.rollup()));
        _checkCounterpart(address(userCredits), address(userCredits.rollup()));
    }

    /// @inheritdoc ITeeTeeRollup
    function postBatch(uint64 expectedIndex, bytes32 expectedParentHash, BatchHeader calldata header)
        external
        override
        returns (bytes32 batchHash)
    {
        uint64 index = nextIndex;
        if (expectedIndex < index) revert Rollup_IndexAlreadyPosted(expectedIndex, _records[expectedIndex].batchHash);
        if (expectedIndex > index) revert Rollup_IndexAhead(expectedIndex, index);
        if (retiredAt != 0) revert Rollup_Retired();
        uint64 parentIndex = headIndex;
        bytes32 parentHash = _records[parentIndex].batchHash;
        if (expectedParentHash != parentHash) revert Rollup_ParentMismatch(expectedParentHash, parentHash);
        _checkTurn();
        _checkHeader(header);
        batchHash = hashBatch(index, parentHash, header);
        _store(index, parentIndex, batchHash, header);
        emit BatchPosted(index, batchHash, msg.sender, parentHash, parentIndex, uint64(block.timestamp), header);
    }

    /// @inheritdoc ITeeTeeRollup
    function finalize(uint64 maxBatches) external override returns (uint64 count) {
        while (count < maxBatches) {
            (uint64 index, uint64 finalAt) = _oldestOpen();
            if (index == 0) {
                if (count > 0) break;
                revert Rollup_NothingPosted(finalIndex);
            }
            if (block.timestamp < finalAt) {
                if (count > 0) break;
                revert Rollup_WindowOpen(index, finalAt, uint64(block.timestamp));
            }
            if (_isBlocked(index, finalAt)) {
                if (count > 0) break;
                revert Rollup_FinalityBlocked(index, _records[index].batchHash);
            }
            _finalizeOne(index);
            count++;
        }
    }

    /// @inheritdoc ITeeTeeRollup
    function rollBack(uint64 fromIndex, bytes32 batchHash) external override {
        if (msg.sender != address(disputeModule)) revert Rollup_OnlyDisputeModule(msg.sender);
        Record storage record = _records[fromIndex];
        if (record.postedAt == 0 || record.batchHash != batchHash) revert Rollup_BatchUnknown(fromIndex, batchHash);
        BatchStatus status = statusOf(fromIndex);
        if (status != BatchStatus.Open) revert Rollup_BatchNotOpen(fromIndex, status);
        headIndex = record.parentIndex;
        _rollBacks.push(RollBack(fromIndex, nextIndex));
        emit BatchesRolledBack(fromIndex, nextIndex - 1, headIndex, batchHash);
    }

    /// @inheritdoc ITeeTeeRollup
    function parameters() external view override returns (Parameters memory p) {
        p.epochSeconds = epochSeconds;
        p.window = window;
        p.dataWindow = _dataWindow;
        p.responseWindow = _responseWindow;
        p.computeWindow = _computeWindow;
        p.disputeHorizon = disputeHorizon;
        p.postBeforeHorizon = _postBeforeHorizon;
        p.withdrawalDelay = withdrawalDelay;
        p.withdrawalMargin = withdrawalMargin;
        p.exitDelay = exitDelay;
        p.moduleDelay = _moduleDelay;
        p.takeoverDelay = _takeoverDelay;
        p.nonceTtl = nonceTtl;
        p.maxKeyValidity = maxKeyValidity;
        p.sequencerShareBps = _sequencerShareBps;
        p.minSlotStake = minSlotStake;
        p.minPosterStake = minPosterStake;
        p.modelBond = modelBond;
        p.devParameters = _devParameters;
    }

    /// @inheritdoc ITeeTeeRollup
    function domainSeparator() external view override returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("TeeTee"),
                keccak256("1"),
                block.chainid,
                address(this)
            )
        );
    }

    /// @inheritdoc ITeeTeeRollup
    function hashBatch(uint64 index, bytes32 parentHash, BatchHeader calldata header)
        public
        view
        override
        returns (bytes32)
    {
        return keccak256(abi.encode(block.chainid, address(this), index, parentHash, header));
    }

    /// @inheritdoc ITeeTeeRollup
    function finalStateRoot() external view override returns (bytes32) {
        return _records[finalIndex].stateRoot;
    }

    /// @inheritdoc ITeeTeeRollup
    function latestBatch() external view override returns (uint64 index, Batch memory record) {
        index = headIndex;
        record = batch(index);
    }

    /// @inheritdoc ITeeTeeRollup
    function batch(uint64 index) public view override returns (Batch memory) {
        Record storage r = _records[index];
        return Batch(r.batchHash, r.stateRoot, r.poster, r.postedAt, r.count, r.parentIndex, r.finalizedAt);
    }

    /// @inheritdoc ITeeTeeRollup
    function statusOf(uint64 index) public view override returns (BatchStatus) {
        if (index == 0) return BatchStatus.Final;
        if (index >= nextIndex) return BatchStatus.None;
        if (_records[index].finalizedAt != 0) return BatchStatus.Final;
        return _wasRolledBack(index) ? BatchStatus.RolledBack : BatchStatus.Open;
    }

    /// @inheritdoc ITeeTeeRollup
    function nextToFinalize() external view override returns (uint64 index, uint64 finalAt, bool blocked) {
        (index, finalAt) = _oldestOpen();
        if (index != 0) blocked = _isBlocked(index, finalAt);
    }

    /// @inheritdoc ITeeTeeRollup
    function settledUpTo(uint64 index, uint64 time) external view override returns (bool) {
        if (statusOf(index) != BatchStatus.Final) return false;
        return index == headIndex || _records[_records[index].childIndex].postedAt >= time;
    }

    function _store(uint64 index, uint64 parentIndex, bytes32 batchHash, BatchHeader calldata header) private {
        Record storage record = _records[index];
        record.batchHash = batchHash;
        record.stateRoot = header.stateRoot;
        record.poster = msg.sender;
        record.postedAt = uint64(block.timestamp);
        record.count = header.count;
        record.parentIndex = parentIndex;
        _records[parentIndex].childIndex = index;
        nextIndex = index + 1;
        headIndex = index;
        if (msg.sender == primarySequencer) primaryPostedAt = uint64(block.timestamp);
    }

    function _finalizeOne(uint64 index) private {
        Record storage record = _records[index];
        record.finalizedAt = uint64(block.timestamp);
        finalIndex = index;
        emit BatchFinalized(index, record.batchHash, record.stateRoot);
    }

    function _checkTurn() private view {
        if (!registry.isActivePoster(msg.sender)) revert Rollup_NotAPoster(msg.sender);
        if (msg.sender == primarySequencer) return;
        uint64 openToAllAt = primaryPostedAt + _takeoverDelay;
        if (block.timestamp < openToAllAt) revert Rollup_PrimaryHasTheTurn(msg.sender, openToAllAt);
    }

    function _checkHeader(BatchHeader calldata h) private pure {
        bool whole = h.version == HEADER_VERSION && h.count > 0 && h.chunkCount > 0 && h.receiptsRoot != 0
            && h.dataRoot != 0 && h.stateRoot != 0;
        if (!whole) revert Rollup_BadHeader(h);
    }

    function _checkCounterpart(address counterpart, address itsRollup) private view {
        if (itsRollup != address(this)) revert Rollup_WrongCounterpart(counterpart, itsRollup);
    }

    function _oldestOpen() private view returns (uint64 index, uint64 finalAt) {
        if (headIndex == finalIndex) return (0, 0);
        index = _records[finalIndex].childIndex;
        finalAt = _records[index].postedAt + window;
    }

    function _isBlocked(uint64 index, uint64 finalAt) private view returns (bool) {
        IDisputeModule module = disputeModule;
        if (address(module) == address(0) || block.timestamp >= finalAt + disputeHorizon) return false;
        try module.blocksFinality(index, _records[index].batchHash) returns (bool blocked) {
            return blocked;
        } catch {
            return true;
        }
    }

    function _wasRolledBack(uint64 index) private view returns (bool) {
        for (uint256 i = _rollBacks.length; i > 0; i--) {
            RollBack storage entry = _rollBacks[i - 1];
            if (entry.to <= index) return false;
            if (entry.from <= index) return true;
        }
        return false;
    }
}
