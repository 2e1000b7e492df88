// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITeeTeeRollup} from "../interfaces/ITeeTeeRollup.sol";

import {BatchProof} from "../libraries/BatchProof.sol";
import {MessageHash} from "../libraries/MessageHash.sol";
import {Signatures} from "../libraries/Signatures.sol";

import {LeafProof} from "../types/DisputeTypes.sol";
import {BatchRef, Finish, NO_LEAF, SignedReceipt, SignedRequest, VERDICT_TAG, Verdict} from "../types/FaultTypes.sol";
import {Batch} from "../types/Types.sol";

/// @title What every judge of posted batches has in common
/// @notice A judge has one function per rule. It returns a `Verdict` if the rule is broken and reverts otherwise: with `Judge_NoFault` where
/// the comparison was made and held, with another error where the evidence is not the batch's. It keeps nothing and convicts nobody:
/// `SequencerFaults` does, on a completed verdict alone. Only batches that are open are judged.
abstract contract Judge {
    ITeeTeeRollup public immutable rollup;

    /// @notice The rule holds: what there is and what it asks for.
    error Judge_NoFault(string rule, uint256 actual, uint256 expected);
    error Judge_WrongRequest(bytes32 hashed, bytes32 committed);
    error Judge_WrongReceipt(uint256 part, bytes32 hashed, bytes32 committed);
    error Judge_NoSuchPart(uint256 part, uint256 parts);
    /// @notice The rule is not one for leaves of this finish reason.
    error Judge_OtherFinish(uint8 finish);

    constructor(ITeeTeeRollup rollup_) {
        rollup = rollup_;
    }

    function _open(BatchRef calldata ref) internal view returns (Batch memory) {
        return BatchProof.open(rollup, ref);
    }

    function _checkRequest(LeafProof calldata leaf, SignedRequest calldata signed) internal pure {
        bytes32 hashed = MessageHash.itemHash(signed.request, signed.signature);
        if (hashed != leaf.receipt.requestHash) revert Judge_WrongRequest(hashed, leaf.receipt.requestHash);
    }

    function _checkReceipt(LeafProof calldata leaf, uint256 part, SignedReceipt calldata signed) internal pure {
        uint256 parts = leaf.receipt.shardReceiptHashes.length;
        if (part >= parts) revert Judge_NoSuchPart(part, parts);
        bytes32 hashed = MessageHash.itemHash(signed.receipt, signed.signature);
        bytes32 committed = leaf.receipt.shardReceiptHashes[part];
        if (hashed != committed) revert Judge_WrongReceipt(part, hashed, committed);
    }

    /// @dev The leaf, its request and its batch in one go: what most rules start from.
    function _bind(BatchRef calldata ref, LeafProof calldata leaf, SignedRequest calldata signed)
        internal
        view
        returns (Batch memory batch)
    {
        batch = _open(ref);
        BatchProof.checkLeaf(ref, leaf);
        _checkRequest(leaf, signed);
    }

    function _notVoid(LeafProof calldata leaf) internal pure {
        if (leaf.receipt.finish == Finish.VOID) revert Judge_OtherFinish(Finish.VOID);
    }

    function _signer(bytes32 structHash, bytes calldata signature) internal view returns (address) {
        return Signatures.signerOf(MessageHash.digest(rollup.domainSeparator(), structHash), signature);
    }

    /// @dev Whether `signer` may sign for the request's user: the user, or a session key by the rules of `Sessions` at the posting.
    function _maySign(SignedRequest calldata signed, address signer, uint64 postedAt) internal view returns (bool) {
        address user = signed.request.user;
        if (signer == address(0)) return false;
        if (signer == user) return true;
        return rollup.credits().sessionValidAt(user, signer, postedAt)
            && signed.request.cumulativeMax <= rollup.credits().session(user, signer).cap;
    }

    /// @dev The rule is broken iff the two differ.
    function _differ(string memory rule, uint256 actual, uint256 expected) internal pure {
        if (actual == expected) revert Judge_NoFault(rule, actual, expected);
    }

    function _differ(string memory rule, bytes32 actual, bytes32 expected) internal pure {
        _differ(rule, uint256(actual), uint256(expected));
    }

    /// @dev Somebody was charged for what it should not have got: the fee goes back, the batch stands.
    function _refund(BatchRef calldata ref, LeafProof calldata leaf, SignedRequest calldata signed)
        internal
        pure
        returns (Verdict memory)
    {
        return _verdict(ref, leaf.index, signed.request.user, leaf.receipt.fee, false);
    }

    /// @dev The state that the batch commits is not one that may become final.
    function _rollBack(BatchRef calldata ref, uint32 leaf) internal pure returns (Verdict memory) {
        return _verdict(ref, leaf, address(0), 0, true);
    }

    /// @dev Nobody in particular was wronged and the state is right.
    function _penalty(BatchRef calldata ref) internal pure returns (Verdict memory) {
        return _verdict(ref, NO_LEAF, address(0), 0, false);
    }

    function _verdict(BatchRef calldata ref, uint32 leaf, address user, uint128 fee, bool rollsBack)
        private
        pure
        returns (Verdict memory)
    {
        return Verdict(VERDICT_TAG, ref.index, ref.batchHash, leaf, user, fee, rollsBack);
    }
}
