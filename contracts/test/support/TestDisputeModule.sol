// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICredits} from "../../src/interfaces/ICredits.sol";
import {IDisputeModule} from "../../src/interfaces/IDisputeModule.sol";
import {IHostRegistry} from "../../src/interfaces/IHostRegistry.sol";
import {ITeeTeeRollup} from "../../src/interfaces/ITeeTeeRollup.sol";
import {Penalty, StakeKind} from "../../src/types/Types.sol";

/// @notice Calls every entry point of a dispute module on command and answers finality as told.
contract TestDisputeModule is IDisputeModule {
    bool public blocking;
    bool public broken;

    error Broken();

    function set(bool blocks, bool breaks) external {
        blocking = blocks;
        broken = breaks;
    }

    function blocksFinality(uint64, bytes32) external view override returns (bool) {
        if (broken) revert Broken();
        return blocking;
    }

    function rollBack(ITeeTeeRollup rollup, uint64 from, bytes32 batchHash) external {
        rollup.rollBack(from, batchHash);
    }

    function slash(IHostRegistry registry, StakeKind kind, bytes32 id, Penalty calldata penalty) external {
        registry.slash(kind, id, penalty);
    }

    function freeze(IHostRegistry registry, StakeKind kind, bytes32 id) external {
        registry.freeze(kind, id);
    }

    function unfreeze(IHostRegistry registry, StakeKind kind, bytes32 id) external {
        registry.unfreeze(kind, id);
    }

    function suspendModel(IHostRegistry registry, bytes32 modelId) external {
        registry.suspendModel(modelId);
    }

    function revokeKey(IHostRegistry registry, uint32 slotId, address key) external {
        registry.revokeKey(slotId, key);
    }

    function freezeEarnings(ICredits credits, address owner, uint128 amount) external {
        credits.freezeEarnings(owner, amount);
    }

    function unfreezeEarnings(ICredits credits, address owner, uint128 amount) external {
        credits.unfreezeEarnings(owner, amount);
    }

    function forfeitEarnings(ICredits credits, address owner, uint128 amount) external {
        credits.forfeitEarnings(owner, amount);
    }

    function holdWithdrawal(ICredits credits, address user, uint64 until) external {
        credits.holdWithdrawal(user, until);
    }

    function voidLeaf(ICredits credits, uint64 index, bytes32 batchHash, uint32 leaf, address user) external payable {
        credits.voidLeaf{value: msg.value}(index, batchHash, leaf, user);
    }
}
