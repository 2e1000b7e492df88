// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Der} from "./Der.sol";

/// @title The SGX extension of a PCK certificate (OID 1.2.840.113741.1.13.1)
/// @notice Which platform family it is and at which TCB the certificate was issued: Intel's "PCK Certificate and CRL Profile".
library PckExtension {
    struct Platform {
        bytes6 fmspc;
        /// Security version numbers of the platform's 16 components.
        bytes16 components;
        uint16 pceSvn;
        /// Big-endian, as in the JSON.
        uint16 pceId;
    }

    /// @dev Members are the extension's own arc and one byte; those of the TCB one byte more.
    bytes32 private constant ARC = bytes32(hex"2a864886f84d010d01");
    bytes32 private constant TCB_ARC = bytes32(hex"2a864886f84d010d0102");
    uint256 private constant ARC_LENGTH = 9;

    uint256 private constant PPID = 1;
    uint256 private constant TCB = 2;
    uint256 private constant PCE_ID = 3;
    uint256 private constant FMSPC = 4;
    /// @dev Bits 1 to 4.
    uint256 private constant NEEDED = 0x1e;

    uint256 private constant COMPONENTS = 16;
    uint256 private constant PCE_SVN = 17;
    uint256 private constant CPU_SVN = 18;
    /// @dev Bits 1 to 18.
    uint256 private constant NEEDED_IN_TCB = 0x7fffe;

    error PckExtension_Missing(uint256 seen, uint256 needed);
    error PckExtension_Repeated(uint256 member);
    error PckExtension_OutOfRange(uint256 member, uint256 value, uint256 most);

    /// @notice Reads the extension's value, which fills the bytes from `position` up to `end`.
    function read(bytes memory data, uint256 position, uint256 end) internal pure returns (Platform memory p) {
        uint256 next;
        (position, next) = Der.enter(data, position, end, Der.SEQUENCE);
        Der.finish(next, end);
        uint256 seen = 0;
        while (position < end) {
            (next, position) = Der.enter(data, position, end, Der.SEQUENCE);
            uint256 member;
            (member, next) = _member(data, next, position, ARC, ARC_LENGTH);
            seen = _note(seen, member);
            _take(p, data, next, position, member);
        }
        if (seen & NEEDED != NEEDED) revert PckExtension_Missing(seen, NEEDED);
    }

    function _take(Platform memory p, bytes memory data, uint256 position, uint256 end, uint256 member) private pure {
        bytes32 value;
        if (member == TCB) position = _readTcb(p, data, position, end);
        else if (member == PPID) (, position) = Der.octets(data, position, end, 16);
        else if (member == PCE_ID) (value, position) = Der.octets(data, position, end, 2);
        else if (member == FMSPC) (value, position) = Der.octets(data, position, end, 6);
        else position = end;
        Der.finish(position, end);
        if (member == PCE_ID) p.pceId = uint16(bytes2(value));
        if (member == FMSPC) p.fmspc = bytes6(value);
    }

    function _readTcb(Platform memory p, bytes memory data, uint256 position, uint256 end)
        private
        pure
        returns (uint256 behind)
    {
        (position, behind) = Der.enter(data, position, end, Der.SEQUENCE);
        uint256 seen = 0;
        uint256 components = 0;
        while (position < behind) {
            uint256 start;
            uint256 member;
            uint256 value;
            (start, position) = Der.enter(data, position, behind, Der.SEQUENCE);
            (member, start) = _member(data, start, position, TCB_ARC, ARC_LENGTH + 1);
            seen = _note(seen, member);
            if (member == 0 || member > CPU_SVN) continue;
            if (member == CPU_SVN) (, start) = Der.octets(data, start, position, 16);
            else (value, start) = Der.unsigned(data, start, position);
            Der.finish(start, position);
            if (member <= COMPONENTS) components |= _below(member, value, 0xff) << (8 * (COMPONENTS - member));
            else if (member == PCE_SVN) p.pceSvn = uint16(_below(member, value, 0xffff));
        }
        if (seen & NEEDED_IN_TCB != NEEDED_IN_TCB) revert PckExtension_Missing(seen, NEEDED_IN_TCB);
        p.components = bytes16(uint128(components));
    }

    /// @dev The last byte of a member's identifier, or 0 for one that is not directly below the arc.
    function _member(bytes memory data, uint256 position, uint256 end, bytes32 arc, uint256 length)
        private
        pure
        returns (uint256 member, uint256 next)
    {
        bytes32 id;
        (id, next) = Der.objectIdentifier(data, position, end);
        if (uint8(id[31]) != length + 1) return (0, next);
        uint256 shift = 8 * (32 - length);
        if (uint256(id) >> shift != uint256(arc) >> shift) return (0, next);
        member = uint8(id[length]);
        // A byte with its top bit would be the start of a longer number.
        if (member > 0x7f) member = 0;
    }

    function _note(uint256 seen, uint256 member) private pure returns (uint256) {
        if (member == 0) return seen;
        if (seen & (1 << member) != 0) revert PckExtension_Repeated(member);
        return seen | (1 << member);
    }

    function _below(uint256 member, uint256 value, uint256 most) private pure returns (uint256) {
        if (value > most) revert PckExtension_OutOfRange(member, value, most);
        return value;
    }
}
