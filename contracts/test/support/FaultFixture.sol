// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AnswerChallenges} from "../../src/AnswerChallenges.sol";
import {Compensations} from "../../src/Compensations.sol";
import {DataChallenges} from "../../src/DataChallenges.sol";
import {DisputeHub} from "../../src/DisputeHub.sol";
import {SequencerFaults} from "../../src/SequencerFaults.sol";
import {WeightChallenges} from "../../src/WeightChallenges.sol";
import {AccountFaults} from "../../src/faults/AccountFaults.sol";
import {ChunkAnswers} from "../../src/faults/ChunkAnswers.sol";
import {EntryFaults} from "../../src/faults/EntryFaults.sol";
import {FinishFaults} from "../../src/faults/FinishFaults.sol";
import {FormFaults} from "../../src/faults/FormFaults.sol";
import {PipelineFaults} from "../../src/faults/PipelineFaults.sol";
import {RequestFaults} from "../../src/faults/RequestFaults.sol";
import {TokenFaults} from "../../src/faults/TokenFaults.sol";
import {IDisputeHub} from "../../src/interfaces/IDisputeHub.sol";
import {IDisputeModule} from "../../src/interfaces/IDisputeModule.sol";
import {ITeeTeeRollup} from "../../src/interfaces/ITeeTeeRollup.sol";
import {MessageHash} from "../../src/libraries/MessageHash.sol";
import {LeafProof, TokenOpening} from "../../src/types/DisputeTypes.sol";
import {
    AccountOpening,
    BatchRef,
    ChunkProof,
    QuoteProof,
    ShardEntry,
    SignedAnswer,
    SignedCancel,
    SignedReceipt,
    SignedRequest
} from "../../src/types/FaultTypes.sol";
import {
    AnswerReceipt,
    CancelJob,
    JobRequest,
    QueryReceipt,
    QuoteRecord,
    Sampling,
    ShardReceipt
} from "../../src/types/Messages.sol";
import {Account, BatchHeader, StakeKind} from "../../src/types/Types.sol";

import {AccountTree} from "./AccountTree.sol";
import {RegistryFixture} from "./RegistryFixture.sol";
import {TestTree} from "./TestTree.sol";
import {vm} from "./Vm.sol";

