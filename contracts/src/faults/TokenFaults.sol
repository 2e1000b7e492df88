// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITeeTeeRollup} from "../interfaces/ITeeTeeRollup.sol";

import {TokenPages} from "../libraries/TokenPages.sol";

import {LeafProof, TokenOpening} from "../types/DisputeTypes.sol";
import {BatchRef, Finish, SignedRequest, Verdict} from "../types/FaultTypes.sol";
import {ModelConfig} from "../types/Types.sol";

import {Judge} from "./Judge.sol";

/// @title Faults of a public job's token ids (docs/protocol.md, sections 4 and 6)
/// @notice Of sealed jobs the poster cannot read the ids, so it cannot be blamed for them.
contract TokenFaults is Judge {
    error TokenFaults_Sealed();
    error TokenFaults_CountsDiffer(uint32 leaf, uint32 request);
    error TokenFaults_NotAnOutput(uint32 position, uint256 first, uint256 end);
    error TokenFaults_WrongConfig(bytes32 hashed, bytes32 listed);

    constructor(ITeeTeeRollup rollup_) Judge(rollup_) {}

    /// @notice The job ended by stop and its last token is not in the stop set.
    function stopMissing(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        TokenOpening calldata opening
    ) external view returns (Verdict memory) {
        uint256 count = _bindTokens(ref, leaf, signed);
        if (leaf.receipt.finish != Finish.STOP) revert Judge_OtherFinish(leaf.receipt.finish);
        uint32 id = TokenPages.tokenAt(leaf.receipt.tokensRoot, count, count - 1, opening);
        if (_stops(signed, id)) revert Judge_NoFault("last token stops", id, id);
        return _refund(ref, leaf, signed);
    }

    /// @notice An output before the last, or the last of a job that did not end by stop, is in the stop set.
    function stopIgnored(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        uint32 position,
        TokenOpening calldata opening
    ) external view returns (Verdict memory) {
        uint256 count = _bindTokens(ref, leaf, signed);
        uint256 end = leaf.receipt.finish == Finish.STOP ? count - 1 : count;
        if (position < leaf.receipt.promptTokens || position >= end) {
            revert TokenFaults_NotAnOutput(position, leaf.receipt.promptTokens, end);
        }
        uint32 id = TokenPages.tokenAt(leaf.receipt.tokensRoot, count, position, opening);
        if (!_stops(signed, id)) revert Judge_NoFault("token does not stop", id, id);
        return _refund(ref, leaf, signed);
    }

    /// @notice The prompt that was run is not the signed one: its own root is another than the request's. Whole pages of it have the same
    /// leaves under both roots, so the leaves under `tokensRoot` and one page are all that is needed.
    /// @param pages All leaves of the tree of `tokensRoot`.
    /// @param boundary The page that prompt and output share; empty where the prompt fills its pages.
    function promptDiffers(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        bytes32[] calldata pages,
        bytes calldata boundary
    ) external view returns (Verdict memory) {
        uint256 count = _bindTokens(ref, leaf, signed);
        TokenPages.checkLeaves(leaf.receipt.tokensRoot, count, pages);
        bytes32 root = TokenPages.prefixRoot(pages, count, signed.request.promptTokens, boundary);
        _differ("prompt's root", root, signed.request.promptTokensRoot);
        return _refund(ref, leaf, signed);
    }

    /// @notice A token id is not below the vocabulary size.
    function tokenOutOfRange(
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        uint32 position,
        TokenOpening calldata opening,
        ModelConfig calldata config
    ) external view returns (Verdict memory) {
        uint256 count = _bindTokens(ref, leaf, signed);
        bytes32 listed = rollup.registry().model(signed.request.modelId).configHash;
        bytes32 hashed = keccak256(abi.encode(config));
        if (hashed != listed) revert TokenFaults_WrongConfig(hashed, listed);
        uint32 id = TokenPages.tokenAt(leaf.receipt.tokensRoot, count, position, opening);
        if (id < config.vocabularySize) revert Judge_NoFault("token id", id, config.vocabularySize);
        return _refund(ref, leaf, signed);
    }

    /// @return count Ids under the leaf's tokens root: positions 0 to T.
    function _bindTokens(BatchRef calldata ref, LeafProof calldata leaf, SignedRequest calldata signed)
        private
        view
        returns (uint256 count)
    {
        _bind(ref, leaf, signed);
        _notVoid(leaf);
        if (signed.request.privacy != 0) revert TokenFaults_Sealed();
        (uint32 prompt, uint32 requested) = (leaf.receipt.promptTokens, signed.request.promptTokens);
        if (prompt != requested) revert TokenFaults_CountsDiffer(prompt, requested);
        if (leaf.receipt.outputTokens == 0) revert TokenFaults_NotAnOutput(prompt, prompt, prompt);
        return uint256(prompt) + leaf.receipt.outputTokens;
    }

    function _stops(SignedRequest calldata signed, uint32 id) private pure returns (bool) {
        for (uint256 i = 0; i < signed.request.stopTokens.length; i++) {
            if (signed.request.stopTokens[i] == id) return true;
        }
        return false;
    }
}
