// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Judge} from "./faults/Judge.sol";

import {ICompensations} from "./interfaces/ICompensations.sol";
import {IDisputeHub} from "./interfaces/IDisputeHub.sol";
import {IHostRegistry} from "./interfaces/IHostRegistry.sol";
import {ITeeTeeRollup} from "./interfaces/ITeeTeeRollup.sol";

import {BatchProof} from "./libraries/BatchProof.sol";
import {Ether} from "./libraries/Ether.sol";
import {MessageHash} from "./libraries/MessageHash.sol";
import {NonReentrant} from "./libraries/NonReentrant.sol";

import {LeafProof} from "./types/DisputeTypes.sol";
import {BatchRef, Finish, NO_LEAF, SignedReceipt, SignedRequest} from "./types/FaultTypes.sol";
import {JobRequest, QueryReceipt, ShardReceipt} from "./types/Messages.sol";
import {Batch, BatchStatus, Parameters} from "./types/Types.sol";

/// @title What hosts get for honest work that a roll-back undid
/// @notice See `ICompensations`. Holds the pots of open cases and nothing else.
/// @dev A poster that plants jobs of its own in its batch gets back a part of the half of its penalty that is not burnt, never more.
contract Compensations is Judge, NonReentrant, ICompensations {
    uint256 private constant ALL_BPS = 10_000;

    IDisputeHub public immutable hub;

    uint256 public override caseCount;
    mapping(uint256 => Case) private _cases;
    mapping(bytes32 => Claim) private _claims;
    mapping(bytes32 => bool) private _known;

    /// @param rollup_ Deployed later.
    /// @param hub_ Deployed later; its kinds open cases.
    constructor(ITeeTeeRollup rollup_, IDisputeHub hub_) Judge(rollup_) {
        hub = hub_;
    }

    /// @dev Parts of penalties, from the registry alone.
    receive() external payable {
        if (msg.sender != address(rollup.registry())) revert Compensations_OnlyRegistry(msg.sender);
    }

    /// @inheritdoc ICompensations
    function open(uint64 from, uint64 to, bytes32 culprit, uint32 culpritLeaf)
        external
        override
        returns (uint256 caseId)
    {
        if (!hub.isKind(msg.sender)) revert Compensations_OnlyKind(msg.sender);
        Parameters memory p = rollup.parameters();
        uint64 horizon = p.window > p.postBeforeHorizon ? p.window : p.postBeforeHorizon;
        caseId = ++caseCount;
        Case storage c = _cases[caseId];
        (c.from, c.to, c.culprit, c.culpritLeaf) = (from, to, culprit, culpritLeaf);
        c.openedAt = uint64(block.timestamp);
        c.claimUntil = c.openedAt + p.window;
        // Afterwards no claimed receipt can be posted any more, and there was time to strike what was.
        c.payableFrom = c.openedAt + horizon + p.responseWindow;
        c.pot = rollup.registry().withdrawPayout(address(this));
        emit CaseOpened(caseId, culprit, from, to, c.pot, c.claimUntil);
    }

    /// @inheritdoc ICompensations
    function register(
        uint256 caseId,
        BatchRef calldata ref,
        LeafProof calldata leaf,
        SignedRequest calldata signed,
        uint256 part,
        SignedReceipt calldata receipt
    ) external override returns (bytes32 claimId) {
        Case storage c = _existing(caseId);
        if (block.timestamp >= c.claimUntil) revert Compensations_TooLate(c.claimUntil, uint64(block.timestamp));
        _checkFallen(c, ref, leaf.index);
        claimId = claimIdOf(ref.batchHash, leaf.index, part);
        if (_known[claimId]) revert Compensations_AlreadyClaimed(claimId);
        _known[claimId] = true;
        uint64 postedAt = _checkJob(ref, leaf, signed);
        _checkReceipt(leaf, part, receipt);
        _checkShard(leaf, receipt, c.openedAt, postedAt);
        uint128 lost = _share(leaf, signed, receipt.receipt.slot);
        address operator = receipt.receipt.operator;
        _claims[claimId] = Claim(caseId, operator, lost, leaf.receipt.shardReceiptHashes[part]);
        c.lost += lost;
        emit ClaimRegistered(caseId, claimId, operator, lost);
    }

    /// @inheritdoc ICompensations
    function strike(bytes32 claimId, BatchRef calldata ref, LeafProof calldata leaf, uint256 part) external override {
        Claim storage claim = _standing(claimId);
        Case storage c = _cases[claim.caseId];
        if (block.timestamp >= c.payableFrom) revert Compensations_TooLate(c.payableFrom, uint64(block.timestamp));
        BatchStatus status = rollup.statusOf(ref.index);
        if (status != BatchStatus.Open && status != BatchStatus.Final) revert Compensations_NotStanding(ref.index);
        BatchProof.posted(rollup, ref);
        BatchProof.checkLeaf(ref, leaf);
        uint256 parts = leaf.receipt.shardReceiptHashes.length;
        if (part >= parts || leaf.receipt.shardReceiptHashes[part] != claim.receiptHash) {
            revert Compensations_ReceiptNotInTheLeaf(claim.receiptHash);
        }
        uint256 caseId = claim.caseId;
        c.lost -= claim.lost;
        delete _claims[claimId];
        emit ClaimStruck(caseId, claimId, ref.batchHash);
    }

    /// @inheritdoc ICompensations
    function pay(bytes32 claimId) external override nonReentrant returns (uint128 amount) {
        Claim memory claim = _standing(claimId);
        Case storage c = _cases[claim.caseId];
        _checkPayable(c);
        amount = c.lost <= c.pot ? claim.lost : uint128(uint256(claim.lost) * c.pot / c.lost);
        c.paid += amount;
        delete _claims[claimId];
        address to = rollup.registry().withdrawalAddressOf(claim.operator);
        emit ClaimPaid(claim.caseId, claimId, to, amount);
        Ether.send(to, amount);
    }

    /// @inheritdoc ICompensations
    /// @dev What rounding leaves of a pot that is too small stays here for good: less than one wei a claim.
    function close(uint256 caseId) external override nonReentrant returns (uint128 burnt) {
        Case storage c = _existing(caseId);
        _checkPayable(c);
        if (c.closed) revert Compensations_Closed(caseId);
        c.closed = true;
        burnt = c.lost < c.pot ? c.pot - c.lost : 0;
        emit CaseClosed(caseId, burnt);
        Ether.send(Ether.BURN, burnt);
    }

    /// @inheritdoc ICompensations
    function caseOf(uint256 caseId) external view override returns (Case memory) {
        return _cases[caseId];
    }

    /// @inheritdoc ICompensations
    function claimOf(bytes32 claimId) external view override returns (Claim memory) {
        return _claims[claimId];
    }

    /// @inheritdoc ICompensations
    function claimIdOf(bytes32 batchHash, uint32 leaf, uint256 part) public pure override returns (bytes32) {
        return keccak256(abi.encode(batchHash, leaf, part));
    }

    function _checkFallen(Case storage c, BatchRef calldata ref, uint32 leaf) private view {
        bool inside = ref.index >= c.from && ref.index <= c.to && rollup.statusOf(ref.index) == BatchStatus.RolledBack;
        if (!inside) revert Compensations_NotInTheCase(ref.index);
        bool guilty = ref.batchHash == c.culprit && c.culpritLeaf != NO_LEAF && leaf == c.culpritLeaf;
        if (guilty) revert Compensations_AtFault(ref.batchHash, leaf);
    }

    /// @dev The rules of a leaf between request, counts and fee, as far as they do not depend on the leaves before.
    function _checkJob(BatchRef calldata ref, LeafProof calldata leaf, SignedRequest calldata signed)
        private
        view
        returns (uint64)
    {
        Batch memory batch = BatchProof.posted(rollup, ref);
        BatchProof.checkLeaf(ref, leaf);
        _checkRequest(leaf, signed);
        (JobRequest calldata r, QueryReceipt calldata q) = (signed.request, leaf.receipt);
        if (q.finish == Finish.VOID) revert Compensations_NotHonest("void");
        bytes32 structHash = MessageHash.structHash(r);
        if (MessageHash.digest(rollup.domainSeparator(), structHash) != q.jobId) {
            revert Compensations_NotHonest("job id");
        }
        if (!_maySign(signed, _signer(structHash, signed.signature), batch.postedAt)) {
            revert Compensations_NotHonest("request's signer");
        }
        uint256 due = uint256(r.promptPrice) * r.promptTokens + uint256(r.outputPrice) * q.outputTokens;
        bool priced = q.promptTokens == r.promptTokens && q.fee == due && due <= r.maxFee && due <= r.cumulativeMax;
        if (!priced) revert Compensations_NotHonest("fee");
        uint128 held = r.payment == 0
            ? rollup.credits().creditedAt(r.user, batch.postedAt)
            : rollup.credits().reservedAt(r.user, batch.postedAt);
        if (due > held) revert Compensations_NotHonest("credit");
        return batch.postedAt;
    }

    function _checkShard(LeafProof calldata leaf, SignedReceipt calldata signed, uint64 openedAt, uint64 postedAt)
        private
        view
    {
        (ShardReceipt calldata r, QueryReceipt calldata q) = (signed.receipt, leaf.receipt);
        bool same = r.jobId == q.jobId && r.tokensRoot == q.tokensRoot
            && uint256(r.positions) + 1 == uint256(q.promptTokens) + q.outputTokens;
        if (!same) revert Compensations_NotHonest("receipt");
        uint256 latest = uint256(openedAt) + rollup.parameters().postBeforeHorizon;
        if (postedAt >= r.postBefore || r.postBefore > latest) revert Compensations_NotHonest("postBefore");
        IHostRegistry registry = rollup.registry();
        if (registry.slot(r.slot).operator != r.operator) revert Compensations_NotHonest("operator");
        address signer = _signer(MessageHash.structHash(r), signed.signature);
        if (signer == address(0) || !registry.isValidKey(r.slot, signer, r.epoch)) {
            revert Compensations_NotHonest("receipt's signer");
        }
    }

    function _share(LeafProof calldata leaf, SignedRequest calldata signed, uint32 slotId)
        private
        view
        returns (uint128)
    {
        IHostRegistry.Slot memory slot = rollup.registry().slot(slotId);
        if (slot.modelId != signed.request.modelId) revert Compensations_NotHonest("model");
        uint256 fee = leaf.receipt.fee;
        uint256 rest = fee - fee * rollup.parameters().sequencerShareBps / ALL_BPS;
        return uint128(rest * slot.layerCount / rollup.registry().model(slot.modelId).layerCount);
    }

    function _checkPayable(Case storage c) private view {
        if (block.timestamp < c.payableFrom) revert Compensations_TooEarly(c.payableFrom, uint64(block.timestamp));
    }

    function _existing(uint256 caseId) private view returns (Case storage c) {
        c = _cases[caseId];
        if (c.openedAt == 0) revert Compensations_NoSuchCase(caseId);
    }

    function _standing(bytes32 claimId) private view returns (Claim storage claim) {
        claim = _claims[claimId];
        if (claim.caseId == 0) revert Compensations_NoSuchClaim(claimId);
    }
}
