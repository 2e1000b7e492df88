// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Binary32} from "./Binary32.sol";
import {Philox} from "./Philox.sol";

/// @title The noise of a sampled pick
/// @notice g = -ln(-ln(u)), u from Philox by (seed, position, token) (rulings 22, 23, 24).
library GumbelNoise {
    /// @notice The noise of one token id, as bits of a binary32.
    /// @param seed The 32 bytes of the signed request; byte 0 is the most significant one of the word.
    /// @param position Position of the token being picked.
    /// @param id The token id, below 2^32.
    function noise(bytes32 seed, uint256 position, uint256 id) internal pure returns (uint256) {
        uint256 words;
        assembly ("memory-safe") {
            // Bytes 0..15 of the seed as four little-endian words: all 16 bytes in reverse order.
            let s := shr(128, seed)
            s := or(
                shl(8, and(s, 0x00ff00ff00ff00ff00ff00ff00ff00ff)),
                and(shr(8, s), 0x00ff00ff00ff00ff00ff00ff00ff00ff)
            )
            s := or(
                shl(16, and(s, 0x0000ffff0000ffff0000ffff0000ffff)),
                and(shr(16, s), 0x0000ffff0000ffff0000ffff0000ffff)
            )
            s := or(
                shl(32, and(s, 0x00000000ffffffff00000000ffffffff)),
                and(shr(32, s), 0x00000000ffffffff00000000ffffffff)
            )
            s := or(shl(64, and(s, 0xffffffffffffffff)), shr(64, s))
            // Key: words 0 and 1. Counter: (position, id / 4, words 2 and 3).
            words := or(or(and(position, 0xffffffff), shl(32, shr(2, id))), shl(64, shr(64, s)))
            seed := and(s, 0xffffffffffffffff)
        }
        words = Philox.generate(words, uint256(seed));
        return fromWord((words >> (32 * (id & 3))) & 0xffffffff);
    }

    /// @notice The noise of one random word: u = (2 * (word >> 9) + 1) * 2^-24.
    function fromWord(uint256 word) internal pure returns (uint256) {
        // Exact: at most 24 bits. Times 2^-24 is 24 less in the exponent, and the least is far from subnormal.
        uint256 u = Binary32.fromInt(int256(2 * (word >> 9) + 1)) - (24 << 23);
        return Binary32.negate(Binary32.ln(Binary32.negate(Binary32.ln(u))));
    }
}
