// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The dot product of two blocks of 32 signed bytes, eight products per multiplication
/// @dev Bytes are made unsigned by adding 128 (flipping the top bit): sum((w-128)(q-128)) = sum(wq) - 128 (sum(w) + sum(q)) + 32 * 128^2.
/// Every fourth byte of a word masks out to eight lanes of 32 bits. Multiplied by the other block's lanes in reverse order, the top lane of
/// the product mod 2^256 is the sum of eight products; no lane reaches 2^32 (at most 32 * 255^2 < 2^21), so nothing is carried into it.
library Int8Dot {
    uint256 private constant LANES = 0x000000ff000000ff000000ff000000ff000000ff000000ff000000ff000000ff;
    uint256 private constant FLIP = 0x8080808080808080808080808080808080808080808080808080808080808080;
    uint256 private constant ONES = 0x0000000100000001000000010000000100000001000000010000000100000001;
    uint256 private constant HALVES = 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
    uint256 private constant QUARTERS = 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff;

    /// @notice The exact dot product of the 32 signed bytes of each word; at most 2^19 in magnitude.
    function dot(uint256 w, uint256 q) internal pure returns (int256 sum) {
        assembly ("memory-safe") {
            w := xor(w, FLIP)
            q := xor(q, FLIP)
            // The groups of four bytes of q in reverse order.
            let r := or(shl(32, and(q, HALVES)), and(shr(32, q), HALVES))
            r := or(shl(64, and(r, QUARTERS)), and(shr(64, r), QUARTERS))
            r := or(shl(128, r), shr(128, r))
            let w0 := and(w, LANES)
            let q0 := and(r, LANES)
            let products := mul(w0, q0)
            let lanes := add(w0, q0)
            w0 := and(shr(8, w), LANES)
            q0 := and(shr(8, r), LANES)
            products := add(products, mul(w0, q0))
            lanes := add(lanes, add(w0, q0))
            w0 := and(shr(16, w), LANES)
            q0 := and(shr(16, r), LANES)
            products := add(products, mul(w0, q0))
            lanes := add(lanes, add(w0, q0))
            w0 := and(shr(24, w), LANES)
            q0 := and(shr(24, r), LANES)
            products := add(products, mul(w0, q0))
            lanes := add(lanes, add(w0, q0))
            // 32 * 128^2 = 524,288.
            sum := sub(add(shr(224, products), 524288), shl(7, shr(224, mul(lanes, ONES))))
        }
    }
}
