// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Philox4x32-10
/// @notice The counter-based generator of Random123 (Salmon et al., SC 2011): the noise source of ruling 23.
library Philox {
    /// @notice Four words from a counter and a key.
    /// @param counter The words c0..c3, c0 in the lowest 32 bits.
    /// @param key k0 in the lowest 32 bits, k1 above it; the rest is ignored.
    /// @return words w0..w3, w0 in the lowest 32 bits.
    function generate(uint256 counter, uint256 key) internal pure returns (uint256 words) {
        assembly ("memory-safe") {
            let c0 := and(counter, 0xffffffff)
            let c1 := and(shr(32, counter), 0xffffffff)
            let c2 := and(shr(64, counter), 0xffffffff)
            let c3 := and(shr(96, counter), 0xffffffff)
            let k0 := and(key, 0xffffffff)
            let k1 := and(shr(32, key), 0xffffffff)
            for { let round := 0 } lt(round, 10) { round := add(round, 1) } {
                let p := mul(0xd2511f53, c0)
                let q := mul(0xcd9e8d57, c2)
                c0 := xor(xor(shr(32, q), c1), k0)
                c1 := and(q, 0xffffffff)
                c2 := xor(xor(shr(32, p), c3), k1)
                c3 := and(p, 0xffffffff)
                k0 := and(add(k0, 0x9e3779b9), 0xffffffff)
                k1 := and(add(k1, 0xbb67ae85), 0xffffffff)
            }
            words := or(or(c0, shl(32, c1)), or(shl(64, c2), shl(96, c3)))
        }
    }
}
