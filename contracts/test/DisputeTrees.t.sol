// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Int8Dot} from "../src/libraries/Int8Dot.sol";
import {KeccakMerkle} from "../src/libraries/KeccakMerkle.sol";
import {LittleEndian} from "../src/libraries/LittleEndian.sol";
import {ShaMerkle} from "../src/libraries/ShaMerkle.sol";

import {Assertions} from "./support/Assertions.sol";
import {SparseTree} from "./support/SparseTree.sol";
import {vm} from "./support/Vm.sol";

/// @notice The libraries behind external functions, since they take calldata.
contract TreesView {
    function sha(bytes32 hash, uint256 index, uint256 size, bytes32[] calldata path) external view returns (bytes32) {
        return ShaMerkle.climb(hash, index, size, path);
    }

    function keccak(bytes32 hash, uint256 index, uint256 size, bytes32[] calldata path)
        external
        pure
        returns (bytes32)
    {
        return KeccakMerkle.climb(hash, index, size, path);
    }

    function shaFold(bytes32[] memory nodes) external view returns (bytes32) {
        return ShaMerkle.fold(nodes);
    }

    function keccakTree(bytes32[] calldata entries) external pure returns (bytes32) {
        return KeccakMerkle.treeOf(entries);
    }

    function shaLeaf(bytes calldata data) external view returns (bytes32) {
        return ShaMerkle.leaf(data);
    }

    function shaLeaf(bytes24 header, bytes calldata data) external view returns (bytes32) {
        return ShaMerkle.leaf(header, data);
    }

    function shaEntryLeaf(bytes32 word) external view returns (bytes32) {
        return ShaMerkle.entryLeaf(word);
    }

    function keccakLeaf(bytes calldata data) external pure returns (bytes32) {
        return KeccakMerkle.leaf(data);
    }

    function wrap(bytes8 tag, uint256 size, bytes32 treeHash) external view returns (bytes32) {
        return ShaMerkle.wrap(tag, size, treeHash);
    }

    function pathLength(uint256 index, uint256 size) external pure returns (uint256) {
        return ShaMerkle.pathLength(index, size);
    }

    function words(bytes calldata data, uint256 index, uint256 count) external pure returns (uint256[] memory) {
        return LittleEndian.words(data, index, count);
    }

    function half(bytes calldata data, uint256 index) external pure returns (uint256) {
        return LittleEndian.u16(data, index);
    }
}

