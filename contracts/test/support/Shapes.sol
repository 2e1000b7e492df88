// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelConfig} from "../../src/types/Types.sol";

/// @notice Shapes of models: real ones, and ones at the edges of the layout.
library Shapes {
    uint256 internal constant NORM_PAIRS = 0;
    uint256 internal constant NEOX_PAIRS = 1;

    /// @notice models/demo/teetee-demo.gguf.
    function demo() internal pure returns (ModelConfig memory) {
        return make(192, 512, 6, 6, 2, 32, 1536, 512);
    }

    /// @notice TinyLlama-1.1B.
    function small() internal pure returns (ModelConfig memory) {
        return make(2048, 5632, 22, 32, 4, 64, 32_000, 2048);
    }

    /// @notice Llama 70B.
    function large() internal pure returns (ModelConfig memory) {
        return make(8192, 28_672, 80, 64, 8, 128, 128_256, 8192);
    }

    /// @notice Nothing divides anything: heads of 48 across pages, E and FF no multiples of 32, part of a head rotated, tied output.
    function odd() internal pure returns (ModelConfig memory c) {
        c = make(1300, 4140, 3, 14, 7, 48, 5000, 300);
        (c.ropeDimensions, c.ropePairing, c.tiedOutput) = (32, uint32(NEOX_PAIRS), true);
    }

    /// @notice Heads of 8, so that a block touches four; three planes of columns in Down.
    function narrow() internal pure returns (ModelConfig memory c) {
        c = make(72, 16_420, 2, 9, 3, 8, 9000, 64);
        c.ropePairing = uint32(NEOX_PAIRS);
    }

    function make(
        uint32 embedding,
        uint32 feedForward,
        uint32 layers,
        uint32 heads,
        uint32 kvHeads,
        uint32 headDimension,
        uint32 vocabulary,
        uint32 contextLength
    ) internal pure returns (ModelConfig memory c) {
        c.architecture = 1;
        c.embeddingLength = embedding;
        c.feedForwardLength = feedForward;
        c.layerCount = layers;
        c.headCount = heads;
        c.kvHeadCount = kvHeads;
        c.headDimension = headDimension;
        c.ropeDimensions = headDimension;
        c.vocabularySize = vocabulary;
        c.contextLength = contextLength;
        // 1e-5 and 0.125: any finite numbers will do here.
        c.rmsEpsilonBits = 0x3727c5ac;
        c.attentionScaleBits = 0x3e000000;
    }
}
