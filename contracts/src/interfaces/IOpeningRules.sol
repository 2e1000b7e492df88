// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeContext, LeafProof, TraceOpening} from "../types/DisputeTypes.sol";
import {DisputeTerms, Subject} from "../types/GameTypes.sol";
import {QueryReceipt, ShardReceipt} from "../types/Messages.sol";
import {BatchHeader, BatchStatus} from "../types/Types.sol";
import {IDisputeGame} from "./IDisputeGame.sol";
import {ITeeTeeRollup} from "./ITeeTeeRollup.sol";

/// @title What a dispute is about: batch, leaf, job, receipt, slot and model
/// @notice Reads the game, the rollup and the registry and keeps nothing. The functions take the arguments of the game's, which passes
/// its call data on, and revert with the first rule that is broken.
interface IOpeningRules {
    error Opening_BatchNotOpen(uint64 batchIndex, BatchStatus status);
    error Opening_WindowClosed(uint64 endedAt, uint64 nowAt);
    error Opening_WrongBatch(bytes32 given, bytes32 posted);
    error Opening_WrongHeader(bytes32 hashed, bytes32 posted);
    error Opening_NotInTheTree(bytes32 receiptsRoot, uint32 leaf);
    error Opening_NoSuchShard(uint32 shard, uint256 shards);
    error Opening_WrongItem(bytes32 hashed, bytes32 committed);
    error Opening_WrongJob(bytes32 jobId, bytes32 expected);
    error Opening_BadSignature(uint32 slot, address signer, uint64 epoch);
    error Opening_WrongSlot(uint32 slot, address operator, bytes32 modelId);
    error Opening_WrongConfig(bytes32 hashed, bytes32 listed);
    error Opening_NotDisputable(uint32 architecture, uint32 arithmeticVersion, uint32 topK);
    error Opening_NoSuchPosition(uint32 position, uint32 positions);
    /// @notice `field` counts the members of `DisputeContext` from 0.
    error Opening_WrongContext(uint256 field);
    error Opening_NotAuditor(address caller, address user);
    error Opening_OtherReceipt(bytes32 hashed, bytes32 opened);
    error Opening_BadTerms(string rule, uint256 value, uint256 bound);
    error Opening_NoBoundary();
    error Opening_BoundaryMeets(bytes32 root);

    /// @notice What `IDisputeGame.open` demands: everything but bond and uniqueness. Asked by the game, whose newest dispute this is.
    function checkOpen(
        BatchHeader calldata header,
        LeafProof calldata leaf,
        IDisputeGame.OpenItems calldata items,
        DisputeContext calldata context,
        bytes32 commitment
    ) external view returns (Subject memory);

    /// @notice What `IDisputeGame.proveBoundary` demands of the openings. Asked by the game.
    function checkBoundary(
        uint256 disputeId,
        DisputeContext calldata context,
        TraceOpening calldata lowerOpening,
        QueryReceipt calldata receipt,
        ShardReceipt calldata upper,
        bytes calldata upperSignature,
        TraceOpening calldata upperOpening
    ) external view;

    /// @notice Reverts with the first rule that the terms break by themselves or, once the rollup is deployed, with its parameters.
    /// @return related Whether they were compared with the parameters.
    function checkTerms(DisputeTerms calldata terms) external view returns (bool related);

    function rollup() external view returns (ITeeTeeRollup);
}
