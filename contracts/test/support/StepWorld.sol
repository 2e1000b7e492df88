// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AttentionStep} from "../../src/steps/AttentionStep.sol";
import {GateStep} from "../../src/steps/GateStep.sol";
import {MatrixStep} from "../../src/steps/MatrixStep.sol";
import {NormStep} from "../../src/steps/NormStep.sol";
import {PickStep} from "../../src/steps/PickStep.sol";
import {SaltStep} from "../../src/steps/SaltStep.sol";
import {StepVerifier} from "../../src/steps/StepVerifier.sol";
import {VectorStep} from "../../src/steps/VectorStep.sol";
import {
    DisputeContext,
    EntryOpening,
    FlatOpening,
    Operator,
    PageOpening,
    StepClaim,
    TokenOpening,
    WeightOpening
} from "../../src/types/DisputeTypes.sol";
import {WeightLayout} from "../../src/libraries/WeightLayout.sol";
import {ModelConfig} from "../../src/types/Types.sol";

import {Assertions} from "./Assertions.sol";
import {LayoutView} from "./LayoutView.sol";
import {Le} from "./Le.sol";
import {SparseTree} from "./SparseTree.sol";

/// @notice A revealed list of any shape of which only the touched entries exist; everything else is made up.
/// @dev First put every content (`_put...`), then open (`_open...`), then take the claim.
abstract contract StepWorld is Assertions {
    struct Step {
        StepClaim claim;
        uint32 element;
        uint32 part;
        bytes witness;
    }

    uint256 internal constant PAGE = 1024;

    StepVerifier internal verifier;
    LayoutView internal lay;
    DisputeContext internal ctx;
    uint256 internal world;
    uint256 private _drawn;
    mapping(bytes32 => bytes) private _contents;
    mapping(uint256 => mapping(uint256 => SparseTree.Leaf[])) private _groups;
    mapping(uint256 => SparseTree.Leaf[]) private _weights;
    mapping(uint256 => mapping(uint256 => bytes)) private _weightPages;

    function setUp() public virtual {
        lay = new LayoutView();
        verifier = new StepVerifier(
            StepVerifier.Parts(
                new MatrixStep(),
                new VectorStep(),
                new NormStep(),
                new GateStep(),
                new AttentionStep(),
                new PickStep(),
                new SaltStep()
            )
        );
    }

    /// @dev A shard that holds all layers, at a position after which the job goes on for 40 more.
    function _newWorld(ModelConfig memory config, uint32 position, bool isSealed) internal {
        world++;
        ctx.batchIndex = 7;
        ctx.batchHash = bytes32(_random());
        ctx.position = position;
        ctx.positions = position + 40;
        ctx.promptTokens = 1;
        ctx.config = config;
        ctx.firstLayer = 0;
        ctx.layerCount = config.layerCount;
        ctx.isSealed = isSealed;
        ctx.sampling.greedy = false;
        ctx.sampling.inverseTemperatureBits = 0x3fa00000;
        ctx.sampling.seed = bytes32(_random());
    }

    // Random numbers

    function _random() internal returns (uint256) {
        return uint256(keccak256(abi.encode(world, _drawn++)));
    }

    /// @dev The bits of a number of either sign between 2^-7 and 2.
    function _randomFloat() internal returns (uint256) {
        return (_random() & 0x83ffffff) | 0x3c000000;
    }

    function _fill(uint256 length, uint256 mask, uint256 base) private returns (bytes memory data) {
        data = new bytes(length + 32);
        for (uint256 i = 0; i < length; i += 32) {
            uint256 word = (_random() & mask) | base;
            assembly ("memory-safe") {
                mstore(add(add(data, 0x20), i), word)
            }
        }
        assembly ("memory-safe") {
            mstore(data, length)
        }
    }

    function _bytes(uint256 length) internal returns (bytes memory) {
        return _fill(length, type(uint256).max, 0);
    }

    function _floats(uint256 count) internal returns (bytes memory) {
        uint256 lane = 0x0000000100000001000000010000000100000001000000010000000100000001;
        return _fill(4 * count, 0xffffff83 * lane, 0x3c * lane);
    }

    /// @dev Halves of either sign between 1/2 and 2.
    function _halves(uint256 count) internal returns (bytes memory) {
        uint256 lane = 0x0001000100010001000100010001000100010001000100010001000100010001;
        return _fill(2 * count, 0xff87 * lane, 0x38 * lane);
    }

    /// @dev Q8_0 blocks whose scales are small.
    function _blocks(uint256 count) internal returns (bytes memory data) {
        data = _bytes(34 * count);
        for (uint256 i = 0; i < count; i++) {
            data[34 * i + 1] = (data[34 * i + 1] & 0x83) | 0x20;
        }
    }

    /// @dev A quantised segment: scales, then int8.
    function _quantized(uint256 blocks) internal returns (bytes memory) {
        return bytes.concat(_floats(blocks), _bytes(32 * blocks));
    }

    // Contents and their entries

    function _salt(uint256 group, Operator op, uint256 unit, uint256 page)
        internal
        view
        virtual
        returns (bytes memory)
    {
        if (!ctx.isSealed) return "";
        return abi.encode(keccak256(abi.encode("salt", world, group, op, unit, page)));
    }

    function _putEntry(uint256 group, Operator op, uint256 unit, bytes32 entry) internal {
        (uint256 index,) = lay.place(ctx, group, op, unit);
        _groups[world][group].push(SparseTree.Leaf(index, keccak256(abi.encodePacked(bytes1(0), entry))));
        _contents[_key("entry", group, op, unit)] = abi.encode(entry);
    }

    function _entryOf(uint256 group, Operator op, uint256 unit) internal view returns (bytes32) {
        return abi.decode(_contents[_key("entry", group, op, unit)], (bytes32));
    }

    /// @dev A segment of a vector or matrix.
    function _putSegment(uint256 group, Operator op, uint256 unit, bytes memory content) internal {
        assertEq(content.length, lay.contentLength(ctx, op, unit), "length of a segment in the making");
        _contents[_key("content", group, op, unit)] = content;
        _putEntry(group, op, unit, SparseTree.root(_pages(group, op, unit)));
    }

    function _putFlat(uint256 group, Operator op, uint256 unit, bytes8 tag, bytes memory content) internal {
        assertEq(content.length, lay.contentLength(ctx, op, unit), "length of a content in the making");
        content = bytes.concat(_salt(group, op, unit, 0), content);
        _contents[_key("content", group, op, unit)] = content;
        _putEntry(group, op, unit, keccak256(abi.encodePacked(tag, content)));
    }

    function _putRow(uint256 group, Operator op, uint256 unit, bytes memory row) internal {
        row = bytes.concat(_salt(group, op, unit, 0), row);
        _contents[_key("content", group, op, unit)] = row;
        _putEntry(group, op, unit, sha256(bytes.concat(bytes1(0), row)));
    }

    /// @dev The content as it is opened: salted if it is flat or a row.
    function _content(uint256 group, Operator op, uint256 unit) internal view returns (bytes memory) {
        return _contents[_key("content", group, op, unit)];
    }

    function _has(uint256 group, Operator op, uint256 unit) internal view returns (bool) {
        return _contents[_key("entry", group, op, unit)].length != 0;
    }

    function _putWeight(uint256 role, uint256 layer, uint256 row, uint256 page, bytes memory data) internal {
        WeightLayout.Tensor memory t = lay.tensor(ctx.config, role, layer);
        assertEq(data.length, lay.pageLength(t, page), "length of a weight page in the making");
        uint256 index = lay.leafIndex(t, row, page);
        bytes32 hash = sha256(abi.encodePacked(bytes1(0), lay.header(t, row, page), data));
        _weights[world].push(SparseTree.Leaf(index, hash));
        _weightPages[world][index] = data;
    }

    // Openings

    function _openEntry(uint256 group, Operator op, uint256 unit) internal view returns (EntryOpening memory o) {
        (uint256 index,) = lay.place(ctx, group, op, unit);
        o.entry = _entryOf(group, op, unit);
        o.path = SparseTree.path(_group(group), index, 0);
    }

    /// @dev The page that holds an element; of a matrix the accumulator after `plane`.
    function _openPage(uint256 group, Operator op, uint256 element, uint256 plane)
        internal
        view
        returns (PageOpening memory o)
    {
        uint256 unit = element / lay.segmentLength(ctx, op);
        uint256 index = lay.elementAt(ctx, op, unit, element, plane);
        o = _openRun(group, op, unit, index / 256, 0);
        o.segment = _openEntry(group, op, unit);
    }

    /// @dev The page of the claimed entry that holds an element.
    function _openClaimed(uint256 group, Operator op, uint256 element, uint256 plane)
        internal
        view
        returns (PageOpening memory o)
    {
        o = _openPage(group, op, element, plane);
        o.segment.path = new bytes32[](0);
    }

    /// @dev A run of pages; its segment stays empty.
    function _openRun(uint256 group, Operator op, uint256 unit, uint256 first, uint256 level)
        internal
        view
        returns (PageOpening memory o)
    {
        SparseTree.Tree memory t = _pages(group, op, unit);
        o.path = SparseTree.path(t, first, level);
        bytes memory content = _content(group, op, unit);
        for (uint256 i = first; i < first + (1 << level) && i < t.size; i++) {
            o.pages = bytes.concat(o.pages, _salt(group, op, unit, i), _pageOf(content, i));
        }
    }

    function _openFlat(uint256 group, Operator op, uint256 unit) internal view returns (FlatOpening memory o) {
        o.entry = _openEntry(group, op, unit);
        o.content = _content(group, op, unit);
    }

    function _openWeight(uint256 role, uint256 layer, uint256 row, uint256 page)
        internal
        view
        returns (WeightOpening memory o)
    {
        uint256 index = lay.leafIndex(lay.tensor(ctx.config, role, layer), row, page);
        o.page = _weightPages[world][index];
        o.path = SparseTree.path(_weightTree(), index, 0);
    }

    /// @dev Makes tokensRoot over a page with this token at p.
    function _openToken(uint256 id) internal returns (TokenOpening memory o) {
        uint256 count = uint256(ctx.positions) + 1;
        uint256 page = ctx.position / 256;
        uint256 left = count - 256 * page;
        o.page = _bytes(4 * (left < 256 ? left : 256));
        Le.put32(o.page, ctx.position % 256, id);
        o.page = bytes.concat(_salt(0, Operator.None, 0, page), o.page);
        SparseTree.Leaf[] memory leaves = new SparseTree.Leaf[](1);
        leaves[0] = SparseTree.Leaf(page, sha256(bytes.concat(bytes1(0), o.page)));
        SparseTree.Tree memory t = SparseTree.Tree(true, bytes32(_random()), (count + 255) / 256, leaves);
        o.path = SparseTree.path(t, page, 0);
        ctx.tokensRoot = sha256(abi.encodePacked("TT/toks1", uint64(count), SparseTree.root(t)));
    }

    /// @dev The claim on an entry, after everything was put.
    function _claim(uint256 group, Operator op, uint256 unit) internal returns (StepClaim memory claim) {
        if (_weights[world].length != 0) {
            uint64 pages = uint64(lay.pageCount(ctx.config));
            ctx.weightsRoot = sha256(abi.encodePacked("TT/wght1", pages, SparseTree.root(_weightTree())));
        }
        claim.context = ctx;
        claim.group = uint32(group);
        (uint256 index,) = lay.place(ctx, group, op, unit);
        claim.index = uint32(index);
        claim.entry = _entryOf(group, op, unit);
        claim.groupRoots = new bytes32[](lay.groupCount(ctx));
        for (uint256 g = 0; g < claim.groupRoots.length; g++) {
            claim.groupRoots[g] = SparseTree.root(_group(g));
        }
    }

    function _isWrong(Step memory step) internal view returns (bool) {
        return verifier.isWrong(step.claim, step.element, step.part, step.witness);
    }

    function _group(uint256 group) private view returns (SparseTree.Tree memory) {
        bytes32 seed = keccak256(abi.encode("group", world, group));
        return SparseTree.Tree(false, seed, lay.groupSize(ctx, group), _groups[world][group]);
    }

    function _weightTree() private view returns (SparseTree.Tree memory) {
        return SparseTree.Tree(true, bytes32(world), lay.pageCount(ctx.config), _weights[world]);
    }

    function _pages(uint256 group, Operator op, uint256 unit) private view returns (SparseTree.Tree memory t) {
        bytes memory content = _content(group, op, unit);
        t.sha = true;
        t.size = (content.length + PAGE - 1) / PAGE;
        t.leaves = new SparseTree.Leaf[](t.size);
        for (uint256 i = 0; i < t.size; i++) {
            bytes memory page = bytes.concat(bytes1(0), _salt(group, op, unit, i), _pageOf(content, i));
            t.leaves[i] = SparseTree.Leaf(i, sha256(page));
        }
    }

    function _pageOf(bytes memory content, uint256 i) private pure returns (bytes memory) {
        uint256 left = content.length - PAGE * i;
        return Le.slice(content, PAGE * i, left < PAGE ? left : PAGE);
    }

    function _key(string memory what, uint256 group, Operator op, uint256 unit) private view returns (bytes32) {
        return keccak256(abi.encode(what, world, group, op, unit));
    }
}
