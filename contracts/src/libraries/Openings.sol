// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    ChunkOpening,
    EntryOpening,
    FlatOpening,
    HeadRowOpening,
    Operator,
    PageOpening,
    StepClaim,
    TokenOpening,
    WeightOpening
} from "../types/DisputeTypes.sol";
import {KeccakMerkle} from "./KeccakMerkle.sol";
import {LittleEndian} from "./LittleEndian.sol";
import {OperatorLayout} from "./OperatorLayout.sol";
import {ShaMerkle} from "./ShaMerkle.sol";
import {WeightLayout} from "./WeightLayout.sol";

/// @title Opens what a step needs from the revealed list, the weights and the tokens (docs/protocol.md, section 12)
/// @notice Every place, size and direction is derived from the claim's context; what does not fit reverts. Nothing decides here.
library Openings {
    bytes8 internal constant QUANTIZED = "TT/quan1";
    bytes8 internal constant NORM = "TT/norm1";
    bytes8 internal constant HEAD = "TT/head1";
    bytes8 internal constant PICK = "TT/pick1";
    bytes8 private constant WEIGHTS = "TT/wght1";
    bytes8 private constant TOKENS = "TT/toks1";
    uint256 private constant PAGE_BYTES = 1024;
    uint256 private constant SALT_BYTES = 32;

    error Openings_WrongRoot(bytes32 actual, bytes32 expected);
    error Openings_WrongEntry(bytes32 actual, bytes32 expected);
    error Openings_WrongLength(uint256 actual, uint256 expected);
    error Openings_NotEmpty();

    /// @notice The number of bytes that a salt takes before each opened page, row or content.
    function saltLength(StepClaim calldata s) internal pure returns (uint256) {
        return s.context.isSealed ? SALT_BYTES : 0;
    }

    /// @notice Checks that an entry is the one of (group, op, unit) in the revealed list.
    function entry(StepClaim calldata s, uint256 group, Operator op, uint256 unit, EntryOpening calldata o)
        internal
        pure
        returns (bytes32)
    {
        (uint256 index, uint256 size) = OperatorLayout.place(s.context, group, op, unit);
        bytes32 root = KeccakMerkle.climb(KeccakMerkle.entryLeaf(o.entry), index, size, o.path);
        if (root != s.groupRoots[group]) revert Openings_WrongRoot(root, s.groupRoots[group]);
        return o.entry;
    }

    /// @notice The page that holds an element of another entry, without its salt, and the element's number in the page.
    /// @param element Its number in the operator's whole output.
    /// @param plane Which accumulator of it; 0 unless `op` is a matrix.
    function page(
        StepClaim calldata s,
        uint256 group,
        Operator op,
        uint256 element,
        uint256 plane,
        PageOpening calldata o
    ) internal view returns (bytes calldata data, uint256 offset) {
        uint256 unit = element / OperatorLayout.segmentLength(s.context, op);
        bytes32 root = entry(s, group, op, unit, o.segment);
        offset = OperatorLayout.elementAt(s.context, op, unit, element, plane);
        data = _page(s, op, unit, offset / OperatorLayout.PAGE_ELEMENTS, root, o);
        offset %= OperatorLayout.PAGE_ELEMENTS;
    }

    /// @notice The value of an element of another entry; of a matrix the last accumulator.
    function value(StepClaim calldata s, uint256 group, Operator op, uint256 element, PageOpening calldata o)
        internal
        view
        returns (uint256)
    {
        uint256 plane = OperatorLayout.planeCount(s.context, op) - 1;
        (bytes calldata data, uint256 offset) = page(s, group, op, element, plane, o);
        return LittleEndian.u32(data, offset);
    }

    /// @notice The committed value of an element of the claimed segment, which lies in it.
    function claimedValue(
        StepClaim calldata s,
        Operator op,
        uint256 unit,
        uint256 element,
        uint256 plane,
        PageOpening calldata o
    ) internal view returns (uint256) {
        if (o.segment.entry != s.entry) revert Openings_WrongEntry(o.segment.entry, s.entry);
        if (o.segment.path.length != 0) revert Openings_NotEmpty();
        uint256 offset = OperatorLayout.elementAt(s.context, op, unit, element, plane);
        bytes calldata data = _page(s, op, unit, offset / OperatorLayout.PAGE_ELEMENTS, s.entry, o);
        return LittleEndian.u32(data, offset % OperatorLayout.PAGE_ELEMENTS);
    }

    /// @notice Checks a run of up to 2^level neighbouring pages of an entry's segment, aligned to 2^level; they are `o.pages`, each after its salt.
    /// @return pages Their number: fewer than 2^level where the segment ends.
    /// @return stride Bytes from one page's start to the next one's.
    function run(
        StepClaim calldata s,
        uint256 group,
        Operator op,
        uint256 unit,
        uint256 firstPage,
        uint256 level,
        PageOpening calldata o
    ) internal view returns (uint256 pages, uint256 stride) {
        bytes32 root = entry(s, group, op, unit, o.segment);
        uint256 length = OperatorLayout.contentLength(s.context, op, unit);
        (pages, stride) = _checkRun(s, length, firstPage, level, root, o);
    }

    /// @notice The content behind a quantised entry, without its salt.
    function flat(StepClaim calldata s, uint256 group, Operator op, uint256 unit, bytes8 tag, FlatOpening calldata o)
        internal
        pure
        returns (bytes calldata content)
    {
        content = contentOf(s, tag, o.content, entry(s, group, op, unit, o.entry));
        _requireLength(content.length, OperatorLayout.contentLength(s.context, op, unit));
    }

    /// @notice The content behind the claimed entry where that is one flat hash, without its salt.
    function claimedFlat(StepClaim calldata s, Operator op, uint256 unit, bytes8 tag, bytes calldata output)
        internal
        pure
        returns (bytes calldata content)
    {
        content = contentOf(s, tag, output, s.entry);
        _requireLength(content.length, OperatorLayout.contentLength(s.context, op, unit));
    }

    /// @notice The claimed row of a key or value head, without its salt.
    function claimedRow(StepClaim calldata s, Operator op, uint256 unit, bytes calldata output)
        internal
        view
        returns (bytes calldata row)
    {
        bytes32 hash = ShaMerkle.leaf(output);
        if (hash != s.entry) revert Openings_WrongEntry(hash, s.entry);
        row = _unsalted(s, output);
        _requireLength(row.length, OperatorLayout.contentLength(s.context, op, unit));
    }

    /// @notice Checks the root of a head's chunk tree against its entry.
    function headRoot(StepClaim calldata s, bytes calldata salt, bytes32 chunkRoot, bytes32 expected) internal pure {
        _requireLength(salt.length, saltLength(s));
        bytes32 hash = keccak256(abi.encodePacked(HEAD, salt, chunkRoot));
        if (hash != expected) revert Openings_WrongEntry(hash, expected);
    }

    /// @notice The content of a leaf of a head's chunk tree, without its salt.
    function chunk(StepClaim calldata s, bytes32 chunkRoot, uint256 index, uint256 length, ChunkOpening calldata o)
        internal
        pure
        returns (bytes calldata content)
    {
        chunkLeaf(s, chunkRoot, index, KeccakMerkle.leaf(o.content), o.path);
        content = _unsalted(s, o.content);
        _requireLength(content.length, length);
    }

    /// @notice Checks that `leaf` is leaf `index` of a head's chunk tree.
    function chunkLeaf(StepClaim calldata s, bytes32 chunkRoot, uint256 index, bytes32 leaf, bytes32[] calldata path)
        internal
        pure
    {
        bytes32 root = KeccakMerkle.climb(leaf, index, 3 * OperatorLayout.chunkCount(s.context), path);
        if (root != chunkRoot) revert Openings_WrongRoot(root, chunkRoot);
    }

    /// @notice A head's output row: the content of the last leaf of its tree, without its salt.
    function headRow(StepClaim calldata s, uint256 group, uint256 head, HeadRowOpening calldata o)
        internal
        pure
        returns (bytes calldata)
    {
        headRoot(s, o.salt, o.chunkRoot, entry(s, group, Operator.AttentionHead, head, o.entry));
        uint256 last = 3 * OperatorLayout.chunkCount(s.context) - 1;
        return chunk(s, o.chunkRoot, last, 4 * uint256(s.context.config.headDimension), o.row);
    }

    /// @notice A page of a weight row.
    function weight(
        StepClaim calldata s,
        uint256 role,
        uint256 layer,
        uint256 row,
        uint256 pageNumber,
        WeightOpening calldata o
    ) internal view returns (bytes calldata) {
        WeightLayout.Tensor memory t = WeightLayout.tensor(s.context.config, role, layer);
        uint256 index = WeightLayout.leafIndex(t, row, pageNumber);
        _requireLength(o.page.length, WeightLayout.pageLength(t, pageNumber));
        uint256 size = WeightLayout.pageCount(s.context.config);
        bytes32 root = ShaMerkle.leaf(WeightLayout.header(t, row, pageNumber), o.page);
        root = ShaMerkle.wrap(WEIGHTS, size, ShaMerkle.climb(root, index, size, o.path));
        if (root != s.context.weightsRoot) revert Openings_WrongRoot(root, s.context.weightsRoot);
        return o.page;
    }

    /// @notice The token at a position of the job, 0 to T.
    function token(StepClaim calldata s, uint256 position, TokenOpening calldata o) internal view returns (uint256) {
        uint256 count = uint256(s.context.positions) + 1;
        uint256 number = position / OperatorLayout.PAGE_ELEMENTS;
        uint256 pages = OperatorLayout.ceilDiv(count, OperatorLayout.PAGE_ELEMENTS);
        uint256 left = count - number * OperatorLayout.PAGE_ELEMENTS;
        if (left > OperatorLayout.PAGE_ELEMENTS) left = OperatorLayout.PAGE_ELEMENTS;
        _requireLength(o.page.length, saltLength(s) + 4 * left);
        bytes32 root = ShaMerkle.climb(ShaMerkle.leaf(o.page), number, pages, o.path);
        root = ShaMerkle.wrap(TOKENS, count, root);
        if (root != s.context.tokensRoot) revert Openings_WrongRoot(root, s.context.tokensRoot);
        return LittleEndian.u32(_unsalted(s, o.page), position % OperatorLayout.PAGE_ELEMENTS);
    }

    /// @notice Content whose tagged hash is `expected`, without its salt.
    function contentOf(StepClaim calldata s, bytes8 tag, bytes calldata salted, bytes32 expected)
        internal
        pure
        returns (bytes calldata)
    {
        bytes32 hash = keccak256(abi.encodePacked(tag, salted));
        if (hash != expected) revert Openings_WrongEntry(hash, expected);
        return _unsalted(s, salted);
    }

    /// @notice Reverts unless an opening that has no use here was left empty.
    function requireUnused(PageOpening calldata o) internal pure {
        if (o.pages.length != 0 || o.path.length != 0) revert Openings_NotEmpty();
        requireUnused(o.segment);
    }

    function requireUnused(EntryOpening calldata o) internal pure {
        if (o.entry != 0 || o.path.length != 0) revert Openings_NotEmpty();
    }

    function requireUnused(WeightOpening calldata o) internal pure {
        if (o.page.length != 0 || o.path.length != 0) revert Openings_NotEmpty();
    }

    function requireUnused(ChunkOpening calldata o) internal pure {
        if (o.content.length != 0 || o.path.length != 0) revert Openings_NotEmpty();
    }

    /// @dev One page of a segment whose hash is `root`, without its salt.
    function _page(
        StepClaim calldata s,
        Operator op,
        uint256 unit,
        uint256 number,
        bytes32 root,
        PageOpening calldata o
    ) private view returns (bytes calldata) {
        _checkRun(s, OperatorLayout.contentLength(s.context, op, unit), number, 0, root, o);
        return _unsalted(s, o.pages);
    }

    /// @dev Hashes `o.pages`, which must be pages `first` to `first + 2^level - 1` of a content of `length` bytes (or what there is of them).
    function _checkRun(
        StepClaim calldata s,
        uint256 length,
        uint256 first,
        uint256 level,
        bytes32 expected,
        PageOpening calldata o
    ) private view returns (uint256 pages, uint256 stride) {
        stride = PAGE_BYTES + saltLength(s);
        uint256 bytesLeft = length - first * PAGE_BYTES;
        if (bytesLeft > PAGE_BYTES << level) bytesLeft = PAGE_BYTES << level;
        pages = OperatorLayout.ceilDiv(bytesLeft, PAGE_BYTES);
        _requireLength(o.pages.length, bytesLeft + pages * saltLength(s));
        bytes32[] memory nodes = new bytes32[](pages);
        for (uint256 i = 0; i < pages; i++) {
            uint256 end = i + 1 == pages ? o.pages.length : (i + 1) * stride;
            nodes[i] = ShaMerkle.leaf(o.pages[i * stride:end]);
        }
        uint256 runs = OperatorLayout.ceilDiv(length, PAGE_BYTES << level);
        bytes32 root = ShaMerkle.climb(ShaMerkle.fold(nodes), first >> level, runs, o.path);
        if (root != expected) revert Openings_WrongRoot(root, expected);
    }

    function _unsalted(StepClaim calldata s, bytes calldata salted) private pure returns (bytes calldata) {
        return salted[saltLength(s):];
    }

    function _requireLength(uint256 actual, uint256 expected) private pure {
        if (actual != expected) revert Openings_WrongLength(actual, expected);
    }
}
