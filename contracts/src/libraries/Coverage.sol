// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHostRegistry} from "../interfaces/IHostRegistry.sol";
import {ITeeTeeRollup} from "../interfaces/ITeeTeeRollup.sol";

import {BatchRef, QuoteProof, ShardEntry} from "../types/FaultTypes.sol";
import {QuoteRecord, ShardReceipt} from "../types/Messages.sol";

import {BatchProof} from "./BatchProof.sol";
import {MessageHash} from "./MessageHash.sol";
import {TaggedMerkle} from "./TaggedMerkle.sol";

/// @title What covers a shard receipt, and what a sealed job publishes (docs/protocol.md, sections 7, 8 and 10)
library Coverage {
    uint256 private constant WRAP = 112;
    uint256 private constant MOST_WRAPS = 4;

    /// @notice Whether this record covers the receipt of this entry. Reverts if the record is not the batch's.
    function isCovered(
        ITeeTeeRollup rollup,
        BatchRef calldata ref,
        bytes32 modelId,
        ShardEntry calldata entry,
        QuoteProof calldata quote
    ) internal view returns (bool) {
        BatchProof.checkQuote(ref, quote);
        QuoteRecord calldata q = quote.record;
        ShardReceipt calldata r = entry.receipt;
        bool same = q.modelId == modelId && q.slot == r.slot && q.operator == r.operator && q.epoch == r.epoch;
        return same && _isKey(rollup, q) && _isExecuted(rollup, q.executionRoot, entry);
    }

    /// @notice Whether an item that begins with `first` and has this length is a frame of `ids` encrypted ids.
    function isFrame(bytes calldata first, uint256 itemLength, uint256 ids) internal pure returns (bool) {
        if (first.length < 2 || first[0] != 0x02) return false;
        uint256 wraps = uint8(first[1]);
        if (wraps == 0 || wraps > MOST_WRAPS) return false;
        if (itemLength != 2 + wraps * WRAP + ids * 4 + 16 || first.length < 2 + wraps * WRAP) return false;
        for (uint256 i = 1; i < wraps; i++) {
            for (uint256 j = 0; j < i; j++) {
                if (_recipient(first, i) == _recipient(first, j)) return false;
            }
        }
        return true;
    }

    /// @notice The bytes of an entry's data item.
    function itemOf(ShardEntry calldata e) internal pure returns (bytes memory) {
        return abi.encode(e.receipt, e.signature, e.quoteIndex, e.executionIndex, e.executionSize, e.executionProof);
    }

    function _recipient(bytes calldata frame, uint256 wrap) private pure returns (bytes32) {
        return bytes32(frame[2 + wrap * WRAP:2 + wrap * WRAP + 32]);
    }

    /// @dev Both halves of the record's key are the slot's in that epoch, by the registry.
    function _isKey(ITeeTeeRollup rollup, QuoteRecord calldata q) private view returns (bool) {
        IHostRegistry.Key memory key = rollup.registry().keyStanding(q.slot, q.signingKey).key;
        return key.encryptionKey == q.encryptionKey && key.validFrom <= q.epoch && q.epoch < key.validUntil;
    }

    function _isExecuted(ITeeTeeRollup rollup, bytes32 executionRoot, ShardEntry calldata entry)
        private
        view
        returns (bool)
    {
        bytes32 digest = MessageHash.digest(rollup.domainSeparator(), MessageHash.structHash(entry.receipt));
        return TaggedMerkle.verify(
            TaggedMerkle.EXECUTION,
            executionRoot,
            entry.executionSize,
            entry.executionIndex,
            abi.encode(digest),
            entry.executionProof
        );
    }
}
