// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStepVerifier} from "../interfaces/IStepVerifier.sol";
import {Openings} from "../libraries/Openings.sol";
import {OperatorLayout} from "../libraries/OperatorLayout.sol";
import {ShaMerkle} from "../libraries/ShaMerkle.sol";
import {Witness} from "../libraries/Witness.sol";
import {Operator, SaltWitness, StepClaim} from "../types/DisputeTypes.sol";

/// @title Judges the salt of one page, row or content of a sealed job, given the job's salt key
/// @notice The host signed `tokensRoot`, whose pages are salted with the same key as everything in the list: a key that gives the salt of the
/// page of token(p) is the job's. Right content under any other salt than the key's would hide what it commits from everybody who checks.
/// @dev Whoever gives the key here publishes it: with it, guesses of the job's text can be confirmed.
contract SaltStep is IStepVerifier {
    /// @notice The part number that asks for the salt instead of a number.
    uint32 public constant PART = type(uint32).max;

    uint256 private constant TOKENS = 1;
    uint256 private constant BOUNDARY = 3;
    uint256 private constant CACHE_ROW = 4;
    uint256 private constant CONTENT = 5;
    /// @dev Pages of a full segment.
    uint256 private constant PAGES = 16;
    uint256 private constant PAGE_BYTES = 1024;

    error SaltStep_NotSealed();
    error SaltStep_WrongPart(uint256 part);
    error SaltStep_NotTheJobsKey(bytes32 opened, bytes32 derived);
    error SaltStep_NoSuchPage(uint256 page, uint256 pages);

    /// @inheritdoc IStepVerifier
    /// @dev `element` is the page in the segment, or 0 where the entry's content is not paged.
    function isWrong(StepClaim calldata claim, uint32 element, uint32 part, bytes calldata witness)
        external
        view
        returns (bool)
    {
        if (part != PART) revert SaltStep_WrongPart(part);
        if (!claim.context.isSealed) revert SaltStep_NotSealed();
        SaltWitness calldata w = Witness.salt(witness);
        _requireJobsKey(claim, w);
        (Operator op, uint256 unit) = OperatorLayout.locate(claim.context, claim.group, claim.index);
        bytes32 opened = _opened(claim, op, unit, element, w);
        return opened != _expected(claim, op, unit, element, w.saltKey);
    }

    /// @dev Reverts unless the key gives the salt of the page of `tokensRoot` that holds token(p).
    function _requireJobsKey(StepClaim calldata s, SaltWitness calldata w) private view {
        uint256 position = s.context.position;
        Openings.token(s, position, w.token);
        bytes32 opened = bytes32(w.token.page[:32]);
        bytes32 derived = _derive(w.saltKey, TOKENS, 0, 0, position / OperatorLayout.PAGE_ELEMENTS);
        if (opened != derived) revert SaltStep_NotTheJobsKey(opened, derived);
    }

    /// @dev The salt that the claimed entry commits.
    function _opened(StepClaim calldata s, Operator op, uint256 unit, uint256 element, SaltWitness calldata w)
        private
        view
        returns (bytes32)
    {
        OperatorLayout.Content kind = OperatorLayout.contentOf(op);
        if (kind != OperatorLayout.Content.Head && w.chunkRoot != 0) revert Openings.Openings_NotEmpty();
        if (kind == OperatorLayout.Content.Vector || kind == OperatorLayout.Content.Matrix) {
            uint256 length = OperatorLayout.contentLength(s.context, op, unit);
            _requirePage(element, OperatorLayout.ceilDiv(length, PAGE_BYTES));
            if (w.content.length != 0) revert Openings.Openings_NotEmpty();
            return Openings.claimedSalt(s, op, unit, element, w.output);
        }
        _requirePage(element, 1);
        Openings.requireUnused(w.output);
        if (kind == OperatorLayout.Content.Head) Openings.headRoot(s, w.content, w.chunkRoot, s.entry);
        else if (kind == OperatorLayout.Content.Row) Openings.claimedRow(s, op, unit, w.content);
        else Openings.claimedFlat(s, op, unit, _tagOf(kind), w.content);
        return bytes32(w.content[:32]);
    }

    /// @dev The salt that the key gives for its place (docs/protocol.md, sections 10 and 12).
    function _expected(StepClaim calldata s, Operator op, uint256 unit, uint256 page, bytes32 saltKey)
        private
        view
        returns (bytes32)
    {
        uint256 position = s.context.position;
        uint256 layers = s.context.layerCount;
        // Boundaries have the salts that both of their shards know.
        if (s.group == 0) return _derive(saltKey, BOUNDARY, s.context.firstLayer, position, unit * PAGES + page);
        if (op == Operator.FeedForwardResidual && s.group == layers) {
            return _derive(saltKey, BOUNDARY, s.context.firstLayer + layers, position, unit * PAGES + page);
        }
        uint256 layer = s.group > layers ? 0 : OperatorLayout.layerOf(s.context, s.group);
        if (op == Operator.KeyRow) return _derive(saltKey, CACHE_ROW, layer, position, unit);
        if (op == Operator.ValueRow) {
            return _derive(saltKey, CACHE_ROW, layer, position, s.context.config.kvHeadCount + unit);
        }
        return _derive(saltKey, CONTENT, layer, position, (uint256(op) << 16) + unit * PAGES + page);
    }

    /// @dev SHA256(saltKey || kind || layer || position || index), each of the four a u32 in big-endian.
    function _derive(bytes32 saltKey, uint256 kind, uint256 layer, uint256 position, uint256 index)
        private
        view
        returns (bytes32)
    {
        return ShaMerkle.hashOf(abi.encodePacked(saltKey, uint32(kind), uint32(layer), uint32(position), uint32(index)));
    }

    function _tagOf(OperatorLayout.Content kind) private pure returns (bytes8) {
        if (kind == OperatorLayout.Content.Quantized) return Openings.QUANTIZED;
        return kind == OperatorLayout.Content.Norm ? Openings.NORM : Openings.PICK;
    }

    function _requirePage(uint256 page, uint256 pages) private pure {
        if (page >= pages) revert SaltStep_NoSuchPage(page, pages);
    }
}
