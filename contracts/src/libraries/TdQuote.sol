// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Slices} from "./Slices.sol";

/// @title The form of Intel's TDX quotes, version 4 and version 5 (body types 2, 3 and 4), ECDSA-P256
/// @notice Front to back, every length against what is left of its own enclosing structure, each of which must be consumed exactly.
/// Bytes behind the signature data are signed by nothing and ignored. Numbers are little-endian, curve values big-endian.
library TdQuote {
    /// @notice Where the parts of a quote are, absolute in the data that was read.
    struct Layout {
        uint256 start;
        uint256 body;
        /// 584, 648 or 885: what tells a TD report 1.0, 1.5 and 1.5 extended apart.
        uint256 bodySize;
        /// End of the bytes that the attestation key signed.
        uint256 signedEnd;
        uint256 signature;
        uint256 attestationKey;
        uint256 qeReport;
        uint256 qeReportSignature;
        uint256 authentication;
        uint256 authenticationEnd;
    }

    uint256 private constant HEADER_SIZE = 48;
    uint256 private constant QE_REPORT_SIZE = 384;
    uint256 private constant TD_REPORT_10 = 584;
    uint256 private constant TD_REPORT_15 = 648;
    uint256 private constant TD_REPORT_15_EX = 885;
    uint256 private constant PAIR_SIZE = 64;
    uint16 private constant KEY_TYPE = 2;
    uint32 private constant TEE_TYPE = 0x81;
    uint16 private constant QE_REPORT_CERTIFICATION = 6;
    uint16 private constant PCK_CHAIN_CERTIFICATION = 5;
    bytes16 private constant INTEL_QE_VENDOR = 0x939a7233f79c4ca9940a0db3957f0607;

    /// @dev Positions inside a TD report.
    uint256 internal constant TEE_TCB_SVN = 0;
    uint256 internal constant MR_SIGNER_SEAM = 64;
    uint256 internal constant SEAM_ATTRIBUTES = 112;
    uint256 internal constant TD_ATTRIBUTES = 120;
    uint256 internal constant MR_TD = 136;
    uint256 internal constant MR_CONFIG_ID = 184;
    uint256 internal constant RTMR_0 = 328;
    uint256 internal constant REPORT_DATA = 520;
    /// @dev 1.5 and later: the SVNs of now, where the first ones are those of the launch.
    uint256 internal constant TEE_TCB_SVN_2 = 584;
    uint256 internal constant MR_SERVICE_TD = 600;
    /// @dev 1.5 extended: the service TD's hash at the start of the TD and now.
    uint256 internal constant INIT_SERVICE_TD = 729;
    uint256 internal constant CURRENT_SERVICE_TD = 829;
    uint256 internal constant MEASUREMENT = 48;

    /// @dev Positions inside the quoting enclave's report.
    uint256 internal constant QE_MISC_SELECT = 16;
    uint256 internal constant QE_ATTRIBUTES = 48;
    uint256 internal constant QE_MR_SIGNER = 128;
    uint256 internal constant QE_PRODUCT_ID = 256;
    uint256 internal constant QE_SVN = 258;
    uint256 internal constant QE_REPORT_DATA = 320;

    error TdQuote_Truncated(uint256 position, uint256 count, uint256 end);
    error TdQuote_BadVersion(uint16 version);
    error TdQuote_NotTdx(uint32 teeType);
    error TdQuote_BadKeyType(uint16 keyType);
    error TdQuote_BadVendor(bytes16 vendor);
    error TdQuote_BadBodyType(uint16 bodyType);
    error TdQuote_BadBodySize(uint32 size, uint256 expected);
    error TdQuote_BadCertificationType(uint16 actual, uint16 expected);
    error TdQuote_BadCertificationSize(uint256 size, uint256 left);

    /// @notice Reads the quote at the bytes from `start` up to `end`.
    function read(bytes memory data, uint256 start, uint256 end) internal pure returns (Layout memory q) {
        q.start = start;
        uint16 version = _readHeader(data, start, end);
        uint256 position = start + HEADER_SIZE;
        q.bodySize = TD_REPORT_10;
        if (version == 5) (q.bodySize, position) = _readBodyType(data, position, end);
        q.body = position;
        position = _skip(position, q.bodySize, end);
        q.signedEnd = position;
        uint256 behind = _skip(position, 4, end);
        // What follows the signature data is not part of the quote.
        end = _skip(behind, Slices.uint32At(data, position), end);
        _readSignatureData(q, data, behind, end);
    }

    function _readHeader(bytes memory data, uint256 position, uint256 end) private pure returns (uint16 version) {
        _skip(position, HEADER_SIZE, end);
        version = Slices.uint16At(data, position);
        if (version != 4 && version != 5) revert TdQuote_BadVersion(version);
        uint32 teeType = Slices.uint32At(data, position + 4);
        if (teeType != TEE_TYPE) revert TdQuote_NotTdx(teeType);
        uint16 keyType = Slices.uint16At(data, position + 2);
        if (keyType != KEY_TYPE) revert TdQuote_BadKeyType(keyType);
        bytes16 vendor = bytes16(Slices.word(data, position + 12, 16));
        if (vendor != INTEL_QE_VENDOR) revert TdQuote_BadVendor(vendor);
    }

    function _readBodyType(bytes memory data, uint256 position, uint256 end)
        private
        pure
        returns (uint256 bodySize, uint256 next)
    {
        next = _skip(position, 6, end);
        uint16 bodyType = Slices.uint16At(data, position);
        if (bodyType == 2) bodySize = TD_REPORT_10;
        else if (bodyType == 3) bodySize = TD_REPORT_15;
        else if (bodyType == 4) bodySize = TD_REPORT_15_EX;
        else revert TdQuote_BadBodyType(bodyType);
        uint32 size = Slices.uint32At(data, position + 2);
        if (size != bodySize) revert TdQuote_BadBodySize(size, bodySize);
    }

    function _readSignatureData(Layout memory q, bytes memory data, uint256 position, uint256 end) private pure {
        q.signature = position;
        q.attestationKey = position = _skip(position, PAIR_SIZE, end);
        position = _skip(position, PAIR_SIZE, end);
        q.qeReport = position = _readCertification(data, position, end, QE_REPORT_CERTIFICATION);
        q.qeReportSignature = position = _skip(position, QE_REPORT_SIZE, end);
        position = _skip(position, PAIR_SIZE, end);
        q.authentication = _skip(position, 2, end);
        q.authenticationEnd = _skip(q.authentication, Slices.uint16At(data, position), end);
        _readCertification(data, q.authenticationEnd, end, PCK_CHAIN_CERTIFICATION);
    }

    /// @dev Both certification data are the last thing in what encloses them: the size must be all that is left.
    function _readCertification(bytes memory data, uint256 position, uint256 end, uint16 expected)
        private
        pure
        returns (uint256 next)
    {
        next = _skip(position, 6, end);
        uint16 actual = Slices.uint16At(data, position);
        if (actual != expected) revert TdQuote_BadCertificationType(actual, expected);
        uint256 size = Slices.uint32At(data, position + 2);
        if (size != end - next) revert TdQuote_BadCertificationSize(size, end - next);
    }

    function _skip(uint256 position, uint256 count, uint256 end) private pure returns (uint256) {
        if (position > end || count > end - position) revert TdQuote_Truncated(position, count, end);
        return position + count;
    }
}
