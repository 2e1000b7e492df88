// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    EmbeddingWitness,
    KeyRowWitness,
    MatrixWitness,
    NormWitness,
    OutputsWitness,
    PickWitness,
    QuantizedGatedWitness,
    QuantizedHeadsWitness,
    QuantizedNormWitness,
    ResidualWitness,
    RotationWitness,
    ScoresWitness,
    SumsWitness,
    ValueRowWitness
} from "../types/DisputeTypes.sol";

/// @title The witness of a step as a struct in calldata
/// @notice `data` is `abi.encode(struct)`: the offset of the struct's tuple, then the tuple. Nothing is copied.
/// @dev Whatever the offset says, the compiler checks every member that is read against the end of the calldata. A witness that is laid out
/// in an unusual way, even beyond `data`, is still only the caller's own bytes.
library Witness {
    error Witness_BadOffset(uint256 offset);

    function embedding(bytes calldata data) internal pure returns (EmbeddingWitness calldata w) {
        uint256 start = _tuple(data);
        assembly ("memory-safe") {
            w := start
        }
    }

    function norm(bytes calldata data) internal pure returns (NormWitness calldata w) {
        uint256 start = _tuple(data);
        assembly ("memory-safe") {
            w := start
        }
    }

    function quantizedNorm(bytes calldata data) internal pure returns (QuantizedNormWitness calldata w) {
        uint256 start = _tuple(data);
        assembly ("memory-safe") {
            w := start
        }
    }

    function matrix(bytes calldata data) internal pure returns (MatrixWitness calldata w) {
        uint256 start = _tuple(data);
        assembly ("memory-safe") {
            w := start
        }
    }

    function rotation(bytes calldata data) internal pure returns (RotationWitness calldata w) {
        uint256 start = _tuple(data);
        assembly ("memory-safe") {
            w := start
        }
    }

    function keyRow(bytes calldata data) internal pure returns (KeyRowWitness calldata w) {
        uint256 start = _tuple(data);
        assembly ("memory-safe") {
            w := start
        }
    }

    function valueRow(bytes calldata data) internal pure returns (ValueRowWitness calldata w) {
        uint256 start = _tuple(data);
        assembly ("memory-safe") {
            w := start
        }
    }

    function scores(bytes calldata data) internal pure returns (ScoresWitness calldata w) {
        uint256 start = _tuple(data);
        assembly ("memory-safe") {
            w := start
        }
    }

    function sums(bytes calldata data) internal pure returns (SumsWitness calldata w) {
        uint256 start = _tuple(data);
        assembly ("memory-safe") {
            w := start
        }
    }

    function outputs(bytes calldata data) internal pure returns (OutputsWitness calldata w) {
        uint256 start = _tuple(data);
        assembly ("memory-safe") {
            w := start
        }
    }

    function quantizedHeads(bytes calldata data) internal pure returns (QuantizedHeadsWitness calldata w) {
        uint256 start = _tuple(data);
        assembly ("memory-safe") {
            w := start
        }
    }

    function residual(bytes calldata data) internal pure returns (ResidualWitness calldata w) {
        uint256 start = _tuple(data);
        assembly ("memory-safe") {
            w := start
        }
    }

    function quantizedGated(bytes calldata data) internal pure returns (QuantizedGatedWitness calldata w) {
        uint256 start = _tuple(data);
        assembly ("memory-safe") {
            w := start
        }
    }

    function pick(bytes calldata data) internal pure returns (PickWitness calldata w) {
        uint256 start = _tuple(data);
        assembly ("memory-safe") {
            w := start
        }
    }

    /// @dev Where the tuple begins in calldata.
    function _tuple(bytes calldata data) private pure returns (uint256 start) {
        uint256 offset = data.length < 32 ? type(uint256).max : uint256(bytes32(data[:32]));
        if (offset > data.length) revert Witness_BadOffset(offset);
        assembly ("memory-safe") {
            start := add(data.offset, offset)
        }
    }
}
