// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeHub} from "../../src/DisputeHub.sol";
import {QuoteChallenges} from "../../src/QuoteChallenges.sol";
import {IDisputeHub} from "../../src/interfaces/IDisputeHub.sol";
import {IDisputeModule} from "../../src/interfaces/IDisputeModule.sol";
import {IQuoteChallenges} from "../../src/interfaces/IQuoteChallenges.sol";
import {IQuoteVerifier} from "../../src/interfaces/IQuoteVerifier.sol";
import {ITeeTeeRollup} from "../../src/interfaces/ITeeTeeRollup.sol";
import {QuoteRecord} from "../../src/types/Messages.sol";
import {BatchHeader} from "../../src/types/Types.sol";

import {QuoteTree} from "./QuoteTree.sol";
import {RegistryFixture} from "./RegistryFixture.sol";
import {vm} from "./Vm.sol";

/// @notice A deployment whose dispute module is the real one, with one slot and its key, and batches over quotes of it.
abstract contract ChallengeFixture is RegistryFixture {
    uint128 internal constant BOND = 0.01 ether;
    uint128 internal constant PENALTY = 0.4 ether;
    uint128 internal constant BOUNTY = 0.1 ether;
    address internal constant DOUBTER = address(0xD0B7);
    uint64 internal constant FIRST = uint64(START / 10);

    QuoteChallenges internal disputes;
    DisputeHub internal hub;
    uint32 internal id;
    /// Records of a batch by its index, and the bytes behind each.
    mapping(uint64 => QuoteRecord[]) private _records;
    mapping(bytes32 => bytes) internal quoteOf;
    mapping(uint64 => BatchHeader) private _headers;

    function setUp() public virtual override {
        super.setUp();
        vm.deal(DOUBTER, 1_000 ether);
        id = openSlot(HOST);
        registerKey(id, KEY, uint64(START + 5_000));
    }

    function disputeContracts() internal pure virtual override returns (uint256) {
        return 2;
    }

    function deployDisputes(ITeeTeeRollup predicted) internal override returns (IDisputeModule) {
        IDisputeHub next = IDisputeHub(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1));
        disputes = new QuoteChallenges(predicted, next, BOND, PENALTY, BOUNTY);
        address[] memory kinds = new address[](1);
        kinds[0] = address(disputes);
        return hub = new DisputeHub(predicted, kinds);
    }

    /// @notice The record of the fixture's key for an epoch, as an honest slot makes it; its quote is remembered.
    function goodRecord(uint64 epoch) internal returns (QuoteRecord memory r) {
        r = QuoteRecord(modelId, id, HOST, epoch, keccak256(abi.encode("receipts", epoch)), KEY, BOX, 0);
        return quoted(r);
    }

    /// @notice The record with a quote over its own report data.
    function quoted(QuoteRecord memory r) internal returns (QuoteRecord memory) {
        (bytes32 high, bytes32 low) = reportData(r);
        return withQuote(r, verifier.quote(IQuoteVerifier.Claims(uint64(START + 9_000), IMAGE, PLATFORM), high, low));
    }

    function withQuote(QuoteRecord memory r, bytes memory bytes_) internal returns (QuoteRecord memory) {
        r.quoteHash = keccak256(bytes_);
        quoteOf[r.quoteHash] = bytes_;
        return r;
    }

    /// @dev From docs/protocol.md, section 7, apart from the library.
    function reportData(QuoteRecord memory r) internal view returns (bytes32 high, bytes32 low) {
        high = keccak256(
            abi.encode(
                string("TeeTee PoEA v1"),
                block.chainid,
                address(rollup),
                r.modelId,
                r.slot,
                r.operator,
                r.epoch,
                r.executionRoot
            )
        );
        low = keccak256(abi.encode(r.signingKey, r.encryptionKey));
    }

    function postQuotes(QuoteRecord[] memory records) internal returns (uint64 index) {
        index = rollup.nextIndex();
        BatchHeader memory h = header(keccak256(abi.encode("state", index)));
        (h.quotesRoot, h.quoteCount) = (QuoteTree.root(records), uint32(records.length));
        bytes32 parent = hashOf(rollup.headIndex());
        vm.prank(PRIMARY);
        rollup.postBatch(index, parent, h);
        _headers[index] = h;
        for (uint256 i = 0; i < records.length; i++) {
            _records[index].push(records[i]);
        }
    }

    function postOne(QuoteRecord memory r) internal returns (uint64) {
        QuoteRecord[] memory records = new QuoteRecord[](1);
        records[0] = r;
        return postQuotes(records);
    }

    /// @notice A batch with `count` good quotes of earlier epochs.
    function postGood(uint256 count) internal returns (uint64) {
        QuoteRecord[] memory records = new QuoteRecord[](count);
        for (uint256 i = 0; i < count; i++) {
            records[i] = goodRecord(registry.currentEpoch() - 1);
            records[i].executionRoot = keccak256(abi.encode(i));
            records[i] = quoted(records[i]);
        }
        return postQuotes(records);
    }

    function headerOf(uint64 index) internal view returns (BatchHeader memory) {
        return _headers[index];
    }

    function recordsOf(uint64 index) internal view returns (QuoteRecord[] memory) {
        return _records[index];
    }

    function doubt(uint64 index, uint32 quote) internal returns (uint256) {
        bytes32 batchHash = hashOf(index);
        vm.prank(DOUBTER);
        return disputes.challengeQuote{value: BOND}(index, batchHash, headerOf(index), quote);
    }

    /// @notice The answer that the batch's own data give.
    function respond(uint256 challengeId) internal {
        IQuoteChallenges.Challenge memory c = disputes.challenge(challengeId);
        QuoteRecord[] memory records = recordsOf(c.batchIndex);
        QuoteRecord memory r = records[c.quoteIndex];
        bytes32[] memory proof = QuoteTree.prove(records, c.quoteIndex);
        disputes.answer(challengeId, r, proof, quoteOf[r.quoteHash], verifier.LEAF(), verifier.ISSUER());
    }

    /// @dev For tests that expect the whole answer to revert.
    function respondExternal(uint256 challengeId) external {
        respond(challengeId);
    }

    function assertBonds() internal view {
        uint256 owed = uint256(disputes.bondsHeld()) + disputes.totalPayouts();
        assertEq(address(disputes).balance, owed, "bonds and payouts");
        assertBacked();
    }
}
