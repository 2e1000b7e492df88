// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeContext, EntryOpening, Operator, TokenOpening, TraceOpening} from "../../src/types/DisputeTypes.sol";

import {LayoutReader} from "./LayoutReader.sol";
import {RefTree} from "./RefTree.sol";

/// @notice Operator lists with contents that hash to their entries, and everything that must fit around them.
/// @dev Contents are pseudo-random bytes but for the pick; what they would have to be is the step verifier's business.
contract ListMaker {
    struct List {
        bytes32[][] entries;
        bytes[][] contents;
    }

    LayoutReader public immutable shape = new LayoutReader();

    /// @notice A list whose contents follow from `seed`. `token` is what its pick picks.
    function make(DisputeContext memory c, bytes32 seed, uint32 token) external view returns (List memory list) {
        uint256 count = shape.groups(c);
        list.entries = new bytes32[][](count);
        list.contents = new bytes[][](count);
        for (uint256 g = 0; g < count; g++) {
            uint256 size = shape.size(c, g);
            list.entries[g] = new bytes32[](size);
            list.contents[g] = new bytes[](size);
            for (uint256 i = 0; i < size; i++) {
                bytes32 unitSeed = keccak256(abi.encode(seed, g, i));
                (Operator op,, uint256 length) = shape.locate(c, g, i);
                bytes memory plain = op == Operator.Pick ? bests(c, token) : noise(unitSeed, length);
                list.contents[g][i] = salted(c, op, unitSeed, plain);
                list.entries[g][i] = entryOf(c, op, list.contents[g][i]);
            }
        }
    }

    /// @notice The same list with other content at one place, hashed anew.
    function alter(DisputeContext memory c, List memory list, uint256 group, uint256 index, bytes memory content)
        external
        view
        returns (List memory)
    {
        (Operator op,,) = shape.locate(c, group, index);
        list.contents[group][index] = content;
        list.entries[group][index] = entryOf(c, op, content);
        return list;
    }

    /// @notice Content of the right length that is not the list's.
    function other(DisputeContext memory c, uint256 group, uint256 index, bytes32 seed)
        external
        view
        returns (bytes memory)
    {
        (Operator op,, uint256 length) = shape.locate(c, group, index);
        return salted(c, op, seed, noise(seed, length));
    }

    /// @notice hInRoot, hOutRoot and kvRoot of a list; the path is left to the trace.
    function opening(DisputeContext memory c, List memory list) external view returns (TraceOpening memory o) {
        uint256 last = c.layerCount;
        (uint256 segments,) = shape.segments(c, Operator.FeedForwardResidual);
        o.hInRoot = vectorRoot(c, list.entries[0], 0);
        o.hOutRoot = vectorRoot(c, list.entries[last], list.entries[last].length - segments);
        uint256 heads = c.config.kvHeadCount;
        bytes32[] memory rows = new bytes32[](2 * heads * c.layerCount);
        uint256 first = shape.place(c, 1, Operator.KeyRow, 0);
        for (uint256 i = 0; i < rows.length; i++) {
            rows[i] = list.entries[1 + i / (2 * heads)][first + i % (2 * heads)];
        }
        o.kvRoot = RefTree.wrap(true, "TT/kvpo1", rows.length, RefTree.root(true, rows));
    }

    function leafOf(uint32 position, TraceOpening memory o) external pure returns (bytes32) {
        return sha256(abi.encodePacked("TT/leaf1", position, o.hInRoot, o.hOutRoot, o.kvRoot));
    }

    /// @notice Tree hashes of all groups.
    function rootsOf(List memory list) public pure returns (bytes32[] memory roots) {
        roots = new bytes32[](list.entries.length);
        for (uint256 g = 0; g < roots.length; g++) {
            roots[g] = RefTree.root(false, hashed(list.entries[g]));
        }
    }

    function entryOpening(List memory list, uint256 group, uint256 index)
        external
        pure
        returns (EntryOpening memory)
    {
        bytes32[] memory path = RefTree.path(false, hashed(list.entries[group]), index);
        return EntryOpening(list.entries[group][index], path);
    }

    function commitment(address challenger, bytes32 salt, List memory list) external pure returns (bytes32) {
        return keccak256(abi.encode(challenger, salt, keccak256(abi.encodePacked(rootsOf(list)))));
    }

    /// @notice The token ids 0..T: `token` everywhere, and their root and the page with the id at `position`.
    function tokens(uint32 positions, bool isSealed, uint32 token, uint32 position)
        external
        pure
        returns (bytes32 root, TokenOpening memory page)
    {
        uint256 count = uint256(positions) + 1;
        bytes32[] memory leaves = new bytes32[]((count + 255) / 256);
        for (uint256 i = 0; i < leaves.length; i++) {
            uint256 left = count - 256 * i;
            bytes memory ids = new bytes(0);
            for (uint256 k = 0; k < (left < 256 ? left : 256); k++) {
                ids = bytes.concat(ids, little(token));
            }
            if (isSealed) ids = bytes.concat(saltOf(1, 0, 0, uint32(i)), ids);
            leaves[i] = RefTree.leaf(true, ids);
            if (i == position / 256) page.page = ids;
        }
        page.path = RefTree.path(true, leaves, position / 256);
        root = RefTree.wrap(true, "TT/toks1", count, RefTree.root(true, leaves));
    }

    bytes32 public constant SALT_KEY = keccak256("salt key");

    /// @notice A salt of docs/protocol.md, section 10.
    function saltOf(uint32 kind, uint32 layer, uint32 position, uint32 index) public pure returns (bytes32) {
        return sha256(abi.encodePacked(SALT_KEY, kind, layer, position, index));
    }

    /// @notice A list of random entries that fits like a real one, without contents but the pick's: for measuring large shapes.
    function light(DisputeContext memory c, bytes32 seed, uint32 token) external view returns (List memory list) {
        uint256 count = shape.groups(c);
        list.entries = new bytes32[][](count);
        list.contents = new bytes[][](count);
        for (uint256 g = 0; g < count; g++) {
            uint256 size = shape.size(c, g);
            list.entries[g] = new bytes32[](size);
            list.contents[g] = new bytes[](size);
            for (uint256 i = 0; i < size; i++) {
                list.entries[g][i] = keccak256(abi.encode(seed, g, i));
            }
        }
        if (count < uint256(c.layerCount) + 2) return list;
        uint256 last = list.entries[count - 1].length - 1;
        list.contents[count - 1][last] = bests(c, token);
        list.entries[count - 1][last] = keccak256(bytes.concat("TT/pick1", list.contents[count - 1][last]));
    }

    /// @notice The bests of all segments: the token's is larger than the others'.
    function bests(DisputeContext memory c, uint32 token) public view returns (bytes memory data) {
        (uint256 count, uint256 length) = shape.segments(c, Operator.Logits);
        for (uint256 s = 0; s < count; s++) {
            bool here = token / length == s;
            uint32 id = here ? token : uint32(s * length);
            data = bytes.concat(data, little(here ? 0x40000000 : 0x3F800000), little(id));
        }
    }

    function little(uint32 v) public pure returns (bytes4) {
        return bytes4((v << 24) | ((v & 0xFF00) << 8) | ((v >> 8) & 0xFF00) | (v >> 24));
    }

    function vectorRoot(DisputeContext memory c, bytes32[] memory entries, uint256 from)
        public
        pure
        returns (bytes32)
    {
        bytes32[] memory part = new bytes32[](entries.length - from);
        for (uint256 i = 0; i < part.length; i++) {
            part[i] = entries[from + i];
        }
        return RefTree.wrap(true, "TT/vect1", c.config.embeddingLength, RefTree.root(true, part));
    }

    /// @dev From docs/protocol.md, section 12, apart from the libraries.
    function entryOf(DisputeContext memory c, Operator op, bytes memory content) public pure returns (bytes32) {
        if (op == Operator.KeyRow || op == Operator.ValueRow) return RefTree.leaf(true, content);
        if (op == Operator.AttentionNorm || op == Operator.FeedForwardNorm || op == Operator.OutputNorm) {
            return keccak256(bytes.concat("TT/norm1", content));
        }
        if (op == Operator.Pick) return keccak256(bytes.concat("TT/pick1", content));
        if (isQuantized(op)) return keccak256(bytes.concat("TT/quan1", content));
        if (op == Operator.AttentionHead) return headEntry(c, content);
        uint256 stride = c.isSealed ? 1056 : 1024;
        bytes32[] memory leaves = new bytes32[]((content.length + stride - 1) / stride);
        for (uint256 i = 0; i < leaves.length; i++) {
            uint256 end = (i + 1) * stride < content.length ? (i + 1) * stride : content.length;
            leaves[i] = RefTree.leaf(true, slice(content, i * stride, end));
        }
        return RefTree.root(true, leaves);
    }

    function headEntry(DisputeContext memory c, bytes memory content) public pure returns (bytes32) {
        uint256 salt = c.isSealed ? 32 : 0;
        bytes32[] memory leaves = new bytes32[]((content.length - salt) / 32);
        for (uint256 i = 0; i < leaves.length; i++) {
            leaves[i] = bytes32(slice(content, salt + 32 * i, salt + 32 * i + 32));
        }
        bytes32 root = RefTree.root(false, leaves);
        return keccak256(bytes.concat("TT/head1", slice(content, 0, salt), root));
    }

    function isQuantized(Operator op) public pure returns (bool) {
        return op == Operator.QuantizedAttentionInput || op == Operator.QuantizedHeads
            || op == Operator.QuantizedFeedForwardInput || op == Operator.QuantizedGated
            || op == Operator.QuantizedOutputInput;
    }

    function salted(DisputeContext memory c, Operator op, bytes32 seed, bytes memory plain)
        public
        pure
        returns (bytes memory out)
    {
        if (!c.isSealed) return plain;
        bool flat = isQuantized(op) || op == Operator.KeyRow || op == Operator.ValueRow || op == Operator.Pick
            || op == Operator.AttentionHead || op == Operator.AttentionNorm || op == Operator.FeedForwardNorm
            || op == Operator.OutputNorm;
        if (flat) return bytes.concat(keccak256(abi.encode("salt", seed)), plain);
        for (uint256 i = 0; i * 1024 < plain.length; i++) {
            uint256 end = (i + 1) * 1024 < plain.length ? (i + 1) * 1024 : plain.length;
            out = bytes.concat(out, keccak256(abi.encode("salt", seed, i)), slice(plain, i * 1024, end));
        }
    }

    function noise(bytes32 seed, uint256 length) public pure returns (bytes memory data) {
        data = new bytes((length + 31) / 32 * 32);
        for (uint256 i = 0; i < length; i += 32) {
            bytes32 word = keccak256(abi.encode(seed, i));
            assembly ("memory-safe") {
                mstore(add(add(data, 32), i), word)
            }
        }
        assembly ("memory-safe") {
            mstore(data, length)
        }
    }

    function slice(bytes memory data, uint256 from, uint256 to) public pure returns (bytes memory part) {
        part = new bytes(to - from);
        assembly ("memory-safe") {
            mcopy(add(part, 32), add(add(data, 32), from), sub(to, from))
        }
    }

    function hashed(bytes32[] memory entries) public pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](entries.length);
        for (uint256 i = 0; i < entries.length; i++) {
            leaves[i] = RefTree.leaf(false, abi.encodePacked(entries[i]));
        }
    }
}
