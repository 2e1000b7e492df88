// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IQuoteVerifier} from "./interfaces/IQuoteVerifier.sol";

/// @title Quote verifier of development networks
/// @notice NOT attestation of hardware. It checks that a TDX v4 quote carries the report data and that one of a fixed list of
/// attestors, who are to have verified the (simulated) quote off chain, signed for it. Whoever holds an attestor key can register any
/// enclave key. It cannot be deployed on Ethereum or Base, and `simulated` makes every deployment without `devParameters` refuse it.
contract DevQuoteVerifier is IQuoteVerifier {
    /// @dev Offsets in a v4 quote: 48 bytes of header, then the TD report body, whose report data is at 520.
    uint256 private constant REPORT_DATA_OFFSET = 568;
    uint256 private constant SHORTEST_QUOTE = 632;
    uint256 private constant LONGEST_QUOTE = 16_384;
    /// @dev Version 4, ECDSA-P256 key type 2, TEE type 0x81, each little-endian.
    bytes8 private constant HEADER = 0x0400020081000000;
    /// @dev n / 2 of secp256k1: only low s, as every signer of this project makes it.
    uint256 private constant HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

    mapping(address => bool) public isAttestor;

    event AttestorAllowed(address indexed attestor);

    error DevQuoteVerifier_ProductionChain(uint256 chainId);
    error DevQuoteVerifier_Refused(address signer);

    /// @param attestors Addresses whose signature counts, fixed for good.
    constructor(address[] memory attestors) {
        if (block.chainid == 1 || block.chainid == 8453) revert DevQuoteVerifier_ProductionChain(block.chainid);
        for (uint256 i = 0; i < attestors.length; i++) {
            if (attestors[i] == address(0)) continue;
            isAttestor[attestors[i]] = true;
            emit AttestorAllowed(attestors[i]);
        }
    }

    /// @inheritdoc IQuoteVerifier
    /// @dev evidence = abi.encode(uint64 expiresAt, bytes quote, bytes signature), signature = r || s || v (65 bytes, low s, v 27 or 28)
    /// over `evidenceDigest`. Evidence that does not decode reverts.
    function verify(bytes calldata evidence, bytes32 reportDataHigh, bytes32 reportDataLow)
        external
        view
        override
        returns (Claims memory claims)
    {
        return _judge(evidence, reportDataHigh, reportDataLow);
    }

    /// @inheritdoc IQuoteVerifier
    function verifyAt(bytes calldata evidence, bytes32 reportDataHigh, bytes32 reportDataLow, uint64)
        external
        view
        override
        returns (Claims memory claims)
    {
        return _judge(evidence, reportDataHigh, reportDataLow);
    }

    /// @inheritdoc IQuoteVerifier
    function lapsedAt(bytes32, bytes32) external pure override returns (uint64) {
        return 0;
    }

    /// @inheritdoc IQuoteVerifier
    function simulated() external pure override returns (bool) {
        return true;
    }

    /// @notice What an attestor signs, without any prefix:
    /// keccak256(abi.encode("TeeTee dev evidence v1", chainId, this verifier, reportDataHigh, reportDataLow, expiresAt, quoteHash)).
    function evidenceDigest(bytes32 reportDataHigh, bytes32 reportDataLow, uint64 expiresAt, bytes32 quoteHash)
        public
        view
        returns (bytes32)
    {
        return keccak256(
            abi.encode(
                "TeeTee dev evidence v1",
                block.chainid,
                address(this),
                reportDataHigh,
                reportDataLow,
                expiresAt,
                quoteHash
            )
        );
    }

    function _judge(bytes calldata evidence, bytes32 high, bytes32 low) private view returns (Claims memory claims) {
        bytes memory quote;
        bytes memory signature;
        (claims.expiresAt, quote, signature) = abi.decode(evidence, (uint64, bytes, bytes));
        bytes32 digest = evidenceDigest(high, low, claims.expiresAt, keccak256(quote));
        address signer = _recover(digest, signature);
        if (!_carries(quote, high, low) || signer == address(0) || !isAttestor[signer]) {
            revert DevQuoteVerifier_Refused(signer);
        }
    }

    function _carries(bytes memory quote, bytes32 high, bytes32 low) private pure returns (bool) {
        if (quote.length < SHORTEST_QUOTE || quote.length > LONGEST_QUOTE) return false;
        bytes32 head;
        bytes32 quotedHigh;
        bytes32 quotedLow;
        assembly ("memory-safe") {
            head := mload(add(quote, 32))
            quotedHigh := mload(add(add(quote, 32), REPORT_DATA_OFFSET))
            quotedLow := mload(add(add(quote, 64), REPORT_DATA_OFFSET))
        }
        return bytes8(head) == HEADER && quotedHigh == high && quotedLow == low;
    }

    function _recover(bytes32 digest, bytes memory signature) private pure returns (address) {
        if (signature.length != 65) return address(0);
        bytes32 r;
        bytes32 s;
        assembly ("memory-safe") {
            r := mload(add(signature, 32))
            s := mload(add(signature, 64))
        }
        uint8 v = uint8(signature[64]);
        if (uint256(s) > HALF_ORDER || (v != 27 && v != 28)) return address(0);
        return ecrecover(digest, v, r, s);
    }
}
