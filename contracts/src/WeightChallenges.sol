// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BondedChallenges} from "./BondedChallenges.sol";
import {Disputes} from "./Disputes.sol";

import {IDisputeHub} from "./interfaces/IDisputeHub.sol";
import {IDisputeModule} from "./interfaces/IDisputeModule.sol";
import {IHostRegistry} from "./interfaces/IHostRegistry.sol";
import {ITeeTeeRollup} from "./interfaces/ITeeTeeRollup.sol";
import {IWeightChallenges} from "./interfaces/IWeightChallenges.sol";

import {ShaMerkle} from "./libraries/ShaMerkle.sol";
import {WeightLayout} from "./libraries/WeightLayout.sol";

import {ModelConfig, StakeKind} from "./types/Types.sol";

/// @title Demands that a listed model's weights be published
/// @notice See `IWeightChallenges`.
contract WeightChallenges is BondedChallenges, IWeightChallenges, IDisputeModule {
    bytes8 private constant TAG = "TT/wght1";

    mapping(uint256 => WeightChallenge) private _challenges;
    mapping(bytes32 => uint256) private _challengeOf;

    constructor(ITeeTeeRollup rollup_, IDisputeHub hub_, uint128 bond_, uint128 penalty_, uint128 bounty_)
        Disputes(rollup_, hub_)
        BondedChallenges(bond_, penalty_, bounty_)
    {}

    /// @inheritdoc IWeightChallenges
    function challengeRow(bytes32 modelId, ModelConfig calldata config, uint32 tensorId, uint32 row, uint32 page)
        external
        payable
        override
        nonReentrant
        returns (uint256 challengeId)
    {
        IHostRegistry.Model memory model = rollup.registry().model(modelId);
        bool staked = rollup.registry().stakeOf(StakeKind.Model, modelId).owner != address(0);
        if (model.layerCount == 0 || model.suspended || !staked) revert WeightChallenges_ModelUnavailable(modelId);
        _checkConfig(config, model.configHash);
        WeightLayout.leafIndex(WeightLayout.tensorOf(config, tensorId), row, page);
        bytes32 key = _key(modelId, tensorId, row, page);
        uint256 earlier = _challengeOf[key];
        if (earlier != 0) revert Challenges_Repeated(earlier, _challenges[earlier].state);
        WeightChallenge memory c;
        (challengeId, c.bond, c.freezeRound) = _begin(StakeKind.Model, modelId);
        (c.modelId, c.tensorId, c.row, c.page) = (modelId, tensorId, row, page);
        (c.challenger, c.state) = (msg.sender, ChallengeState.Open);
        c.deadline = uint64(block.timestamp) + rollup.parameters().responseWindow;
        _challenges[challengeId] = c;
        _challengeOf[key] = challengeId;
        emit PageChallenged(challengeId, modelId, tensorId, row, page, msg.sender, c.deadline);
    }

    /// @inheritdoc IWeightChallenges
    function answerRow(
        uint256 challengeId,
        ModelConfig calldata config,
        bytes calldata content,
        bytes32[] calldata path
    ) external override nonReentrant {
        uint256 gasBefore = gasleft();
        WeightChallenge storage c = _existing(challengeId);
        _checkBefore(c.deadline);
        IHostRegistry.Model memory model = rollup.registry().model(c.modelId);
        _checkConfig(config, model.configHash);
        bytes32 computed = _root(config, c, content, path);
        if (computed != model.weightsRoot) revert WeightChallenges_WrongPage(computed, model.weightsRoot);
        emit PagePublished(challengeId, c.modelId, c.tensorId, c.row, c.page, content);
        _close(challengeId, c, ChallengeState.Answered);
        _settleAnswered(challengeId, c.bond, c.challenger, gasBefore);
    }

    /// @inheritdoc IWeightChallenges
    /// @dev A model that another page has suspended already loses what is left of its bond.
    function timeout(uint256 challengeId) external override nonReentrant {
        WeightChallenge storage c = _existing(challengeId);
        _checkFrom(c.deadline);
        bool inForce = hub.inForce();
        _close(challengeId, c, inForce ? ChallengeState.Convicted : ChallengeState.Void);
        _giveBond(c.challenger, c.bond);
        if (!inForce) {
            emit ChallengeVoided(challengeId);
            return;
        }
        hub.suspendModel(c.modelId);
        (uint128 taken, uint128 given) = _punish(StakeKind.Model, c.modelId, penalty, bounty, c.challenger);
        emit ChallengeConvicted(challengeId, c.modelId, taken, given);
    }

    /// @inheritdoc IDisputeModule
    /// @dev Batches do not wait for models: what was posted is checked by who holds the pages.
    function blocksFinality(uint64, bytes32) external pure override returns (bool) {
        return false;
    }

    /// @inheritdoc IWeightChallenges
    function challenge(uint256 challengeId) external view override returns (WeightChallenge memory) {
        return _challenges[challengeId];
    }

    /// @inheritdoc IWeightChallenges
    function challengeOf(bytes32 modelId, uint32 tensorId, uint32 row, uint32 page)
        external
        view
        override
        returns (uint256)
    {
        return _challengeOf[_key(modelId, tensorId, row, page)];
    }

    function _root(
        ModelConfig calldata config,
        WeightChallenge storage c,
        bytes calldata content,
        bytes32[] calldata path
    ) private view returns (bytes32) {
        WeightLayout.Tensor memory tensor = WeightLayout.tensorOf(config, c.tensorId);
        uint256 expected = WeightLayout.pageLength(tensor, c.page);
        if (content.length != expected) revert WeightChallenges_WrongLength(content.length, expected);
        bytes32 leaf = ShaMerkle.leaf(WeightLayout.header(tensor, c.row, c.page), content);
        uint256 pages = WeightLayout.pageCount(config);
        bytes32 tree = ShaMerkle.climb(leaf, WeightLayout.leafIndex(tensor, c.row, c.page), pages, path);
        return ShaMerkle.wrap(TAG, pages, tree);
    }

    function _close(uint256 challengeId, WeightChallenge storage c, ChallengeState state) private {
        c.state = state;
        _end(challengeId, StakeKind.Model, c.modelId, c.freezeRound);
    }

    function _existing(uint256 challengeId) private view returns (WeightChallenge storage c) {
        c = _challenges[challengeId];
        if (c.state != ChallengeState.Open) revert Challenges_NotOpen(challengeId, c.state);
    }

    function _checkConfig(ModelConfig calldata config, bytes32 listed) private pure {
        bytes32 hashed = keccak256(abi.encode(config));
        if (hashed != listed) revert WeightChallenges_WrongConfig(hashed, listed);
    }

    function _key(bytes32 modelId, uint32 tensorId, uint32 row, uint32 page) private pure returns (bytes32) {
        return keccak256(abi.encode(modelId, tensorId, row, page));
    }
}
