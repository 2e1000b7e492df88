// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Der} from "../src/libraries/Der.sol";
import {PckExtension} from "../src/libraries/PckExtension.sol";
import {Slices} from "../src/libraries/Slices.sol";
import {X509} from "../src/libraries/X509.sol";

import {Assertions} from "./support/Assertions.sol";
import {vm} from "./support/Vm.sol";

/// @notice The readers behind external calls, so that their reverts can be seen.
contract Readers {
    function read(bytes memory data, uint256 position, uint256 end)
        external
        pure
        returns (uint256 tag, uint256 start, uint256 next)
    {
        return Der.read(data, position, end);
    }

    function unsigned(bytes memory data) external pure returns (uint256 value, uint256 next) {
        return Der.unsigned(data, 0, data.length);
    }

    function boolean(bytes memory data) external pure returns (bool value) {
        (value,) = Der.boolean(data, 0, data.length);
    }

    function bits(bytes memory data) external pure returns (uint256 start, uint256 next, uint256 unused) {
        return Der.bits(data, 0, data.length);
    }

    function time(bytes memory data) external pure returns (uint64 value) {
        (value,) = Der.time(data, 0, data.length);
    }

    function objectIdentifier(bytes memory data) external pure returns (bytes32 id) {
        (id,) = Der.objectIdentifier(data, 0, data.length);
    }

    function octets(bytes memory data, uint256 length) external pure returns (bytes32 value) {
        (value,) = Der.octets(data, 0, data.length, length);
    }

    function certificate(bytes memory data) external pure returns (X509.Certificate memory) {
        return X509.read(data, 0, data.length);
    }

    function extension(bytes memory data) external pure returns (PckExtension.Platform memory) {
        return PckExtension.read(data, 0, data.length);
    }

    function word(bytes memory data, uint256 position, uint256 count) external pure returns (bytes32) {
        return Slices.word(data, position, count);
    }

    function isZero(bytes memory data, uint256 position, uint256 count) external pure returns (bool) {
        return Slices.isZero(data, position, count);
    }
}

