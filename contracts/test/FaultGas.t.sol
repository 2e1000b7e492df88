// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SequencerFaults} from "../src/SequencerFaults.sol";
import {AccountFaults} from "../src/faults/AccountFaults.sol";
import {ChunkAnswers} from "../src/faults/ChunkAnswers.sol";
import {PipelineFaults} from "../src/faults/PipelineFaults.sol";
import {TokenFaults} from "../src/faults/TokenFaults.sol";
import {AccountOpening} from "../src/types/FaultTypes.sol";
import {ShardReceipt} from "../src/types/Messages.sol";
import {Account, ModelConfig} from "../src/types/Types.sol";

import {AccountTree} from "./support/AccountTree.sol";
import {FaultFixture} from "./support/FaultFixture.sol";
import {TestTree} from "./support/TestTree.sol";
import {vm} from "./support/Vm.sol";

/// @notice Gas and call data of the largest proofs: 16 shards, full chunks, a tree of accounts with long paths.
contract FaultGasTest is FaultFixture {
    uint256 internal constant GAS_CAP = 16_777_216;
    uint256 internal constant CALLDATA_CAP = 32_768;
    uint256 internal constant SHARDS = 16;
    uint256 internal constant OTHERS = 4;
    /// Siblings of an account among 2^25 others, beyond those here.
    uint256 internal constant MORE_SIBLINGS = 22;

    bytes32 internal deep;
    uint32[] internal slots;

    function setUp() public override {
        super.setUp();
        ModelConfig memory c = config();
        (c.layerCount, c.contextLength) = (16, 8_192);
        deep = registry.listModel{value: 0.5 ether}(c, keccak256("deep"), keccak256("tokenizer"), 1);
        for (uint32 i = 0; i < SHARDS; i++) {
            address operator = host(i);
            vm.deal(operator, 10 ether);
            vm.prank(operator);
            slots.push(registry.registerSlot{value: 1 ether}(deep, i, 1, address(0)));
            registerKey(slots[i], vm.addr(key(i)), uint64(START + 5_000));
        }
        epoch = registry.currentEpoch();
        skip(20);
    }

    function test_gas_accountingStepOf16Shards_fits() public {
        Posted memory p;
        AccountOpening[] memory accounts;
        {
            // A final state of many accounts, so that every path is long.
            for (uint256 i = 0; i < OTHERS; i++) {
                accountOf(address(uint160(uint256(keccak256(abi.encode(i)))))).earned = 1;
            }
            Account[] memory before = state;
            Posted memory parent = assemble(one(goodJob(1)));
            parent.ref.header.stateRoot = AccountTree.root(before);
            postWith(parent);
            delete state;
            for (uint256 i = 0; i < before.length; i++) {
                state.push(before[i]);
            }
            Job memory j = deepJob(3, 4);
            (j.request.promptPrice, j.request.outputPrice) = (1_000, 1_000);
            refresh(j);
            j.leaf.stateRootAfter = keccak256("wrong");
            p = assemble(one(j));
            accounts = openingsOf(j);
            p = postWith(p);
        }
        AccountFaults.Step memory s;
        (s.leaf, s.previous, s.signed) = (p.leaves[0], p.leaves[0], p.requests[0]);
        bytes memory proof = abi.encodeCall(AccountFaults.stateRoot, (p.ref, s, p.receipts[0], accounts));
        assertTrue(
            proof.length + (SHARDS + 2) * MORE_SIBLINGS * 32 < CALLDATA_CAP, "room for tens of millions of accounts"
        );
        measure("state root, 16 shards", ACCOUNT, proof);
    }

    function test_gas_layersAndSignature_fit() public {
        Job memory j = deepJob(3, 4);
        j.receipts[15].slot = slots[14];
        Posted memory p = postJobs(one(j));
        measure(
            "shard signature, 16 shards",
            PIPELINE,
            abi.encodeCall(PipelineFaults.shardSigner, (p.ref, p.leaves[0], p.requests[0], 15, p.receipts[0][15]))
        );
        measure(
            "layers, 16 shards",
            PIPELINE,
            abi.encodeCall(PipelineFaults.layers, (p.ref, p.leaves[0], p.requests[0], p.receipts[0]))
        );
    }

    function test_gas_feeAndTokens_fit() public {
        Job memory j = jobOf(1, 2_500, 2_500);
        (j.request.promptPrice, j.request.outputPrice, j.request.maxOutputTokens) = (1, 1, 2_500);
        j.tokens[4_000] = STOP;
        j.request.promptTokensRoot = keccak256("another prompt");
        refresh(j);
        Posted memory p = postJobs(one(j));
        bytes32[] memory leaves = new bytes32[](20);
        bytes[] memory pages = pagesOf(j.tokens, 5_000);
        for (uint256 i = 0; i < 20; i++) {
            leaves[i] = sha256(abi.encodePacked(uint8(0), pages[i]));
        }
        bytes memory prompt =
            abi.encodeCall(TokenFaults.promptDiffers, (p.ref, p.leaves[0], p.requests[0], leaves, pages[9]));
        (bool found,) = faults.judges()[TOKEN].staticcall(prompt);
        assertTrue(found && prompt.length < CALLDATA_CAP, "prompt of 2,500 tokens");
        measure(
            "stop token ignored, 5,000 tokens",
            TOKEN,
            abi.encodeCall(
                TokenFaults.stopIgnored, (p.ref, p.leaves[0], p.requests[0], 4_000, tokenOpening(j.tokens, 15))
            )
        );
    }

    function test_gas_dataAnswers_fit() public {
        Job memory j = jobOf(1, 4_500, 500);
        (j.request.promptPrice, j.request.outputPrice) = (1, 1);
        refresh(j);
        Posted memory p = postJobs(one(j));
        bytes memory ids = _slice(idsOf(j.tokens), 0, 16_384);
        bytes32[] memory path = TestTree.shaProve(pagesOf(j.tokens, 5_000), 16, 0);
        publish("tokens, 4,096 ids", p, 4, 0, abi.encodeCall(ChunkAnswers.tokens, (p.ref, p.leaves[0], 0, ids, path)));
        bytes[] memory all = traceLeaves(1, 4_999);
        bytes32[] memory run = new bytes32[](512);
        for (uint256 i = 0; i < 512; i++) {
            run[i] = abi.decode(all[i], (bytes32));
        }
        path = TestTree.shaProve(all, 512, 0);
        publish(
            "leaf list, 512 leaves",
            p,
            5,
            1,
            abi.encodeCall(ChunkAnswers.leafList, (p.ref, p.leaves[0], 1, 0, p.receipts[0][1], run, path))
        );
        publish(
            "shard receipt with its quote",
            p,
            3,
            1,
            abi.encodeCall(
                ChunkAnswers.shardReceipt, (p.ref, p.leaves[0], p.requests[0], 1, p.entries[0][1], quoteProof(p, 1))
            )
        );
    }

    function deepJob(uint32 prompt, uint32 outputs) internal view returns (Job memory j) {
        j = jobOf(1, prompt, outputs);
        j.request.modelId = deep;
        (j.request.promptPrice, j.request.outputPrice) = (1, 1);
        j.keys = new uint256[](SHARDS);
        j.receipts = new ShardReceipt[](SHARDS);
        for (uint32 i = 0; i < SHARDS; i++) {
            j.keys[i] = key(i);
            (j.receipts[i].slot, j.receipts[i].operator, j.receipts[i].epoch) = (slots[i], host(i), epoch);
            (j.receipts[i].positions, j.receipts[i].postBefore) = (prompt + outputs - 1, uint64(block.timestamp + 40));
        }
        refresh(j);
    }

    function openingsOf(Job memory j) internal returns (AccountOpening[] memory accounts) {
        accounts = new AccountOpening[](SHARDS + 2);
        accounts[0] = this.openingApart(state, user);
        accountOf(user).nonce = j.request.nonce;
        accountOf(user).spent = j.leaf.fee;
        uint256 rest = j.leaf.fee - j.leaf.fee / 10;
        for (uint256 i = 0; i < SHARDS; i++) {
            accounts[i + 1] = this.openingApart(state, host(i));
            accountOf(host(i)).earned += uint128(rest / 16);
        }
        accounts[SHARDS + 1] = this.openingApart(state, poster);
    }

    /// @dev In a memory of its own: building paths by definition takes much.
    function openingApart(Account[] memory accounts, address owner) external pure returns (AccountOpening memory) {
        return opening(accounts, owner);
    }

    function measure(string memory name, uint256 judge, bytes memory proof) internal {
        bytes memory call = abi.encodeCall(SequencerFaults.convict, (judge, proof));
        assertTrue(call.length <= CALLDATA_CAP, "call data");
        uint256 gas_ = gasleft();
        vm.prank(WINNER);
        faults.convict(judge, proof);
        uint256 used = vm.snapshotGasLastCall("Faults", name);
        assertTrue(used + 21_000 + call.length * 16 < GAS_CAP && gas_ > used, "gas");
    }

    function publish(string memory name, Posted memory p, uint8 kind, uint16 part, bytes memory proof) internal {
        uint256 bond = data.bondFor(posterId(poster));
        vm.prank(WINNER);
        uint256 id = data.challengeChunk{value: bond}(p.ref, p.leaves[0], kind, part, 0);
        data.answer(id, proof);
        uint256 used = vm.snapshotGasLastCall("Faults", name);
        assertTrue(proof.length + 200 <= CALLDATA_CAP && used + 21_000 + proof.length * 16 < GAS_CAP, "fits");
    }

    function host(uint256 i) internal pure returns (address) {
        return vm.addr(0xD000 + i);
    }

    function key(uint256 i) internal pure returns (uint256) {
        return 0xE000 + i;
    }
}