/// @notice Trees and numbers of the step verifier against slow ones.
contract DisputeTreesTest is Assertions {
    TreesView private _trees = new TreesView();

    function _tree(bool sha, uint256 size) private pure returns (SparseTree.Tree memory t) {
        t = SparseTree.Tree(sha, 0, size, new SparseTree.Leaf[](size));
        for (uint256 i = 0; i < size; i++) {
            bytes memory data = abi.encodePacked(bytes1(0), bytes32(i));
            t.leaves[i] = SparseTree.Leaf(i, sha ? sha256(data) : keccak256(data));
        }
    }

    function _climb(bool sha, bytes32 hash, uint256 index, uint256 size, bytes32[] memory path)
        private
        view
        returns (bytes32)
    {
        return sha ? _trees.sha(hash, index, size, path) : _trees.keccak(hash, index, size, path);
    }

    function test_climb_everyTreeUpTo20_givesItsRootFromEveryLeaf() public view {
        for (uint256 size = 1; size <= 20; size++) {
            for (uint256 kind = 0; kind < 2; kind++) {
                SparseTree.Tree memory t = _tree(kind == 0, size);
                bytes32 root = SparseTree.root(t);
                for (uint256 i = 0; i < size; i++) {
                    bytes32[] memory path = SparseTree.path(t, i, 0);
                    assertEq(_climb(kind == 0, t.leaves[i].hash, i, size, path), root, "root");
                    assertEq(_trees.pathLength(i, size), path.length, "path length");
                }
                bytes32[] memory nodes = new bytes32[](size);
                for (uint256 i = 0; i < size; i++) {
                    nodes[i] = kind == 0 ? t.leaves[i].hash : bytes32(i);
                }
                assertEq(kind == 0 ? _trees.shaFold(nodes) : _trees.keccakTree(nodes), root, "whole tree");
            }
        }
    }

    function test_climb_wrongPlace_revertsOrGivesAnotherRoot() public {
        for (uint256 kind = 0; kind < 2; kind++) {
            SparseTree.Tree memory t = _tree(kind == 0, 11);
            bytes32 root = SparseTree.root(t);
            bytes32[] memory path = SparseTree.path(t, 5, 0);
            for (uint256 i = 0; i < 11; i++) {
                if (i == 5) continue;
                if (_trees.pathLength(i, 11) != path.length) {
                    vm.expectPartialRevert(
                        kind == 0
                            ? ShaMerkle.ShaMerkle_BadPathLength.selector
                            : KeccakMerkle.KeccakMerkle_BadPathLength.selector
                    );
                    _climb(kind == 0, t.leaves[5].hash, i, 11, path);
                } else {
                    assertTrue(_climb(kind == 0, t.leaves[5].hash, i, 11, path) != root, "other place");
                }
            }
            vm.expectRevert(
                abi.encodeWithSelector(
                    kind == 0 ? ShaMerkle.ShaMerkle_NoSuchLeaf.selector : KeccakMerkle.KeccakMerkle_NoSuchLeaf.selector,
                    11,
                    11
                )
            );
            _climb(kind == 0, t.leaves[5].hash, 11, 11, path);
        }
        vm.expectRevert(abi.encodeWithSelector(ShaMerkle.ShaMerkle_NoSuchLeaf.selector, 4, 4));
        _trees.pathLength(4, 4);
    }

    function testFuzz_climb_longerOrShorterPath_reverts(uint256 size, uint256 index, bool longer, bool sha) public {
        size = bound(size, 1, 40);
        index = bound(index, 0, size - 1);
        SparseTree.Tree memory t = _tree(sha, size);
        bytes32[] memory path = SparseTree.path(t, index, 0);
        if (!longer && path.length == 0) return;
        bytes32[] memory other = new bytes32[](longer ? path.length + 1 : path.length - 1);
        for (uint256 i = 0; i < other.length && i < path.length; i++) {
            other[i] = path[i];
        }
        vm.expectRevert(
            abi.encodeWithSelector(
                sha ? ShaMerkle.ShaMerkle_BadPathLength.selector : KeccakMerkle.KeccakMerkle_BadPathLength.selector,
                other.length
            )
        );
        _climb(sha, t.leaves[index].hash, index, size, other);
    }

    function testFuzz_leaves_anyData_areTheTextbooks(bytes calldata data, bytes24 header, bytes32 word) public view {
        assertEq(_trees.shaLeaf(data), sha256(abi.encodePacked(bytes1(0), data)), "SHA-256 leaf");
        assertEq(_trees.shaLeaf(header, data), sha256(abi.encodePacked(bytes1(0), header, data)), "weight leaf");
        assertEq(_trees.shaEntryLeaf(word), sha256(abi.encodePacked(bytes1(0), word)), "leaf of a word");
        assertEq(_trees.keccakLeaf(data), keccak256(abi.encodePacked(bytes1(0), data)), "Keccak leaf");
        bytes8 tag = bytes8(header);
        bytes32 wrapped = sha256(abi.encodePacked(tag, uint64(data.length), word));
        assertEq(_trees.wrap(tag, data.length, word), wrapped, "wrapped root");
    }

    /// @dev The precompile fails for want of gas at 63/64 of little; that must never read as another hash.
    function testFuzz_leaf_anyGas_rightOrReverts(uint256 gas_) public view {
        bytes memory data = new bytes(1024);
        bytes32 expected = sha256(abi.encodePacked(bytes1(0), data));
        gas_ = bound(gas_, 0, 6000);
        try _trees.shaLeaf{gas: gas_}(data) returns (bytes32 hash) {
            assertEq(hash, expected, "hash");
        } catch {}
    }

    function test_hash_precompileThatFails_reverts() public {
        bytes32[] memory path = new bytes32[](1);
        vm.mockCallRevert(address(2), "", "");
        vm.expectPartialRevert(ShaMerkle.ShaMerkle_PrecompileFailed.selector);
        _trees.shaLeaf("abc");
        vm.expectPartialRevert(ShaMerkle.ShaMerkle_PrecompileFailed.selector);
        _trees.shaLeaf(bytes24(0), "abc");
        vm.expectPartialRevert(ShaMerkle.ShaMerkle_PrecompileFailed.selector);
        _trees.shaEntryLeaf(0);
        vm.expectPartialRevert(ShaMerkle.ShaMerkle_PrecompileFailed.selector);
        _trees.wrap("TT/trac1", 1, 0);
        vm.expectPartialRevert(ShaMerkle.ShaMerkle_PrecompileFailed.selector);
        _trees.sha(0, 0, 2, path);
        vm.clearMockedCalls();
    }

    function test_hash_precompileThatAnswersShort_reverts() public {
        bytes32[] memory path = new bytes32[](1);
        vm.mockCall(address(2), "", hex"0102");
        vm.expectPartialRevert(ShaMerkle.ShaMerkle_PrecompileFailed.selector);
        _trees.shaLeaf("abc");
        vm.expectPartialRevert(ShaMerkle.ShaMerkle_PrecompileFailed.selector);
        _trees.shaLeaf(bytes24(0), "abc");
        vm.expectPartialRevert(ShaMerkle.ShaMerkle_PrecompileFailed.selector);
        _trees.shaEntryLeaf(0);
        vm.expectPartialRevert(ShaMerkle.ShaMerkle_PrecompileFailed.selector);
        _trees.wrap("TT/trac1", 1, 0);
        vm.expectPartialRevert(ShaMerkle.ShaMerkle_PrecompileFailed.selector);
        _trees.sha(0, 0, 2, path);
        vm.clearMockedCalls();
    }

    // Numbers

    function _slowDot(bytes32 w, bytes32 q) private pure returns (int256 sum) {
        for (uint256 i = 0; i < 32; i++) {
            sum += int256(int8(uint8(w[i]))) * int8(uint8(q[i]));
        }
    }

    function testFuzz_dot_anyBytes_isTheSlowOne(bytes32 w, bytes32 q) public pure {
        assertTrue(Int8Dot.dot(uint256(w), uint256(q)) == _slowDot(w, q), "dot");
    }

    function test_dot_extremes_areExact() public pure {
        uint256 ones = type(uint256).max / 255;
        uint256[5] memory bytes_ = [uint256(0x80), 0x7f, 0x00, 0xff, 0x81];
        for (uint256 i = 0; i < 5; i++) {
            for (uint256 j = 0; j < 5; j++) {
                (uint256 w, uint256 q) = (ones * bytes_[i], ones * bytes_[j]);
                assertTrue(Int8Dot.dot(w, q) == _slowDot(bytes32(w), bytes32(q)), "constant bytes");
                // One byte alone, at every place.
                for (uint256 p = 0; p < 256; p += 8) {
                    (w, q) = (bytes_[i] << p, bytes_[j] << p);
                    assertTrue(Int8Dot.dot(w, q) == _slowDot(bytes32(w), bytes32(q)), "single byte");
                    q = bytes_[j] << ((p + 8) % 256);
                    assertTrue(Int8Dot.dot(w, q) == 0, "bytes that do not meet");
                }
            }
        }
    }

    function test_littleEndian_words_areReversed() public view {
        bytes memory data = hex"0102030405060708090a0b0c";
        uint256[] memory words = _trees.words(data, 1, 2);
        assertEq(words.length, 2, "count");
        assertEq(words[0], 0x08070605, "word 1");
        assertEq(words[1], 0x0c0b0a09, "word 2");
        assertEq(_trees.half(data, 0), 0x0201, "half 0");
        assertEq(_trees.half(data, 5), 0x0c0b, "half 5");
    }
}
