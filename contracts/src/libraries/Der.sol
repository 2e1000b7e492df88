// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Slices} from "./Slices.sol";

/// @title A bounded reader of DER (X.690)
/// @notice Only definite lengths in their shortest form, at most 3 length bytes, only single-byte tags. A value never reaches past the
/// end of what encloses it. Positions are absolute in `data`; every function takes the end of the enclosing value and gives the position behind what it read.
library Der {
    uint256 internal constant BOOLEAN = 0x01;
    uint256 internal constant INTEGER = 0x02;
    uint256 internal constant BIT_STRING = 0x03;
    uint256 internal constant OCTET_STRING = 0x04;
    uint256 internal constant OBJECT_IDENTIFIER = 0x06;
    uint256 internal constant UTF8_STRING = 0x0c;
    uint256 internal constant PRINTABLE_STRING = 0x13;
    uint256 internal constant UTC_TIME = 0x17;
    uint256 internal constant GENERALIZED_TIME = 0x18;
    uint256 internal constant SEQUENCE = 0x30;
    uint256 internal constant SET = 0x31;

    error Der_Truncated(uint256 position, uint256 count, uint256 end);
    error Der_BadTag(uint256 position, uint256 actual, uint256 expected);
    error Der_BadLength(uint256 position, uint256 length);
    error Der_TrailingData(uint256 position, uint256 end);
    error Der_BadInteger(uint256 position, uint256 length);
    error Der_BadBoolean(uint256 position, uint256 value);
    error Der_BadBits(uint256 position, uint256 unusedBits);
    error Der_BadTime(uint256 position, bytes32 text);

    /// @notice The head of the value at `position`: its tag, where its contents start and the position behind it.
    function read(bytes memory data, uint256 position, uint256 end)
        internal
        pure
        returns (uint256 tag, uint256 start, uint256 next)
    {
        if (end > data.length || position > end || end - position < 2) revert Der_Truncated(position, 2, end);
        unchecked {
            uint256 head;
            assembly ("memory-safe") {
                head := mload(add(add(data, 32), position))
            }
            tag = head >> 248;
            if (tag & 0x1f == 0x1f) revert Der_BadTag(position, tag, 0);
            uint256 length = (head >> 240) & 0xff;
            start = position + 2;
            if (length > 0x7f) {
                uint256 size = length & 0x7f;
                if (size == 0 || size > 3) revert Der_BadLength(position, length);
                if (end - start < size) revert Der_Truncated(start, size, end);
                length = (head << 16) >> (256 - 8 * size);
                if (length < 0x80 || length >> (8 * size - 8) == 0) revert Der_BadLength(position, length);
                start += size;
            }
            if (length > end - start) revert Der_Truncated(start, length, end);
            next = start + length;
        }
    }

    /// @notice The same for a value that must have `expected` as its tag.
    function enter(bytes memory data, uint256 position, uint256 end, uint256 expected)
        internal
        pure
        returns (uint256 start, uint256 next)
    {
        uint256 tag;
        (tag, start, next) = read(data, position, end);
        if (tag != expected) revert Der_BadTag(position, tag, expected);
    }

    /// @notice Reverts unless everything up to `end` has been read.
    function finish(uint256 position, uint256 end) internal pure {
        if (position != end) revert Der_TrailingData(position, end);
    }

    /// @notice The tag at `position`, or 0 at the end.
    function peek(bytes memory data, uint256 position, uint256 end) internal pure returns (uint256) {
        return position < end ? Slices.byteAt(data, position) : 0;
    }

    /// @notice An object identifier: its content bytes left-aligned, their number in the lowest byte.
    function objectIdentifier(bytes memory data, uint256 position, uint256 end)
        internal
        pure
        returns (bytes32 id, uint256 next)
    {
        uint256 start;
        (start, next) = enter(data, position, end, OBJECT_IDENTIFIER);
        if (next - start == 0 || next - start > 31) revert Der_BadLength(position, next - start);
        id = Slices.word(data, start, next - start) | bytes32(next - start);
    }

    /// @notice A non-negative INTEGER in its shortest form that fits 256 bits.
    function unsigned(bytes memory data, uint256 position, uint256 end)
        internal
        pure
        returns (uint256 value, uint256 next)
    {
        uint256 start;
        (start, next) = enter(data, position, end, INTEGER);
        uint256 length = next - start;
        if (length == 0 || length > 33) revert Der_BadInteger(position, length);
        uint256 first = Slices.byteAt(data, start);
        if (first > 0x7f) revert Der_BadInteger(position, length);
        if (first == 0 && length > 1) {
            // A leading zero is there only to keep the number from looking negative.
            if (Slices.byteAt(data, start + 1) < 0x80) revert Der_BadInteger(position, length);
            (start, length) = (start + 1, length - 1);
        }
        if (length > 32) revert Der_BadInteger(position, length);
        value = uint256(Slices.word(data, start, length)) >> (8 * (32 - length));
    }

    /// @notice A BOOLEAN: 0x00 or 0xff.
    function boolean(bytes memory data, uint256 position, uint256 end)
        internal
        pure
        returns (bool value, uint256 next)
    {
        uint256 start;
        (start, next) = enter(data, position, end, BOOLEAN);
        if (next - start != 1) revert Der_BadLength(position, next - start);
        uint256 octet = Slices.byteAt(data, start);
        if (octet != 0 && octet != 0xff) revert Der_BadBoolean(position, octet);
        value = octet == 0xff;
    }

    /// @notice An OCTET STRING of exactly `length` (at most 32) bytes, left-aligned.
    function octets(bytes memory data, uint256 position, uint256 end, uint256 length)
        internal
        pure
        returns (bytes32 value, uint256 next)
    {
        uint256 start;
        (start, next) = enter(data, position, end, OCTET_STRING);
        if (next - start != length) revert Der_BadLength(position, next - start);
        value = Slices.word(data, start, length);
    }

    /// @notice A BIT STRING: where its bytes start and how many bits of the last one are unused (they must be zero).
    function bits(bytes memory data, uint256 position, uint256 end)
        internal
        pure
        returns (uint256 start, uint256 next, uint256 unused)
    {
        (start, next) = enter(data, position, end, BIT_STRING);
        if (next == start) revert Der_BadLength(position, 0);
        unused = Slices.byteAt(data, start++);
        if (unused > 7 || (unused > 0 && next == start)) revert Der_BadBits(position, unused);
        if (unused > 0 && Slices.byteAt(data, next - 1) & ((1 << unused) - 1) != 0) {
            revert Der_BadBits(position, unused);
        }
    }

    /// @notice A UTCTime (YYMMDDhhmmssZ, years 1950 to 2049) or GeneralizedTime (YYYYMMDDhhmmssZ) from 1970 on, as Unix seconds.
    function time(bytes memory data, uint256 position, uint256 end) internal pure returns (uint64 value, uint256 next) {
        (uint256 tag, uint256 start, uint256 behind) = read(data, position, end);
        if (tag != UTC_TIME && tag != GENERALIZED_TIME) revert Der_BadTag(position, tag, UTC_TIME);
        uint256 yearDigits = tag == UTC_TIME ? 2 : 4;
        if (behind - start != yearDigits + 11) revert Der_BadLength(position, behind - start);
        bytes32 text = Slices.word(data, start, yearDigits + 11);
        (uint256 parsed, bool good) = _seconds(text, yearDigits);
        if (!good) revert Der_BadTime(position, text);
        return (uint64(parsed), behind);
    }

    function _seconds(bytes32 text, uint256 yearDigits) private pure returns (uint256 value, bool good) {
        for (uint256 i = 0; i < yearDigits + 10; i++) {
            if (uint8(text[i]) < 0x30 || uint8(text[i]) > 0x39) return (0, false);
        }
        uint256 year = _pair(text, 0);
        if (yearDigits == 2) year += year < 50 ? 2000 : 1900;
        else year = 100 * year + _pair(text, 2);
        uint256 month = _pair(text, yearDigits);
        uint256 day = _pair(text, yearDigits + 2);
        uint256 hour = _pair(text, yearDigits + 4);
        uint256 minute = _pair(text, yearDigits + 6);
        uint256 second = _pair(text, yearDigits + 8);
        good = text[yearDigits + 10] == "Z" && year >= 1970 && month >= 1 && month <= 12 && hour < 24 && minute < 60
            && second < 60 && day >= 1 && day <= _daysOf(year, month);
        if (good) value = ((_days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    }

    function _pair(bytes32 text, uint256 position) private pure returns (uint256) {
        return 10 * (uint256(uint8(text[position])) - 0x30) + uint256(uint8(text[position + 1])) - 0x30;
    }

    function _daysOf(uint256 year, uint256 month) private pure returns (uint256) {
        if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
        return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
    }

    /// @dev Days since 1970-01-01: whole years, then months counted from March so that the leap day comes last.
    function _days(uint256 year, uint256 month, uint256 day) private pure returns (uint256) {
        if (month <= 2) (year, month) = (year - 1, month + 12);
        uint256 days_ = 365 * year + year / 4 - year / 100 + year / 400;
        return days_ + (153 * (month - 3) + 2) / 5 + day - 1 - 719_468;
    }
}
