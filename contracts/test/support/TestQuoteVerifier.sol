// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IQuoteVerifier} from "../../src/interfaces/IQuoteVerifier.sol";

/// @notice Judges by the contract of `IQuoteVerifier` without cryptography: a "quote" says itself what it claims and for which report data,
/// and images and platforms lapse on command. Its faults are those of a broken module.
contract TestQuoteVerifier is IQuoteVerifier {
    /// @notice How `lapsedAt` misbehaves.
    enum Fault {
        None,
        Reverts,
        RunsForever,
        AnswersShort,
        AnswersAbsurdly,
        AnswersEndlessly
    }

    bytes public constant LEAF = "leaf certificate";
    bytes public constant ISSUER = "issuer certificate";

    bool public override simulated;
    Fault public fault;
    bool public refusesAll;
    mapping(bytes32 => uint64) public lapseOf;

    error TestQuoteVerifier_Refused(string why);

    constructor(bool simulated_) {
        simulated = simulated_;
    }

    /// @notice The image or platform is out of favour from now on.
    function lapse(bytes32 subject) external {
        lapseOf[subject] = uint64(block.timestamp);
    }

    /// @notice Back in favour, as if nothing had been.
    function restore(bytes32 subject) external {
        delete lapseOf[subject];
    }

    function set(Fault next) external {
        fault = next;
    }

    function refuseAll(bool refuses) external {
        refusesAll = refuses;
    }

    /// @notice What stands for the bytes of a quote.
    function quote(Claims memory claims, bytes32 high, bytes32 low) public pure returns (bytes memory) {
        return abi.encode(claims, high, low);
    }

    /// @notice Evidence as a registration brings it.
    function evidence(Claims memory claims, bytes32 high, bytes32 low) external pure returns (bytes memory) {
        return abi.encode(quote(claims, high, low), LEAF, ISSUER);
    }

    function verify(bytes calldata data, bytes32 high, bytes32 low) external view override returns (Claims memory) {
        return verifyAt(data, high, low, uint64(block.timestamp));
    }

    function verifyAt(bytes calldata data, bytes32 high, bytes32 low, uint64 time)
        public
        view
        override
        returns (Claims memory claims)
    {
        if (refusesAll) revert TestQuoteVerifier_Refused("all");
        if (time > block.timestamp) revert TestQuoteVerifier_Refused("time in the future");
        (bytes memory q, bytes memory leaf, bytes memory issuer) = abi.decode(data, (bytes, bytes, bytes));
        if (keccak256(leaf) != keccak256(LEAF) || keccak256(issuer) != keccak256(ISSUER)) {
            revert TestQuoteVerifier_Refused("certificates");
        }
        bytes32 carriedHigh;
        bytes32 carriedLow;
        (claims, carriedHigh, carriedLow) = abi.decode(q, (Claims, bytes32, bytes32));
        if (carriedHigh != high || carriedLow != low) revert TestQuoteVerifier_Refused("report data");
        if (time >= claims.expiresAt) revert TestQuoteVerifier_Refused("expired");
        _checkStanding(claims.image, time);
        _checkStanding(claims.platform, time);
    }

    function lapsedAt(bytes32 image, bytes32 platform) external view override returns (uint64) {
        _misbehave();
        (uint64 a, uint64 b) = (lapseOf[image], lapseOf[platform]);
        if (a == 0 || b == 0) return a + b;
        return a < b ? a : b;
    }

    function _checkStanding(bytes32 subject, uint64 time) private view {
        uint64 lapsed = lapseOf[subject];
        if (lapsed != 0 && time >= lapsed) revert TestQuoteVerifier_Refused("lapsed");
    }

    function _misbehave() private view {
        if (fault == Fault.Reverts) revert TestQuoteVerifier_Refused("broken");
        while (fault == Fault.RunsForever) {}
        if (fault == Fault.AnswersShort) {
            assembly ("memory-safe") {
                mstore(0, not(0))
                return(0, 31)
            }
        }
        if (fault == Fault.AnswersAbsurdly) {
            assembly ("memory-safe") {
                mstore(0, not(0))
                return(0, 32)
            }
        }
        if (fault == Fault.AnswersEndlessly) {
            assembly {
                return(0, 30000)
            }
        }
    }
}
