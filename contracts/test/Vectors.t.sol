// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountProof} from "../src/libraries/AccountProof.sol";
import {MessageHash} from "../src/libraries/MessageHash.sol";
import {TaggedMerkle} from "../src/libraries/TaggedMerkle.sol";
import {AnswerReceipt, CancelJob, JobRequest, ShardReceipt} from "../src/types/Messages.sol";
import {Account} from "../src/types/Types.sol";

import {Assertions} from "./support/Assertions.sol";
import {vm} from "./support/Vm.sol";

/// @notice The Solidity hashes and proofs against those that scripts/make-vectors.mjs made with viem.
contract VectorsTest is Assertions {
    struct MerkleCase {
        uint64 size;
        uint64 index;
        bytes32 root;
        bytes data;
        bytes32[] proof;
    }

    struct AccountCase {
        address key;
        Account account;
        bytes32 bitmap;
        bytes32[] siblings;
    }

    string private _json;
    bytes32 private _domain;

    function setUp() public {
        _json = vm.readFile("test/vectors/messages.json");
        _domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("TeeTee"),
                keccak256("1"),
                vm.parseJsonUint(_json, ".domain.chainId"),
                vm.parseJsonAddress(_json, ".domain.verifyingContract")
            )
        );
    }

    function test_digest_messages_equalViem() public view {
        JobRequest memory r = abi.decode(_bytes("JobRequest", "encoded"), (JobRequest));
        CancelJob memory c = abi.decode(_bytes("CancelJob", "encoded"), (CancelJob));
        ShardReceipt memory s = abi.decode(_bytes("ShardReceipt", "encoded"), (ShardReceipt));
        AnswerReceipt memory a = abi.decode(_bytes("AnswerReceipt", "encoded"), (AnswerReceipt));
        _compare("JobRequest", "digest", MessageHash.digest(_domain, MessageHash.structHash(r)));
        _compare("CancelJob", "digest", MessageHash.digest(_domain, MessageHash.structHash(c)));
        _compare("ShardReceipt", "digest", MessageHash.digest(_domain, MessageHash.structHash(s)));
        _compare("AnswerReceipt", "digest", MessageHash.digest(_domain, MessageHash.structHash(a)));
        bytes memory signature = vm.parseJsonBytes(_json, ".signature");
        _compare("JobRequest", "itemHash", MessageHash.itemHash(r, signature));
        _compare("CancelJob", "itemHash", MessageHash.itemHash(c, signature));
        _compare("ShardReceipt", "itemHash", MessageHash.itemHash(s, signature));
    }

    function test_taggedMerkle_vectors_verifyAndNothingElseDoes() public view {
        MerkleCase[] memory cases = abi.decode(vm.parseJsonBytes(_json, ".merkle"), (MerkleCase[]));
        for (uint256 i = 0; i < cases.length; i++) {
            MerkleCase memory c = cases[i];
            assertTrue(_verify(c, c.size, c.index), "vector");
            for (uint64 other = 0; other <= c.size; other++) {
                if (other != c.index) assertFalse(_verify(c, c.size, other), "other index");
            }
            assertFalse(_verify(c, c.size + 1, c.index), "larger");
            assertFalse(_verify(c, c.size - 1, c.index), "smaller");
            c.data = bytes.concat(c.data, hex"00");
            assertFalse(_verify(c, c.size, c.index), "longer data");
        }
    }

    function testFuzz_taggedMerkle_damagedProof_fails(uint256 which, uint256 position, uint256 mask, uint8 kind)
        public
        view
    {
        vm.assume(mask != 0);
        MerkleCase[] memory cases = abi.decode(vm.parseJsonBytes(_json, ".merkle"), (MerkleCase[]));
        MerkleCase memory c = cases[1 + which % (cases.length - 1)];
        if (kind % 3 == 0) c.proof[position % c.proof.length] ^= bytes32(mask);
        if (kind % 3 == 1) c.proof = _resize(c.proof, c.proof.length - 1);
        if (kind % 3 == 2) c.proof = _resize(c.proof, c.proof.length + 1);
        assertFalse(_verify(c, c.size, c.index), "damaged");
    }

    function test_accountProof_vectors_verify() public view {
        AccountCase[] memory cases = _accountCases();
        bytes32 root = vm.parseJsonBytes32(_json, ".accountRoot");
        for (uint256 i = 0; i < cases.length; i++) {
            assertTrue(this.verifyAccount(root, cases[i]), "vector");
            bool present = cases[i].account.owner != address(0);
            cases[i].account.nonce++;
            assertFalse(this.verifyAccount(root, cases[i]) && present, "altered account");
        }
    }

    function testFuzz_accountProof_damaged_fails(uint256 which, uint256 position, uint256 mask, uint8 kind)
        public
        view
    {
        vm.assume(mask != 0);
        AccountCase[] memory cases = _accountCases();
        AccountCase memory c = cases[which % cases.length];
        kind %= 5;
        if (kind == 0) c.siblings[position % c.siblings.length] ^= bytes32(mask);
        if (kind == 1) c.siblings = _resize(c.siblings, c.siblings.length - 1);
        if (kind == 2) c.siblings = _resize(c.siblings, c.siblings.length + 1);
        if (kind == 3) c.bitmap ^= bytes32(mask);
        if (kind == 4) c.bitmap |= bytes32(uint256(1) << (160 + position % 96));
        assertFalse(this.verifyAccount(vm.parseJsonBytes32(_json, ".accountRoot"), c), "damaged");
    }

    /// @dev A zero sibling under a set bit would give a second form of the same proof.
    function test_accountProof_zeroSiblingUnderASetBit_fails() public view {
        AccountCase memory c = _accountCases()[10];
        uint256 free = 0;
        while ((uint256(c.bitmap) >> free) & 1 == 1) free++;
        uint256 before = 0;
        for (uint256 i = 0; i < free; i++) {
            before += (uint256(c.bitmap) >> i) & 1;
        }
        bytes32[] memory longer = new bytes32[](c.siblings.length + 1);
        for (uint256 i = 0; i < c.siblings.length; i++) {
            longer[i < before ? i : i + 1] = c.siblings[i];
        }
        c.siblings = longer;
        c.bitmap |= bytes32(uint256(1) << free);
        assertFalse(this.verifyAccount(vm.parseJsonBytes32(_json, ".accountRoot"), c), "not canonical");
    }

    function test_accountProof_emptyTree_hasNobody() public view {
        AccountCase memory c;
        c.key = address(0x1234);
        assertTrue(this.verifyAccount(0, c), "absent");
        c.account.owner = c.key;
        assertFalse(this.verifyAccount(0, c), "present");
    }

    function verifyAccount(bytes32 root, AccountCase calldata c) external pure returns (bool) {
        bytes32 leaf = c.account.owner == address(0) ? bytes32(0) : AccountProof.leafOf(c.account);
        return AccountProof.verify(root, c.key, leaf, c.bitmap, c.siblings);
    }

    function _verify(MerkleCase memory c, uint64 size, uint64 index) private pure returns (bool) {
        return TaggedMerkle.verify(TaggedMerkle.RECEIPTS, c.root, size, index, c.data, c.proof);
    }

    function _accountCases() private view returns (AccountCase[] memory) {
        return abi.decode(vm.parseJsonBytes(_json, ".accountProofs"), (AccountCase[]));
    }

    function _resize(bytes32[] memory list, uint256 length) private pure returns (bytes32[] memory made) {
        made = new bytes32[](length);
        for (uint256 i = 0; i < length && i < list.length; i++) {
            made[i] = list[i];
        }
    }

    function _bytes(string memory name, string memory field) private view returns (bytes memory) {
        return vm.parseJsonBytes(_json, string.concat(".messages.", name, ".", field));
    }

    function _compare(string memory name, string memory field, bytes32 actual) private view {
        assertEq(actual, vm.parseJsonBytes32(_json, string.concat(".messages.", name, ".", field)), name);
    }
}
