// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TcbRegistry} from "../../src/TcbRegistry.sol";
import {TdxQuoteVerifier} from "../../src/TdxQuoteVerifier.sol";

import {ITcbRegistry} from "../../src/interfaces/ITcbRegistry.sol";

import {QeIdentity, TcbPolicy} from "../../src/types/Tcb.sol";

import {Assertions} from "./Assertions.sol";
import {vm} from "./Vm.sol";

/// @notice A verifier under the simulated root of test/vectors/quotes.json, a registry that lets its good quotes pass, and evidence made
/// of its parts: certificates and quotes by name, or a quote signed for any report data.
abstract contract QuoteFixture is Assertions {
    uint64 internal constant REGISTRY_DELAY = 7 days;
    uint64 internal constant SEPT_VE_DISABLE = 0x10000000;
    uint64 internal constant PERFMON = 0x8000000010000000;
    /// @dev Where the plain quote has its signature and report data.
    uint256 internal constant SIGNATURE_AT = 636;
    uint256 internal constant REPORT_DATA_AT = 568;
    uint256 internal constant SIGNED = 632;

    /// @dev A list of named byte strings of the vector file.
    struct Table {
        string[] names;
        bytes[] data;
    }

    uint64 internal time;
    bytes32 internal high;
    bytes32 internal low;
    bytes32 internal image;
    bytes32 internal platform;
    bytes6 internal fmspc;

    TcbRegistry internal tcb;
    TdxQuoteVerifier internal quoteVerifier;

    bytes32 private _rootX;
    bytes32 private _rootY;
    uint256 private _attestationSecret;
    bytes private _plainQuote;
    bytes private _leaf;
    bytes private _issuer;
    TcbPolicy private _policy;
    QeIdentity private _qeIdentity;

    function setUp() public virtual {
        string memory vectors = vectorFile();
        time = uint64(vm.parseJsonUint(vectors, ".time"));
        high = vm.parseJsonBytes32(vectors, ".reportData.high");
        low = vm.parseJsonBytes32(vectors, ".reportData.low");
        image = vm.parseJsonBytes32(vectors, ".image");
        platform = vm.parseJsonBytes32(vectors, ".platform");
        fmspc = bytes6(vm.parseJsonBytes(vectors, ".policy.fmspc"));
        _rootX = vm.parseJsonBytes32(vectors, ".root.x");
        _rootY = vm.parseJsonBytes32(vectors, ".root.y");
        _attestationSecret = vm.parseJsonUint(vectors, ".attestationSecret");
        _plainQuote = find(table(vectors, ".quotes"), "plain");
        Table memory certificates = table(vectors, ".certificates");
        (_leaf, _issuer) = (find(certificates, "leaf"), find(certificates, "platform"));
        (_policy, _qeIdentity) = (_readPolicy(vectors), _readQeIdentity(vectors));
        vm.warp(time);
        tcb = new TcbRegistry(address(this), REGISTRY_DELAY);
        quoteVerifier = deployVerifier(tcb);
        tcb.addImage(image);
        tcb.addAttributes(SEPT_VE_DISABLE);
        tcb.addAttributes(PERFMON);
        tcb.setQeIdentity(qeIdentity());
        tcb.setPolicy(fmspc, policy());
        tcb.closeSetup();
    }

    function deployVerifier(ITcbRegistry registry) internal returns (TdxQuoteVerifier) {
        return new TdxQuoteVerifier(registry, _rootX, _rootY);
    }

    function policy() internal view returns (TcbPolicy memory) {
        return _policy;
    }

    function qeIdentity() internal view returns (QeIdentity memory) {
        return _qeIdentity;
    }

    function vectorFile() internal view returns (string memory) {
        return vm.readFile("test/vectors/quotes.json");
    }

    function table(string memory vectors, string memory key) internal pure returns (Table memory t) {
        t.names = vm.parseJsonStringArray(vectors, string.concat(key, ".names"));
        t.data = vm.parseJsonBytesArray(vectors, string.concat(key, ".bytes"));
    }

    function find(Table memory t, string memory name) internal pure returns (bytes memory) {
        for (uint256 i = 0; i < t.names.length; i++) {
            if (keccak256(bytes(t.names[i])) == keccak256(bytes(name))) return t.data[i];
        }
        revert NotTrue(name);
    }

    /// @notice Evidence of parts by their names in the vector file.
    function evidenceOf(string memory quote, string memory leaf, string memory issuer)
        internal
        view
        returns (bytes memory)
    {
        string memory vectors = vectorFile();
        Table memory certificates = table(vectors, ".certificates");
        return abi.encode(find(table(vectors, ".quotes"), quote), find(certificates, leaf), find(certificates, issuer));
    }

    function goodEvidence() internal view returns (bytes memory) {
        return evidenceWith(_plainQuote);
    }

    /// @notice The good certificates around any quote.
    function evidenceWith(bytes memory quote) internal view returns (bytes memory) {
        return abi.encode(quote, _leaf, _issuer);
    }

    /// @notice The good quote and the certificate of its platform's CA around any PCK certificate.
    function evidenceWithLeaf(bytes memory leaf) internal view returns (bytes memory) {
        return abi.encode(_plainQuote, leaf, _issuer);
    }

    /// @notice The good quote and PCK certificate with any issuer.
    function evidenceWithIssuer(bytes memory issuer) internal view returns (bytes memory) {
        return abi.encode(_plainQuote, _leaf, issuer);
    }

    /// @notice keccak256 of the public key of the CA that issued the good PCK certificate.
    function issuerKeyHash() internal view returns (bytes32) {
        bytes memory c = _issuer;
        // The key is the certificate's only uncompressed point: BIT STRING of 66 bytes, no unused bits, 0x04.
        for (uint256 i = 0; i + 67 < c.length; i++) {
            if (c[i] == 0x03 && c[i + 1] == 0x42 && c[i + 2] == 0 && c[i + 3] == 0x04) {
                return keccak256(abi.encode(wordAt(c, i + 4), wordAt(c, i + 36)));
            }
        }
        revert NotTrue("a key");
    }

    /// @notice Good evidence for any report data: the plain quote, signed again.
    function evidenceFor(bytes32 reportDataHigh, bytes32 reportDataLow) internal view returns (bytes memory) {
        bytes memory quote = _plainQuote;
        bytes memory signed = new bytes(SIGNED);
        assembly ("memory-safe") {
            mstore(add(add(quote, 32), REPORT_DATA_AT), reportDataHigh)
            mstore(add(add(quote, 64), REPORT_DATA_AT), reportDataLow)
            mcopy(add(signed, 32), add(quote, 32), SIGNED)
        }
        (bytes32 r, bytes32 s) = vm.signP256(_attestationSecret, sha256(signed));
        assembly ("memory-safe") {
            mstore(add(add(quote, 32), SIGNATURE_AT), r)
            mstore(add(add(quote, 64), SIGNATURE_AT), s)
        }
        return evidenceWith(quote);
    }

    function wordAt(bytes memory data, uint256 position) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(add(data, 32), position))
        }
    }

    function _readPolicy(string memory vectors) private view returns (TcbPolicy memory p) {
        p.sgxComponents = bytes16(vm.parseJsonBytes(vectors, ".policy.sgxComponents"));
        p.tdxComponents = bytes16(vm.parseJsonBytes(vectors, ".policy.tdxComponents"));
        uint256 version = vm.parseJsonUint(vectors, ".policy.moduleVersion");
        p.moduleVersions = uint32(1 << version);
        p.moduleSvns = bytes32(vm.parseJsonUint(vectors, ".policy.moduleSvn") << (8 * (31 - version)));
        p.pceSvn = uint16(vm.parseJsonUint(vectors, ".policy.pceSvn"));
        p.pceId = uint16(vm.parseJsonUint(vectors, ".policy.pceId"));
        p.evaluationNumber = uint32(vm.parseJsonUint(vectors, ".policy.evaluationNumber"));
        p.validUntil = time + 30 days;
    }

    function _readQeIdentity(string memory vectors) private pure returns (QeIdentity memory q) {
        q.mrSigner = vm.parseJsonBytes32(vectors, ".qeIdentity.mrSigner");
        q.attributes = bytes16(vm.parseJsonBytes(vectors, ".qeIdentity.attributes"));
        q.attributesMask = bytes16(vm.parseJsonBytes(vectors, ".qeIdentity.attributesMask"));
        q.miscSelect = bytes4(vm.parseJsonBytes(vectors, ".qeIdentity.miscSelect"));
        q.miscSelectMask = bytes4(vm.parseJsonBytes(vectors, ".qeIdentity.miscSelectMask"));
        q.isvProdId = uint16(vm.parseJsonUint(vectors, ".qeIdentity.isvProdId"));
        q.isvSvn = uint16(vm.parseJsonUint(vectors, ".qeIdentity.isvSvn"));
        q.evaluationNumber = uint32(vm.parseJsonUint(vectors, ".qeIdentity.evaluationNumber"));
    }
}
