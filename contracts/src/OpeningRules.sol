// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDisputeGame} from "./interfaces/IDisputeGame.sol";
import {IHostRegistry} from "./interfaces/IHostRegistry.sol";
import {IOpeningRules} from "./interfaces/IOpeningRules.sol";
import {ITeeTeeRollup} from "./interfaces/ITeeTeeRollup.sol";

import {ListReveal} from "./libraries/ListReveal.sol";
import {MessageHash} from "./libraries/MessageHash.sol";
import {OperatorLayout} from "./libraries/OperatorLayout.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {TaggedMerkle} from "./libraries/TaggedMerkle.sol";
import {TermRules} from "./libraries/TermRules.sol";

import {DisputeContext, LeafProof, TraceOpening} from "./types/DisputeTypes.sol";
import {DisputeTerms, Subject} from "./types/GameTypes.sol";
import {AuditGrant, JobRequest, QueryReceipt, ShardReceipt} from "./types/Messages.sol";
import {Batch, BatchHeader, BatchStatus} from "./types/Types.sol";

/// @title What a dispute is about: batch, leaf, job, receipt, slot and model
/// @notice See `IOpeningRules`.
contract OpeningRules is IOpeningRules {
    uint32 private constant LLAMA = 1;
    uint32 private constant ARITHMETIC = 1;

    ITeeTeeRollup public immutable override rollup;

    /// @param rollup_ Deployed later.
    constructor(ITeeTeeRollup rollup_) {
        rollup = rollup_;
    }

    /// @inheritdoc IOpeningRules
    function checkOpen(
        BatchHeader calldata header,
        LeafProof calldata leaf,
        IDisputeGame.OpenItems calldata items,
        DisputeContext calldata context,
        bytes32
    ) external view override returns (Subject memory subject) {
        _checkBatch(header, context);
        _checkLeaf(header, leaf, items, context);
        bytes32 domain = rollup.domainSeparator();
        _checkJob(domain, _opener(), leaf.receipt.jobId, items, context);
        _checkReceipt(domain, items, context);
        _checkModel(context, items.request.sampling.topK);
        subject.user = items.request.user;
        subject.fee = leaf.receipt.fee;
        subject.share = _share(leaf.receipt.fee, context);
        subject.receiptHash = keccak256(abi.encode(leaf.receipt));
    }

    /// @inheritdoc IOpeningRules
    function checkBoundary(
        uint256 disputeId,
        DisputeContext calldata context,
        TraceOpening calldata lowerOpening,
        QueryReceipt calldata receipt,
        ShardReceipt calldata upper,
        bytes calldata upperSignature,
        TraceOpening calldata upperOpening
    ) external view override {
        IDisputeGame game = IDisputeGame(msg.sender);
        bytes32 hashed = keccak256(abi.encode(receipt));
        bytes32 opened = game.caseOf(game.dispute(disputeId).caseKey).receiptHash;
        if (hashed != opened) revert Opening_OtherReceipt(hashed, opened);
        if (context.shard == 0) revert Opening_NoBoundary();
        bytes32 item = MessageHash.itemHash(upper, upperSignature);
        bytes32 committed = receipt.shardReceiptHashes[context.shard - 1];
        if (item != committed) revert Opening_WrongItem(item, committed);
        ListReveal.checkTrace(context.position, upper.positions, upper.traceRoot, upperOpening);
        ListReveal.checkTrace(context.position, context.positions, context.traceRoot, lowerOpening);
        if (upperOpening.hOutRoot == lowerOpening.hInRoot) revert Opening_BoundaryMeets(lowerOpening.hInRoot);
    }

    /// @inheritdoc IOpeningRules
    function checkTerms(DisputeTerms calldata terms) external view override returns (bool related) {
        TermRules.check(terms);
        related = address(rollup).code.length > 0;
        if (related) TermRules.relate(terms, rollup.parameters());
    }

    function _opener() private view returns (address) {
        IDisputeGame game = IDisputeGame(msg.sender);
        return game.dispute(game.disputeCount()).challenger;
    }

    function _checkBatch(BatchHeader calldata header, DisputeContext calldata c) private view {
        BatchStatus status = rollup.statusOf(c.batchIndex);
        if (status != BatchStatus.Open) revert Opening_BatchNotOpen(c.batchIndex, status);
        Batch memory batch = rollup.batch(c.batchIndex);
        if (batch.batchHash != c.batchHash) revert Opening_WrongBatch(c.batchHash, batch.batchHash);
        uint64 endsAt = batch.postedAt + rollup.window();
        if (block.timestamp >= endsAt) revert Opening_WindowClosed(endsAt, uint64(block.timestamp));
        bytes32 parentHash = rollup.batch(batch.parentIndex).batchHash;
        bytes32 hashed = rollup.hashBatch(c.batchIndex, parentHash, header);
        if (hashed != c.batchHash) revert Opening_WrongHeader(hashed, c.batchHash);
    }

    /// @dev The leaf in the batch, the request and the shard's receipt in the leaf: every byte bound by hash.
    function _checkLeaf(
        BatchHeader calldata header,
        LeafProof calldata leaf,
        IDisputeGame.OpenItems calldata items,
        DisputeContext calldata c
    ) private pure {
        if (leaf.index != c.leaf) revert Opening_WrongContext(2);
        bool inTheTree = TaggedMerkle.verify(
            TaggedMerkle.RECEIPTS,
            header.receiptsRoot,
            header.count,
            leaf.index,
            MessageHash.leafData(leaf.receipt),
            leaf.path
        );
        if (!inTheTree) revert Opening_NotInTheTree(header.receiptsRoot, leaf.index);
        _checkItem(MessageHash.itemHash(items.request, items.requestSignature), leaf.receipt.requestHash);
        uint256 shards = leaf.receipt.shardReceiptHashes.length;
        if (c.shard >= shards) revert Opening_NoSuchShard(c.shard, shards);
        _checkItem(
            MessageHash.itemHash(items.receipt, items.receiptSignature), leaf.receipt.shardReceiptHashes[c.shard]
        );
    }

    function _checkJob(
        bytes32 domain,
        address opener,
        bytes32 jobId,
        IDisputeGame.OpenItems calldata items,
        DisputeContext calldata c
    ) private pure {
        JobRequest calldata r = items.request;
        bytes32 digest = MessageHash.digest(domain, MessageHash.structHash(r));
        if (digest != jobId) revert Opening_WrongJob(jobId, digest);
        if (items.receipt.jobId != jobId) revert Opening_WrongJob(items.receipt.jobId, jobId);
        if (r.modelId != c.modelId) revert Opening_WrongContext(8);
        if (r.promptTokens != c.promptTokens) revert Opening_WrongContext(15);
        if (keccak256(abi.encode(r.sampling)) != keccak256(abi.encode(c.sampling))) revert Opening_WrongContext(16);
        if ((r.privacy != 0) != c.isSealed) revert Opening_WrongContext(17);
        if (!c.isSealed || opener == r.user) return;
        bytes32 grant = MessageHash.digest(domain, MessageHash.structHash(AuditGrant(jobId, opener)));
        if (r.user == address(0) || Signatures.signerOf(grant, items.auditGrant) != r.user) {
            revert Opening_NotAuditor(opener, r.user);
        }
    }

    /// @dev Blames the receipt's operator only for what a key of its slot has signed; anything else is the poster's fault.
    function _checkReceipt(bytes32 domain, IDisputeGame.OpenItems calldata items, DisputeContext calldata c)
        private
        view
    {
        ShardReceipt calldata r = items.receipt;
        if (r.positions != c.positions) revert Opening_WrongContext(5);
        if (r.slot != c.slot) revert Opening_WrongContext(6);
        if (r.operator != c.operator) revert Opening_WrongContext(7);
        if (r.tokensRoot != c.tokensRoot) revert Opening_WrongContext(13);
        if (r.traceRoot != c.traceRoot) revert Opening_WrongContext(14);
        uint256 end = c.positions < OperatorLayout.MAX_POSITIONS ? c.positions : OperatorLayout.MAX_POSITIONS;
        if (c.position >= end) revert Opening_NoSuchPosition(c.position, uint32(end));
        address signer =
            Signatures.signerOf(MessageHash.digest(domain, MessageHash.structHash(r)), items.receiptSignature);
        IHostRegistry registry = rollup.registry();
        if (signer == address(0) || !registry.isValidKey(r.slot, signer, r.epoch)) {
            revert Opening_BadSignature(r.slot, signer, r.epoch);
        }
        IHostRegistry.Slot memory slot = registry.slot(r.slot);
        if (slot.operator != r.operator || slot.modelId != c.modelId) {
            revert Opening_WrongSlot(r.slot, slot.operator, slot.modelId);
        }
        if (slot.firstLayer != c.firstLayer) revert Opening_WrongContext(11);
        if (slot.layerCount != c.layerCount) revert Opening_WrongContext(12);
    }

    function _checkModel(DisputeContext calldata c, uint32 topK) private view {
        IHostRegistry.Model memory model = rollup.registry().model(c.modelId);
        if (model.weightsRoot != c.weightsRoot) revert Opening_WrongContext(9);
        bytes32 hashed = keccak256(abi.encode(c.config));
        if (hashed != model.configHash) revert Opening_WrongConfig(hashed, model.configHash);
        if (c.config.architecture != LLAMA || model.arithmeticVersion != ARITHMETIC || topK != 0) {
            revert Opening_NotDisputable(c.config.architecture, model.arithmeticVersion, topK);
        }
    }

    /// @dev docs/protocol.md, section 9, step 3. Real shares fit in 96 bits; an absurd fee, a fault of the poster's, must not make the sums
    /// of frozen earnings overflow and so keep other disputes from being opened.
    function _share(uint128 fee, DisputeContext calldata c) private view returns (uint128) {
        uint256 rest = fee - uint256(fee) * rollup.parameters().sequencerShareBps / 10_000;
        uint256 share = rest * c.layerCount / c.config.layerCount;
        return share < type(uint96).max ? uint128(share) : type(uint96).max;
    }

    function _checkItem(bytes32 hashed, bytes32 committed) private pure {
        if (hashed != committed) revert Opening_WrongItem(hashed, committed);
    }
}