/// @notice A deployment with the fault contracts behind the hub, two slots with keys, and batches of real jobs that a careless poster signs
/// and posts whatever is in them.
abstract contract FaultFixture is RegistryFixture {
    /// @notice A job on its way into a batch; what a test changes is signed and hashed as it then is.
    struct Job {
        JobRequest request;
        uint256 signer;
        uint32[] tokens;
        ShardReceipt[] receipts;
        uint256[] keys;
        CancelJob cancel;
        uint256 canceller;
        uint8 finish;
        /// The leaf; its hashes are filled in unless `isSet`.
        QueryReceipt leaf;
        bool isSet;
        uint32 quoteShift;
    }

    /// @notice A batch as posted, with everything behind it.
    struct Posted {
        BatchRef ref;
        LeafProof[] leaves;
        SignedRequest[] requests;
        SignedReceipt[][] receipts;
        ShardEntry[][] entries;
        SignedCancel[] cancels;
        QuoteRecord[] quotes;
        bytes[] quoteLeaves;
        bytes[] records;
        bytes32[] chunkHashes;
    }

    uint256 internal constant USER_KEY = 0xA11CE;
    uint256 internal constant POSTER_KEY = 0x9057;
    uint256 internal constant SESSION_KEY = 0x5E55;
    uint256 internal constant STRANGER_KEY = 0xBAD;
    uint256 internal constant FIRST_KEY = 0x51A0;
    uint256 internal constant SECOND_KEY = 0x51A1;
    address internal constant WINNER = address(0xF17D);
    uint32 internal constant STOP = 2;
    uint128 internal constant PENALTY = 0.5 ether;
    uint128 internal constant BOUNTY = 0.1 ether;
    uint128 internal constant BOND = 0.01 ether;
    uint256 internal constant FORM = 0;
    uint256 internal constant REQUEST = 1;
    uint256 internal constant PIPELINE = 2;
    uint256 internal constant FINISH = 3;
    uint256 internal constant TOKEN = 4;
    uint256 internal constant ACCOUNT = 5;
    uint256 internal constant ENTRY = 6;

    address internal user = vm.addr(USER_KEY);
    address internal poster = vm.addr(POSTER_KEY);
    DisputeHub internal hub;
    SequencerFaults internal faults;
    DataChallenges internal data;
    AnswerChallenges internal answers;
    WeightChallenges internal weights;
    Compensations internal compensations;
    ChunkAnswers internal chunks;
    uint32 internal first;
    uint32 internal second;
    uint64 internal epoch;
    Account[] internal state;

    function setUp() public virtual override {
        super.setUp();
        vm.deal(user, 1_000 ether);
        vm.deal(poster, 1_000 ether);
        vm.deal(WINNER, 1_000 ether);
        vm.prank(poster);
        registry.registerPoster{value: 4 ether}(address(0));
        first = slotOf(HOST, 0, 2, FIRST_KEY);
        second = slotOf(OTHER, 2, 3, SECOND_KEY);
        epoch = registry.currentEpoch();
        vm.prank(user);
        credits.deposit{value: 2 ether}(user);
        // The primary is silent: anyone may post.
        skip(60);
    }

    function disputeContracts() internal pure override returns (uint256) {
        return 14;
    }

    function deployDisputes(ITeeTeeRollup predicted) internal override returns (IDisputeModule) {
        uint64 nonce = vm.getNonce(address(this));
        IDisputeHub next = IDisputeHub(vm.computeCreateAddress(address(this), nonce + 13));
        address[] memory judges = new address[](7);
        judges[FORM] = address(new FormFaults(predicted));
        judges[REQUEST] = address(new RequestFaults(predicted));
        judges[PIPELINE] = address(new PipelineFaults(predicted));
        judges[FINISH] = address(new FinishFaults(predicted));
        judges[TOKEN] = address(new TokenFaults(predicted));
        judges[ACCOUNT] = address(new AccountFaults(predicted));
        judges[ENTRY] = address(new EntryFaults(predicted));
        chunks = new ChunkAnswers(predicted);
        compensations = new Compensations(predicted, next);
        faults = new SequencerFaults(predicted, next, compensations, judges, PENALTY, BOUNTY);
        data = new DataChallenges(predicted, next, compensations, chunks, BOND, PENALTY, BOUNTY);
        answers = new AnswerChallenges(predicted, next, faults, BOND, PENALTY, BOUNTY);
        weights = new WeightChallenges(predicted, next, BOND, 0.5 ether, 0.1 ether);
        address[] memory kinds = new address[](4);
        (kinds[0], kinds[1], kinds[2], kinds[3]) = (address(faults), address(data), address(answers), address(weights));
        return hub = new DisputeHub(predicted, kinds);
    }

    function slotOf(address operator, uint32 from, uint32 layers, uint256 key) internal returns (uint32 id) {
        vm.deal(operator, 1_000 ether);
        vm.prank(operator);
        id = registry.registerSlot{value: 1 ether}(modelId, from, layers, address(0));
        registerKey(id, vm.addr(key), uint64(START + 5_000));
    }

    /// @notice An honest job: three prompt tokens, four outputs, the last of them a stop token.
    function goodJob(uint64 nonce) internal view returns (Job memory j) {
        return jobOf(nonce, 3, 4);
    }

    function jobOf(uint64 nonce, uint32 prompt, uint32 outputs) internal view returns (Job memory j) {
        j.tokens = new uint32[](prompt + outputs);
        for (uint32 i = 0; i < j.tokens.length; i++) {
            j.tokens[i] = 10 + i % 400;
        }
        j.tokens[j.tokens.length - 1] = STOP;
        uint32[] memory stops = new uint32[](1);
        stops[0] = STOP;
        j.request = JobRequest({
            user: user,
            sequencer: poster,
            nonce: nonce,
            modelId: modelId,
            promptTokensRoot: tokensRootOf(j.tokens, prompt),
            promptTokens: prompt,
            maxOutputTokens: outputs + 5,
            stopTokens: stops,
            sampling: Sampling(true, 0, 0, 0),
            promptPrice: 0.001 ether,
            outputPrice: 0.002 ether,
            maxFee: 1 ether,
            cumulativeMax: 10 ether,
            deadline: uint64(block.timestamp + 100),
            payment: 0,
            privacy: 0
        });
        (j.signer, j.canceller, j.finish) = (USER_KEY, USER_KEY, 1);
        j.keys = new uint256[](2);
        (j.keys[0], j.keys[1]) = (FIRST_KEY, SECOND_KEY);
        j.receipts = new ShardReceipt[](2);
        for (uint256 i = 0; i < 2; i++) {
            j.receipts[i].slot = i == 0 ? first : second;
            j.receipts[i].operator = i == 0 ? HOST : OTHER;
            j.receipts[i].epoch = epoch;
            j.receipts[i].positions = prompt + outputs - 1;
            j.receipts[i].postBefore = uint64(block.timestamp + 40);
        }
        refresh(j);
    }

    /// @notice Fills in what follows from request and tokens; a test changes afterwards what it wants to be wrong.
    function refresh(Job memory j) internal view {
        bytes32 jobId = digest(MessageHash.structHash(j.request));
        bytes32 root = tokensRootOf(j.tokens, j.tokens.length);
        for (uint256 i = 0; i < j.receipts.length; i++) {
            j.receipts[i].jobId = jobId;
            j.receipts[i].tokensRoot = root;
            j.receipts[i].traceRoot =
                TestTree.shaRoot("TT/trac1", j.tokens.length - 1, traceLeaves(i, j.tokens.length - 1));
        }
        j.cancel = CancelJob(jobId, uint32(j.tokens.length) - j.request.promptTokens);
        j.leaf.jobId = jobId;
        j.leaf.finish = j.finish;
        j.leaf.promptTokens = j.request.promptTokens;
        j.leaf.outputTokens = uint32(j.tokens.length) - j.request.promptTokens;
        j.leaf.tokensRoot = root;
        j.leaf.fee = j.request.promptPrice * j.leaf.promptTokens + j.request.outputPrice * j.leaf.outputTokens;
    }

    function traceLeaves(uint256 part, uint256 count) internal pure returns (bytes[] memory leaves) {
        leaves = new bytes[](count);
        for (uint256 i = 0; i < count; i++) {
            leaves[i] = abi.encode(keccak256(abi.encode("leaf", part, i)));
        }
    }

    function one(Job memory j) internal pure returns (Job[] memory list) {
        list = new Job[](1);
        list[0] = j;
    }

    function pair(Job memory a, Job memory b) internal pure returns (Job[] memory list) {
        list = new Job[](2);
        (list[0], list[1]) = (a, b);
    }

    function postGood() internal returns (Posted memory) {
        return postJobs(pair(goodJob(1), goodJob(2)));
    }

    /// @notice Signs, hashes, accounts and posts.
    function postJobs(Job[] memory jobs) internal returns (Posted memory p) {
        return postWith(assemble(jobs));
    }

    function postWith(Posted memory p) internal returns (Posted memory) {
        uint64 index = rollup.nextIndex();
        bytes32 parent = hashOf(rollup.headIndex());
        vm.prank(poster);
        bytes32 batchHash = rollup.postBatch(index, parent, p.ref.header);
        (p.ref.index, p.ref.batchHash) = (index, batchHash);
        return p;
    }

    function assemble(Job[] memory jobs) internal returns (Posted memory p) {
        uint256 n = jobs.length;
        (p.leaves, p.requests, p.receipts) = (new LeafProof[](n), new SignedRequest[](n), new SignedReceipt[][](n));
        (p.entries, p.cancels) = (new ShardEntry[][](n), new SignedCancel[](n));
        uint256 shards = 0;
        for (uint256 i = 0; i < n; i++) {
            shards += jobs[i].receipts.length;
        }
        (p.quotes, p.quoteLeaves) = (new QuoteRecord[](shards), new bytes[](shards));
        (p.records, p.chunkHashes) = (new bytes[](shards + 2 * n), new bytes32[](shards + 2 * n));
        bytes[] memory leafData = new bytes[](n);
        (uint256 quote, uint256 record) = (0, 0);
        for (uint256 i = 0; i < n; i++) {
            (quote, record) = _assemble(p, jobs[i], i, quote, record);
            leafData[i] = abi.encode(p.leaves[i].receipt);
        }
        for (uint256 i = 0; i < n; i++) {
            p.leaves[i].path = TestTree.prove(leafData, i);
        }
        p.ref.header = BatchHeader(
            1,
            TestTree.root("TT/rcpt1", leafData),
            uint32(n),
            shards == 0 ? bytes32(0) : TestTree.root("TT/quot1", p.quoteLeaves),
            uint32(shards),
            TestTree.root("TT/data1", p.records),
            uint32(p.records.length),
            p.leaves[n - 1].receipt.stateRootAfter
        );
    }

    function _assemble(Posted memory p, Job memory j, uint256 i, uint256 quote, uint256 record)
        private
        returns (uint256, uint256)
    {
        p.requests[i] = SignedRequest(j.request, sign(j.signer, MessageHash.structHash(j.request)));
        uint256 shards = j.receipts.length;
        (p.receipts[i], p.entries[i]) = (new SignedReceipt[](shards), new ShardEntry[](shards));
        bytes32[] memory hashes = new bytes32[](shards);
        _record(p, record++, uint32(i), 1, 0, abi.encode(j.request, p.requests[i].signature));
        for (uint256 s = 0; s < shards; s++) {
            ShardReceipt memory r = j.receipts[s];
            p.receipts[i][s] = SignedReceipt(r, sign(j.keys[s], MessageHash.structHash(r)));
            hashes[s] = keccak256(abi.encode(r, p.receipts[i][s].signature));
            p.entries[i][s] =
                ShardEntry(r, p.receipts[i][s].signature, uint32(quote) + j.quoteShift, 0, 1, new bytes32[](0));
            p.quotes[quote] = quoteFor(j, s);
            p.quoteLeaves[quote] = abi.encode(p.quotes[quote]);
            quote++;
            ShardEntry memory e = p.entries[i][s];
            _record(
                p,
                record++,
                uint32(i),
                3,
                uint16(s),
                abi.encode(e.receipt, e.signature, e.quoteIndex, e.executionIndex, e.executionSize, e.executionProof)
            );
        }
        bytes memory ids = idsOf(j.tokens);
        _record(p, record++, uint32(i), 4, 0, ids.length > 16_384 ? _slice(ids, 0, 16_384) : ids);
        p.cancels[i] = SignedCancel(j.cancel, sign(j.canceller, MessageHash.structHash(j.cancel)));
        QueryReceipt memory leaf = j.leaf;
        if (!j.isSet) {
            leaf.requestHash = keccak256(abi.encode(j.request, p.requests[i].signature));
            leaf.shardReceiptHashes = hashes;
            if (j.finish == 3) leaf.cancelHash = keccak256(abi.encode(j.cancel, p.cancels[i].signature));
        }
        if (leaf.stateRootAfter == 0) leaf.stateRootAfter = account(j, leaf);
        p.leaves[i] = LeafProof(uint32(i), leaf, new bytes32[](0));
        return (quote, record);
    }

    function quoteFor(Job memory j, uint256 s) internal view returns (QuoteRecord memory q) {
        ShardReceipt memory r = j.receipts[s];
        bytes32 leaf = digest(MessageHash.structHash(r));
        bytes[] memory only = new bytes[](1);
        only[0] = abi.encode(leaf);
        q = QuoteRecord(
            j.request.modelId,
            r.slot,
            r.operator,
            r.epoch,
            TestTree.root("TT/exec1", only),
            vm.addr(j.keys[s]),
            BOX,
            keccak256(abi.encode("quote", leaf))
        );
    }

    /// @dev The state after the job by section 9, kept in `state`; a careless poster does not look at limits.
    function account(Job memory j, QueryReceipt memory leaf) internal returns (bytes32) {
        Account storage payer = accountOf(j.request.user);
        if (j.request.nonce > payer.nonce) payer.nonce = j.request.nonce;
        if (leaf.finish != 4) {
            if (j.request.payment == 0) payer.spent += leaf.fee;
            else payer.earningsSpent += leaf.fee;
            uint256 rest = leaf.fee - uint256(leaf.fee) * rollup.parameters().sequencerShareBps / 10_000;
            uint128 left = leaf.fee;
            uint256 layers = registry.model(j.request.modelId).layerCount;
            for (uint256 s = 0; s < j.receipts.length && layers > 0; s++) {
                uint128 share = uint128(rest * registry.slot(j.receipts[s].slot).layerCount / layers);
                accountOf(registry.slot(j.receipts[s].slot).operator).earned += share;
                left -= share;
            }
            accountOf(poster).earned += left;
        }
        return AccountTree.root(state);
    }

    function accountOf(address owner) internal returns (Account storage) {
        for (uint256 i = 0; i < state.length; i++) {
            if (state[i].owner == owner) return state[i];
        }
        state.push().owner = owner;
        return state[state.length - 1];
    }

    function opening(Account[] memory accounts, address owner) internal pure returns (AccountOpening memory o) {
        o.account.owner = owner;
        for (uint256 i = 0; i < accounts.length; i++) {
            if (accounts[i].owner == owner) o.account = accounts[i];
        }
        (o.bitmap, o.siblings) = AccountTree.prove(accounts, owner);
    }

    function chunk(Posted memory p, uint256 record, uint32 itemLength) internal pure returns (ChunkProof memory) {
        return ChunkProof(uint32(record), itemLength, TestTree.prove(p.records, record));
    }

    function quoteProof(Posted memory p, uint256 index) internal pure returns (QuoteProof memory) {
        return QuoteProof(uint32(index), p.quotes[index], TestTree.prove(p.quoteLeaves, index));
    }

    function promised(Posted memory p, uint256 leaf, uint256 key) internal view returns (SignedAnswer memory s) {
        QueryReceipt memory r = p.leaves[leaf].receipt;
        s.answer = AnswerReceipt(r.jobId, r.tokensRoot, r.fee, uint64(block.timestamp + 30));
        s.signature = sign(key, MessageHash.structHash(s.answer));
    }

    function tokenOpening(uint32[] memory tokens, uint256 page) internal pure returns (TokenOpening memory o) {
        bytes[] memory pages = pagesOf(tokens, tokens.length);
        o.page = pages[page];
        o.path = TestTree.shaProve(pages, 1, page);
    }

    function tokensRootOf(uint32[] memory tokens, uint256 count) internal pure returns (bytes32) {
        return TestTree.shaRoot("TT/toks1", count, pagesOf(tokens, count));
    }

    function pagesOf(uint32[] memory tokens, uint256 count) internal pure returns (bytes[] memory pages) {
        pages = new bytes[]((count + 255) / 256);
        bytes memory ids = idsOf(tokens);
        for (uint256 i = 0; i < pages.length; i++) {
            uint256 end = (i + 1) * 1024 < count * 4 ? (i + 1) * 1024 : count * 4;
            pages[i] = _slice(ids, i * 1024, end);
        }
    }

    function idsOf(uint32[] memory tokens) internal pure returns (bytes memory ids) {
        ids = new bytes(tokens.length * 4);
        for (uint256 i = 0; i < tokens.length; i++) {
            for (uint256 b = 0; b < 4; b++) {
                ids[i * 4 + b] = bytes1(uint8(tokens[i] >> (8 * b)));
            }
        }
    }

    function digest(bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", rollup.domainSeparator(), structHash));
    }

    function sign(uint256 key, bytes32 structHash) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest(structHash));
        return abi.encodePacked(r, s, v);
    }

    /// @notice Convicts as a stranger who gets the bounty.
    function convict(uint256 judge, bytes memory proof) internal returns (bool) {
        vm.prank(WINNER);
        return faults.convict(judge, proof);
    }

    function posterStake() internal view returns (uint128) {
        return registry.stakeOf(StakeKind.Poster, posterId(poster)).amount;
    }

    function _record(Posted memory p, uint256 index, uint32 leaf, uint8 kind, uint16 part, bytes memory item)
        private
        pure
    {
        p.chunkHashes[index] = keccak256(item);
        p.records[index] = abi.encodePacked(leaf, kind, part, uint32(0), uint32(item.length), p.chunkHashes[index]);
    }

    function _slice(bytes memory source, uint256 from, uint256 to) internal pure returns (bytes memory part) {
        part = new bytes(to - from);
        for (uint256 i = 0; i < part.length; i++) {
            part[i] = source[from + i];
        }
    }
}
