// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Slices} from "./Slices.sol";

/// @title Evidence of an attestation: abi.encode(bytes quote, bytes pckCertificateDer, bytes pckIssuerDer)
/// @notice Found by position, without a copy. Only the one encoding that ABI encoders write is accepted: three parts in order, without
/// gaps, each padded to whole words.
library Evidence {
    /// @notice Where the three parts are in the evidence.
    struct Parts {
        uint256 quoteStart;
        uint256 quoteEnd;
        uint256 leafStart;
        uint256 leafEnd;
        uint256 issuerStart;
        uint256 issuerEnd;
    }

    uint256 private constant LONGEST = 32_768;
    uint256 private constant HEAD = 96;

    error Evidence_TooLong(uint256 length, uint256 longest);
    error Evidence_BadOffset(uint256 part, uint256 offset, uint256 expected);
    error Evidence_BadLength(uint256 part, uint256 length, uint256 left);
    error Evidence_TrailingData(uint256 position, uint256 end);

    function read(bytes memory data) internal pure returns (Parts memory p) {
        if (data.length > LONGEST) revert Evidence_TooLong(data.length, LONGEST);
        uint256 next = HEAD;
        (p.quoteStart, p.quoteEnd, next) = _part(data, 0, next);
        (p.leafStart, p.leafEnd, next) = _part(data, 1, next);
        (p.issuerStart, p.issuerEnd, next) = _part(data, 2, next);
        if (next != data.length) revert Evidence_TrailingData(next, data.length);
    }

    function _part(bytes memory data, uint256 part, uint256 position)
        private
        pure
        returns (uint256 start, uint256 end, uint256 next)
    {
        uint256 offset = uint256(Slices.word(data, 32 * part, 32));
        if (offset != position) revert Evidence_BadOffset(part, offset, position);
        uint256 length = uint256(Slices.word(data, position, 32));
        start = position + 32;
        if (length > data.length - start) revert Evidence_BadLength(part, length, data.length - start);
        end = start + length;
        next = (end + 31) & ~uint256(31);
        if (next > data.length) revert Evidence_BadLength(part, length, data.length - start);
    }
}
