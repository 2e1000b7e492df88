// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITeeTeeRollup} from "../interfaces/ITeeTeeRollup.sol";

import {MessageHash} from "../libraries/MessageHash.sol";

import {LeafProof} from "../types/DisputeTypes.sol";
import {BatchRef, SignedRequest, Verdict} from "../types/FaultTypes.sol";
import {JobRequest} from "../types/Messages.sol";
import {Batch, ModelConfig} from "../types/Types.sol";

import {Judge} from "./Judge.sol";

/// @title Faults between a leaf, its request and the request's signer (docs/protocol.md, section 4)
contract RequestFaults is Judge {
    /// @notice Positive binary32 numbers are ordered as their bits are: 2^-7 and 2^10.
    uint32 internal constant LEAST_INVERSE_TEMPERATURE = 0x3C000000;
    uint32 internal constant GREATEST_INVERSE_TEMPERATURE = 0x44800000;
    uint256 internal constant MOST_STOP_TOKENS = 16;

    error RequestFaults_WrongConfig(bytes32 hashed, bytes32 listed);

    constructor(ITeeTeeRollup rollup_) Judge(rollup_) {}

    /// @notice The leaf's job id is not the digest of its request.
    function jobId(BatchRef calldata ref, LeafProof calldata leaf, SignedRequest calldata signed)
        external
        view
        returns (Verdict memory)
    {
        _bind(ref, leaf, signed);
        bytes32 digest = MessageHash.digest(rollup.domainSeparator(), MessageHash.structHash(signed.request));
        _differ("job id", leaf.receipt.jobId, digest);
        return _rollBack(ref, leaf.index);
    }

    /// @notice The request's model is not listed.
    function modelUnknown(BatchRef calldata ref, LeafProof calldata leaf, SignedRequest calldata signed)
        external
        view
        returns (Verdict memory)
    {
        _bind(ref, leaf, signed);
        uint32 layers = rollup.registry().model(signed.request.modelId).layerCount;
        if (layers != 0) revert Judge_NoFault("model is listed", layers, layers);
        return _rollBack(ref, leaf.index);
    }

    /// @notice The request breaks a rule of its form.
    /// @param config The configuration of its model.
    function requestForm(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        ModelConfig calldata config
    ) external view returns (Verdict memory) {
        _bind(ref, leaf, signed);
        bytes32 listed = rollup.registry().model(signed.request.modelId).configHash;
        bytes32 hashed = keccak256(abi.encode(config));
        if (hashed != listed) revert RequestFaults_WrongConfig(hashed, listed);
        if (_isWellFormed(signed.request, config)) revert Judge_NoFault("request is well formed", 0, 0);
        return _rollBack(ref, leaf.index);
    }

    /// @notice The request was not signed by the user or a session key that may.
    function requestSigner(BatchRef calldata ref, LeafProof calldata leaf, SignedRequest calldata signed)
        external
        view
        returns (Verdict memory)
    {
        Batch memory batch = _bind(ref, leaf, signed);
        address signer = _signer(MessageHash.structHash(signed.request), signed.signature);
        if (_maySign(signed, signer, batch.postedAt)) {
            revert Judge_NoFault("signer may sign", uint160(signer), uint160(signed.request.user));
        }
        return _rollBack(ref, leaf.index);
    }

    /// @notice The request names another sequencer than the poster.
    function wrongSequencer(BatchRef calldata ref, LeafProof calldata leaf, SignedRequest calldata signed)
        external
        view
        returns (Verdict memory)
    {
        Batch memory batch = _bind(ref, leaf, signed);
        _differ("sequencer", uint160(signed.request.sequencer), uint160(batch.poster));
        return _rollBack(ref, leaf.index);
    }

    /// @notice The leaf's prompt count is not the request's.
    function promptCount(BatchRef calldata ref, LeafProof calldata leaf, SignedRequest calldata signed)
        external
        view
        returns (Verdict memory)
    {
        _bind(ref, leaf, signed);
        _differ("prompt tokens", leaf.receipt.promptTokens, signed.request.promptTokens);
        return _rollBack(ref, leaf.index);
    }

    function _isWellFormed(JobRequest calldata r, ModelConfig calldata config) private pure returns (bool) {
        if (r.user == address(0) || r.nonce == 0 || r.payment > 1 || r.privacy > 1) return false;
        if (!_areStopTokens(r.stopTokens, config.vocabularySize)) return false;
        if (r.sampling.topK != 0) return false;
        uint32 bits = r.sampling.inverseTemperatureBits;
        bool inRange = bits >= LEAST_INVERSE_TEMPERATURE && bits <= GREATEST_INVERSE_TEMPERATURE;
        if (!r.sampling.greedy && !inRange) return false;
        if (r.promptTokens == 0 || r.promptTokens >= config.contextLength || r.maxOutputTokens == 0) return false;
        return uint256(r.promptPrice) * r.promptTokens + r.outputPrice <= r.maxFee;
    }

    function _areStopTokens(uint32[] calldata tokens, uint32 vocabularySize) private pure returns (bool) {
        if (tokens.length > MOST_STOP_TOKENS) return false;
        for (uint256 i = 1; i < tokens.length; i++) {
            if (tokens[i - 1] >= tokens[i]) return false;
        }
        return tokens.length == 0 || tokens[tokens.length - 1] < vocabularySize;
    }
}