contract DerTest is Assertions {
    Readers private _readers;

    function setUp() public {
        _readers = new Readers();
    }

    function test_read_lengths_onlyTheShortestForm() public {
        (uint256 tag, uint256 start, uint256 next) = _readers.read(hex"300101ff", 0, 4);
        assertTrue(tag == 0x30 && start == 2 && next == 3, "short");
        bytes memory long = bytes.concat(hex"048180", new bytes(128));
        (, start, next) = _readers.read(long, 0, long.length);
        assertTrue(start == 3 && next == 131, "one byte");
        long = bytes.concat(hex"04820100", new bytes(256));
        (, start, next) = _readers.read(long, 0, long.length);
        assertTrue(start == 4 && next == 260, "two bytes");
        long = bytes.concat(hex"0483010000", new bytes(65_536));
        (, start, next) = _readers.read(long, 0, long.length);
        assertTrue(start == 5 && next == 65_541, "three bytes");
        bytes[6] memory wrong = [
            bytes(hex"3080"),
            bytes.concat(hex"04817f", new bytes(127)),
            bytes.concat(hex"0482007f", new bytes(127)),
            bytes.concat(hex"048200ff", new bytes(255)),
            bytes.concat(hex"0484000000ff", new bytes(255)),
            bytes(hex"04ff")
        ];
        for (uint256 i = 0; i < wrong.length; i++) {
            vm.expectPartialRevert(Der.Der_BadLength.selector);
            _readers.read(wrong[i], 0, wrong[i].length);
        }
    }

    function test_read_pastTheEnd_reverts() public {
        bytes[4] memory cut = [bytes(""), hex"30", hex"3001", hex"0482ff"];
        for (uint256 i = 0; i < cut.length; i++) {
            vm.expectPartialRevert(Der.Der_Truncated.selector);
            _readers.read(cut[i], 0, cut[i].length);
        }
        vm.expectPartialRevert(Der.Der_Truncated.selector);
        _readers.read(hex"30020000", 0, 3);
        vm.expectPartialRevert(Der.Der_Truncated.selector);
        _readers.read(hex"3000", 0, 3);
        vm.expectPartialRevert(Der.Der_Truncated.selector);
        _readers.read(hex"3000", type(uint256).max, 2);
        vm.expectPartialRevert(Der.Der_BadTag.selector);
        _readers.read(hex"1f8100", 0, 3);
    }

    /// @dev Whatever the bytes: a value inside its bounds, or a revert.
    function testFuzz_read_anyBytes_staysInside(bytes memory data, uint256 position, uint256 end) public view {
        position = bound(position, 0, data.length + 2);
        end = bound(end, 0, data.length + 2);
        try _readers.read(data, position, end) returns (uint256 tag, uint256 start, uint256 next) {
            assertTrue(position + 2 <= start && start <= next && next <= end && end <= data.length, "inside");
            assertEq(tag, uint8(data[position]), "tag");
        } catch (bytes memory reason) {
            _requireNamed(reason);
        }
    }

    function testFuzz_unsigned_roundTrip_isExact(uint256 value, uint8 shift) public view {
        value >>= shift;
        (uint256 read, uint256 next) = _readers.unsigned(_integer(value));
        assertEq(read, value, "value");
        assertEq(next, _integer(value).length, "all of it");
    }

    function test_unsigned_badForms_revert() public {
        bytes[6] memory wrong = [
            bytes(hex"0200"),
            hex"020180",
            hex"02020001",
            hex"02020000",
            bytes.concat(hex"022101", new bytes(32)),
            bytes.concat(hex"022200ff", new bytes(32))
        ];
        for (uint256 i = 0; i < wrong.length; i++) {
            vm.expectPartialRevert(Der.Der_BadInteger.selector);
            _readers.unsigned(wrong[i]);
        }
        vm.expectPartialRevert(Der.Der_BadTag.selector);
        _readers.unsigned(hex"030101");
    }

    function test_boolean_forms_areStrict() public {
        assertTrue(_readers.boolean(hex"0101ff"), "true");
        assertFalse(_readers.boolean(hex"010100"), "false");
        vm.expectPartialRevert(Der.Der_BadBoolean.selector);
        _readers.boolean(hex"010101");
        vm.expectPartialRevert(Der.Der_BadLength.selector);
        _readers.boolean(hex"0102ffff");
    }

    function test_bits_unusedBits_areZero() public {
        (uint256 start, uint256 next, uint256 unused) = _readers.bits(hex"03020106");
        assertTrue(start == 3 && next == 4 && unused == 1, "one");
        (start, next, unused) = _readers.bits(hex"030100");
        assertTrue(start == 3 && next == 3 && unused == 0, "empty");
        bytes[3] memory wrong = [bytes(hex"03020107"), hex"030101", hex"03020800"];
        for (uint256 i = 0; i < wrong.length; i++) {
            vm.expectPartialRevert(Der.Der_BadBits.selector);
            _readers.bits(wrong[i]);
        }
        vm.expectPartialRevert(Der.Der_BadLength.selector);
        _readers.bits(hex"0300");
    }

    function test_time_knownDates_areExact() public view {
        assertEq(_readers.time(_utc("700101000000Z")), 0, "epoch");
        assertEq(_readers.time(_utc("491231235959Z")), 2_524_607_999, "last UTCTime");
        assertEq(_readers.time(_general("20500101000000Z")), 2_524_608_000, "GeneralizedTime");
        assertEq(_readers.time(_utc("000229120000Z")), 951_825_600, "leap day");
        assertEq(_readers.time(_utc("240301000000Z")), 1_709_251_200, "after a leap day");
        assertEq(_readers.time(_utc("180521105010Z")), 1_526_899_810, "Intel's Platform CA");
        assertEq(_readers.time(_general("21000301000000Z")), 4_107_542_400, "2100 has no leap day");
        assertEq(_readers.time(_general("99991231235959Z")), 253_402_300_799, "the last");
    }

    function test_time_badText_reverts() public {
        string[11] memory wrong = [
            "250101000060Z",
            "250101006000Z",
            "250101240000Z",
            "250100000000Z",
            "250132000000Z",
            "250431000000Z",
            "250229000000Z",
            "250001000000Z",
            "251301000000Z",
            "2501010000:0Z",
            "690101000000Z"
        ];
        for (uint256 i = 0; i < wrong.length; i++) {
            vm.expectPartialRevert(Der.Der_BadTime.selector);
            _readers.time(_utc(wrong[i]));
        }
        vm.expectPartialRevert(Der.Der_BadTime.selector);
        _readers.time(_general("21000229000000Z"));
        vm.expectPartialRevert(Der.Der_BadTime.selector);
        _readers.time(_general("19691231235959Z"));
        vm.expectPartialRevert(Der.Der_BadLength.selector);
        _readers.time(_utc("2501010000Z"));
        vm.expectPartialRevert(Der.Der_BadLength.selector);
        _readers.time(_general("250101000000Z"));
        vm.expectPartialRevert(Der.Der_BadTag.selector);
        _readers.time(hex"0c0100");
    }

    /// @dev The days of a date by counting them one by one.
    function testFuzz_time_anyDay_equalsCounting(uint256 day) public view {
        day = bound(day, 0, 40_000);
        (uint256 year, uint256 month, uint256 rest) = (1970, 1, day);
        while (rest >= _daysOf(year, month)) {
            rest -= _daysOf(year, month);
            (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1);
        }
        bytes memory text = bytes.concat(_two(year / 100), _two(year % 100), _two(month), _two(rest + 1), "000000Z");
        assertEq(_readers.time(bytes.concat(hex"180f", text)), day * 86_400, "day");
    }

    function test_objectIdentifier_length_isPartOfIt() public {
        assertEq(_readers.objectIdentifier(hex"0603550403"), X509.COMMON_NAME, "known");
        assertTrue(_readers.objectIdentifier(hex"060455040300") != X509.COMMON_NAME, "longer");
        vm.expectPartialRevert(Der.Der_BadLength.selector);
        _readers.objectIdentifier(hex"0600");
        vm.expectPartialRevert(Der.Der_BadLength.selector);
        _readers.objectIdentifier(bytes.concat(hex"0620", new bytes(32)));
    }

    function test_octets_otherLength_reverts() public {
        assertEq(_readers.octets(hex"04020102", 2), bytes32(bytes2(0x0102)), "value");
        vm.expectPartialRevert(Der.Der_BadLength.selector);
        _readers.octets(hex"04020102", 3);
    }

    function test_word_outside_reverts() public {
        bytes memory data = hex"0102030405";
        assertEq(_readers.word(data, 1, 3), bytes32(bytes3(0x020304)), "middle");
        assertEq(_readers.word(data, 5, 0), 0, "nothing");
        vm.expectPartialRevert(Slices.Slices_OutOfBounds.selector);
        _readers.word(data, 3, 3);
        vm.expectPartialRevert(Slices.Slices_OutOfBounds.selector);
        _readers.word(data, type(uint256).max, 1);
        vm.expectPartialRevert(Slices.Slices_OutOfBounds.selector);
        _readers.word(new bytes(64), 0, 33);
    }

    function testFuzz_isZero_oneBit_isFound(uint256 length, uint256 position, uint8 mask) public view {
        length = bound(length, 1, 100);
        bytes memory data = new bytes(length + 2);
        (data[0], data[length + 1]) = (0xff, 0xff);
        assertTrue(_readers.isZero(data, 1, length), "zero");
        data[1 + position % length] = bytes1(mask);
        assertTrue(_readers.isZero(data, 1, length) == (mask == 0), "found");
    }

    function testFuzz_certificate_anyBytes_revertsWithAName(bytes memory data) public view {
        try _readers.certificate(data) returns (X509.Certificate memory) {
            revert NotTrue("random bytes are no certificate");
        } catch (bytes memory reason) {
            _requireNamed(reason);
        }
        try _readers.extension(data) returns (PckExtension.Platform memory) {
            revert NotTrue("nor an extension");
        } catch (bytes memory reason) {
            _requireNamed(reason);
        }
    }

    /// @dev Structured nonsense gets deeper: a good certificate with bytes overwritten, cut or doubled.
    function testFuzz_certificate_damaged_revertsWithAName(uint256 position, uint256 other, uint8 kind, bytes8 patch)
        public
        view
    {
        bytes memory c = vm.parseJsonBytesArray(vm.readFile("test/vectors/quotes.json"), ".certificates.bytes")[2];
        position %= c.length;
        if (kind % 3 == 0) {
            for (uint256 i = 0; i < 8 && position + i < c.length; i++) {
                c[position + i] = patch[i];
            }
        }
        if (kind % 3 == 1) c = _part(c, 0, position);
        if (kind % 3 == 2) c = bytes.concat(_part(c, 0, position), _part(c, other % c.length, c.length));
        try _readers.certificate(c) returns (X509.Certificate memory read) {
            assertTrue(read.tbsEnd <= c.length && read.sgxEnd <= c.length && read.nameEnd <= c.length, "inside");
        } catch (bytes memory reason) {
            _requireNamed(reason);
        }
    }

    function _part(bytes memory data, uint256 from, uint256 to) private pure returns (bytes memory made) {
        made = new bytes(to - from);
        for (uint256 i = 0; i < made.length; i++) {
            made[i] = data[from + i];
        }
    }

    function _requireNamed(bytes memory reason) private pure {
        assertTrue(reason.length >= 4 && bytes4(reason) != bytes4(0x4e487b71), "a named error, no panic");
    }

    function _integer(uint256 value) private pure returns (bytes memory) {
        bytes memory digits = "";
        while (value > 0) {
            digits = bytes.concat(bytes1(uint8(value)), digits);
            value >>= 8;
        }
        if (digits.length == 0 || uint8(digits[0]) > 0x7f) digits = bytes.concat(hex"00", digits);
        return bytes.concat(hex"02", bytes1(uint8(digits.length)), digits);
    }

    function _utc(string memory text) private pure returns (bytes memory) {
        return bytes.concat(hex"17", bytes1(uint8(bytes(text).length)), bytes(text));
    }

    function _general(string memory text) private pure returns (bytes memory) {
        return bytes.concat(hex"18", bytes1(uint8(bytes(text).length)), bytes(text));
    }

    function _two(uint256 number) private pure returns (bytes memory) {
        return abi.encodePacked(bytes1(uint8(0x30 + number / 10)), bytes1(uint8(0x30 + number % 10)));
    }

    function _daysOf(uint256 year, uint256 month) private pure returns (uint256) {
        if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
        return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
    }
}
