// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeGame} from "../../src/DisputeGame.sol";
import {DisputeHub} from "../../src/DisputeHub.sol";
import {ListRules} from "../../src/ListRules.sol";
import {OpeningRules} from "../../src/OpeningRules.sol";
import {IDisputeGame} from "../../src/interfaces/IDisputeGame.sol";
import {IDisputeHub} from "../../src/interfaces/IDisputeHub.sol";
import {IDisputeModule} from "../../src/interfaces/IDisputeModule.sol";
import {IListRules} from "../../src/interfaces/IListRules.sol";
import {IOpeningRules} from "../../src/interfaces/IOpeningRules.sol";
import {IStepVerifier} from "../../src/interfaces/IStepVerifier.sol";
import {ITeeTeeRollup} from "../../src/interfaces/ITeeTeeRollup.sol";
import {MessageHash} from "../../src/libraries/MessageHash.sol";
import {DisputeContext, EntryOpening, LeafProof, TokenOpening, TraceOpening} from "../../src/types/DisputeTypes.sol";
import {DisputeTerms} from "../../src/types/GameTypes.sol";
import {AuditGrant, JobRequest, QueryReceipt, ShardReceipt} from "../../src/types/Messages.sol";
import {BatchHeader, ModelConfig, StakeKind} from "../../src/types/Types.sol";

import {ListMaker} from "./ListMaker.sol";
import {RefTree} from "./RefTree.sol";
import {RegistryFixture} from "./RegistryFixture.sol";
import {TestStepVerifier} from "./TestStepVerifier.sol";
import {vm} from "./Vm.sol";

/// @notice A deployment with the real hub, game and rules, two slots that make a pipeline, and batches of one job whose lists are known.
abstract contract GameFixture is RegistryFixture {
    using MessageHash for *;

    uint128 internal constant BASE = 0.01 ether;
    uint128 internal constant PENALTY = 0.4 ether;
    uint128 internal constant BOUNTY = 0.1 ether;
    uint128 internal constant GAS_MONEY = 0.005 ether;
    uint64 internal constant MOVE = 10;
    uint64 internal constant EXTENSION = 2;
    uint64 internal constant DELAY = 5;
    uint128 internal constant FEE = 0.05 ether;
    uint32 internal constant PROMPT = 3;
    uint32 internal constant T = 6;
    uint32 internal constant TOKEN = 77;

    address internal constant HOST_B = address(0x8000000000000000000000000000000000000003);
    address internal constant WATCHER = address(0x3A7C);
    address internal constant RIVAL = address(0x51B);
    uint256 internal constant USER_KEY = 0x05E2;
    uint256 internal constant KEY_A = 0xA11CE;
    uint256 internal constant KEY_B = 0xB0B;

    /// @notice What a job is made of. The list at `position` of `shard` is canonical but for `wrongGroup`, `wrongIndex` of a cheat.
    struct Plan {
        uint32 shard;
        uint32 position;
        bool isSealed;
        bool cheats;
        uint32 wrongGroup;
        uint32 wrongIndex;
        /// The shard above handed on something else than what the shard says it got.
        bool torn;
        uint64 nonce;
        uint128 fee;
        address user;
        /// Where `config.layerCount` is not zero: a shard of another model, `shard` being 0, and entries without contents.
        ModelConfig config;
        uint32 firstLayer;
        uint32 layerCount;
        uint32 positions;
    }

    /// @notice A posted job with everything that a dispute about its planned position needs.
    struct Scene {
        DisputeContext context;
        BatchHeader header;
        LeafProof leaf;
        IDisputeGame.OpenItems items;
        TraceOpening opening;
        TokenOpening[] tokens;
        bytes pick;
        ListMaker.List host;
        ListMaker.List own;
        ShardReceipt upper;
        bytes upperSignature;
        TraceOpening upperOpening;
    }

    DisputeGame internal game;
    DisputeHub internal hub;
    TestStepVerifier internal steps;
    ListMaker internal maker;
    uint32 internal slotA;
    uint32 internal slotB;
    uint64 private _nonce;
    bytes32 private _otherModel;
    uint32 private _otherSlot;

    function setUp() public virtual override {
        super.setUp();
        maker = new ListMaker();
        address[3] memory rich = [HOST_B, WATCHER, RIVAL];
        for (uint256 i = 0; i < rich.length; i++) {
            vm.deal(rich[i], 1_000 ether);
        }
        slotA = openSlot(HOST, 0, 3);
        slotB = openSlot(HOST_B, 3, 2);
        registerKey(slotA, vm.addr(KEY_A), uint64(START + 5_000));
        registerKey(slotB, vm.addr(KEY_B), uint64(START + 5_000));
        skip(10);
    }

    function disputeContracts() internal pure virtual override returns (uint256) {
        return 5;
    }

    function deployDisputes(ITeeTeeRollup predicted) internal override returns (IDisputeModule) {
        IDisputeHub next = IDisputeHub(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 4));
        IOpeningRules openings = new OpeningRules(predicted);
        IListRules lists = new ListRules();
        IStepVerifier verifier_ = makeSteps();
        game = new DisputeGame(predicted, next, openings, lists, verifier_, gameTerms());
        address[] memory kinds = new address[](1);
        kinds[0] = address(game);
        return hub = new DisputeHub(predicted, kinds);
    }

    function makeSteps() internal virtual returns (IStepVerifier) {
        return steps = new TestStepVerifier();
    }

    function gameTerms() internal pure returns (DisputeTerms memory) {
        return DisputeTerms(BASE, PENALTY, BOUNTY, GAS_MONEY, MOVE, EXTENSION, DELAY);
    }

    function openSlot(address operator, uint32 firstLayer, uint32 layers) internal returns (uint32 id) {
        vm.prank(operator);
        id = registry.registerSlot{value: 1 ether}(modelId, firstLayer, layers, address(0));
    }

    function honest(uint32 shard, uint32 position) internal pure returns (Plan memory plan) {
        (plan.shard, plan.position, plan.fee) = (shard, position, FEE);
    }

    function cheating(uint32 shard, uint32 position, uint32 group, uint32 index)
        internal
        pure
        returns (Plan memory plan)
    {
        plan = honest(shard, position);
        (plan.cheats, plan.wrongGroup, plan.wrongIndex) = (true, group, index);
    }

    /// @notice Posts the job as leaf 1 of 3 of a batch of its own.
    function stage(Plan memory plan) internal returns (Scene memory s) {
        plan.nonce = ++_nonce;
        if (plan.user == address(0)) plan.user = vm.addr(USER_KEY);
        if (plan.config.layerCount != 0) _openOther(plan);
        _describe(plan, s);
        _compute(plan, s);
        _sign(plan, s);
        _post(s);
    }

    function openAs(address who, Scene memory s) internal returns (uint256) {
        uint128 bond = game.bondFor(s.context.operator);
        bytes32 commitment = commitmentOf(who, s);
        vm.prank(who);
        return game.open{value: bond}(s.header, s.leaf, s.items, s.context, commitment);
    }

    /// @notice Opens a dispute that must be refused with this error.
    function refuse(bytes4 selector, address who, Scene memory s) internal {
        uint128 bond = game.bondFor(s.context.operator);
        bytes32 commitment = commitmentOf(who, s);
        vm.expectPartialRevert(selector);
        vm.prank(who);
        game.open{value: bond}(s.header, s.leaf, s.items, s.context, commitment);
    }

    function commitmentOf(address who, Scene memory s) internal view returns (bytes32) {
        return maker.commitment(who, saltOf(who), s.own);
    }

    function saltOf(address who) internal pure returns (bytes32) {
        return keccak256(abi.encode("salt of", who));
    }

    function reveal(Scene memory s) internal {
        vm.prank(s.context.operator);
        game.reveal(s.context, s.opening, 0, s.host.entries, s.tokens, s.pick);
    }

    /// @notice The selection of the place where the scene's lists differ.
    function ownListOf(address who, Scene memory s, uint32 group, uint32 index)
        internal
        view
        returns (IDisputeGame.OwnList memory own)
    {
        own.salt = saltOf(who);
        own.groupRoots = maker.rootsOf(s.own);
        own.selected = maker.entryOpening(s.own, group, index);
        (bool any, uint256 g, uint256 i) = placeBefore(s, group, index);
        if (any) own.before = maker.entryOpening(s.own, g, i);
    }

    function placeBefore(Scene memory s, uint32 group, uint32 index)
        internal
        pure
        returns (bool any, uint256 g, uint256 i)
    {
        if (index > 0) return (true, group, index - 1);
        if (group > 0) return (true, group - 1, s.host.entries[group - 1].length - 1);
    }

    function selectAs(address who, uint256 id, Scene memory s, uint32 group, uint32 index) internal {
        IDisputeGame.OwnList memory own = ownListOf(who, s, group, index);
        (EntryOpening memory revealed, EntryOpening memory before) = revealedPair(s, group, index);
        vm.prank(who);
        game.select(id, s.context, group, index, revealed, before, own);
    }

    function revealedPair(Scene memory s, uint32 group, uint32 index)
        internal
        view
        returns (EntryOpening memory revealed, EntryOpening memory before)
    {
        revealed = maker.entryOpening(s.host, group, index);
        (bool any, uint256 g, uint256 i) = placeBefore(s, group, index);
        if (any) before = maker.entryOpening(s.host, g, i);
    }

    function answer(uint256 id, Scene memory s) internal {
        IDisputeGame.Dispute memory d = game.dispute(id);
        game.answer(id, s.context, s.host.contents[d.group][d.index]);
    }

    function proveAs(address who, uint256 id, Scene memory s) internal {
        vm.prank(who);
        game.prove(id, s.context, 0, 0, "witness");
    }

    /// @notice Opens, reveals, selects and answers; `prove` is next.
    function answered(address who, Scene memory s, Plan memory plan) internal returns (uint256 id) {
        id = openAs(who, s);
        reveal(s);
        selectAs(who, id, s, plan.wrongGroup, plan.wrongIndex);
        answer(id, s);
    }

    function stateOf(uint256 id) internal view returns (IDisputeGame.DisputeState) {
        return game.dispute(id).state;
    }

    function assertState(uint256 id, IDisputeGame.DisputeState expected) internal view {
        assertEq(uint8(stateOf(id)), uint8(expected), "state");
    }

    function stakeOf(uint32 slot) internal view returns (uint128) {
        return registry.stakeOf(StakeKind.Slot, slotId(slot)).amount;
    }

    function caseKeyOf(Scene memory s) internal view returns (bytes32) {
        return game.caseKey(s.context.batchHash, s.context.leaf, s.context.shard);
    }

    function positionKeyOf(Scene memory s) internal view returns (bytes32) {
        return game.positionKey(s.context.batchHash, s.context.leaf, s.context.shard, s.context.position);
    }

    function assertMoney() internal view {
        uint256 owed = uint256(game.bondsHeld()) + game.penaltiesHeld() + game.totalPayouts();
        assertEq(address(game).balance, owed, "bonds, penalties and payouts");
        assertBacked();
    }

    /// @notice A grant of the user to audit the scene's job.
    function grant(Scene memory s, address auditor) internal view returns (bytes memory) {
        return sign(USER_KEY, AuditGrant(s.leaf.receipt.jobId, auditor).structHash());
    }

    function sign(uint256 key, bytes32 message) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, MessageHash.digest(rollup.domainSeparator(), message));
        return abi.encodePacked(r, s, v);
    }

    function _openOther(Plan memory plan) private {
        bytes32 tokenizer = keccak256(abi.encode(plan.nonce));
        _otherModel = registry.listModel{value: 0.5 ether}(plan.config, keccak256("weights"), tokenizer, 1);
        vm.prank(HOST);
        _otherSlot =
            registry.registerSlot{value: 1 ether}(_otherModel, plan.firstLayer, plan.layerCount, address(0));
        registerKey(_otherSlot, vm.addr(KEY_A + plan.nonce), uint64(START + 5_000));
        skip(10);
    }

    function _describe(Plan memory plan, Scene memory s) private view {
        DisputeContext memory c = s.context;
        (c.leaf, c.shard, c.position, c.positions) = (1, plan.shard, plan.position, T);
        (c.slot, c.operator) = plan.shard == 0 ? (slotA, HOST) : (slotB, HOST_B);
        (c.modelId, c.weightsRoot, c.config) = (modelId, keccak256("weights"), config());
        (c.firstLayer, c.layerCount) = plan.shard == 0 ? (uint32(0), uint32(3)) : (uint32(3), uint32(2));
        (c.promptTokens, c.isSealed) = (PROMPT, plan.isSealed);
        (c.sampling.greedy, c.sampling.seed) = (true, keccak256("seed"));
        if (plan.config.layerCount == 0) return;
        (c.modelId, c.slot, c.config, c.positions) = (_otherModel, _otherSlot, plan.config, plan.positions);
        (c.firstLayer, c.layerCount) = (plan.firstLayer, plan.layerCount);
    }

    function _compute(Plan memory plan, Scene memory s) private {
        DisputeContext memory c = s.context;
        bytes32 seed = keccak256(abi.encode("canonical", plan.nonce));
        bool isLight = plan.config.layerCount != 0;
        s.own = isLight ? maker.light(c, seed, TOKEN) : maker.make(c, seed, TOKEN);
        s.host = isLight ? maker.light(c, seed, TOKEN) : maker.make(c, seed, TOKEN);
        if (plan.cheats) {
            bytes memory content = maker.other(c, plan.wrongGroup, plan.wrongIndex, keccak256(abi.encode(plan.nonce)));
            s.host = maker.alter(c, s.host, plan.wrongGroup, plan.wrongIndex, content);
            if (address(steps) != address(0)) steps.set(s.host.entries[plan.wrongGroup][plan.wrongIndex]);
        }
        TokenOpening memory page;
        (c.tokensRoot, page) = maker.tokens(c.positions, c.isSealed, TOKEN, plan.position + 1);
        bool hasHead = s.host.entries.length == uint256(c.layerCount) + 2;
        s.tokens = new TokenOpening[](hasHead ? 1 : 0);
        if (hasHead) {
            s.tokens[0] = page;
            bytes[] memory head = s.host.contents[c.layerCount + 1];
            s.pick = head[head.length - 1];
        }
        s.opening = maker.opening(c, s.host);
        (c.traceRoot, s.opening.path) = trace(c, s.opening);
    }

    /// @notice A trace whose leaf at the position is this one; the others are noise.
    function trace(DisputeContext memory c, TraceOpening memory o)
        internal
        view
        returns (bytes32 root, bytes32[] memory path)
    {
        bytes32[] memory leaves = new bytes32[](c.positions);
        for (uint256 i = 0; i < leaves.length; i++) {
            bytes32 leaf = i == c.position ? maker.leafOf(c.position, o) : keccak256(abi.encode(o.hInRoot, i));
            leaves[i] = RefTree.leaf(true, abi.encodePacked(leaf));
        }
        root = RefTree.wrap(true, "TT/trac1", leaves.length, RefTree.root(true, leaves));
        path = RefTree.path(true, leaves, c.position);
    }

    function _sign(Plan memory plan, Scene memory s) private view {
        DisputeContext memory c = s.context;
        JobRequest memory r = s.items.request;
        (r.user, r.nonce, r.modelId, r.promptTokens, r.maxOutputTokens) = (plan.user, plan.nonce, c.modelId, PROMPT, 4);
        (r.sampling, r.privacy) = (c.sampling, plan.isSealed ? 1 : 0);
        s.items.requestSignature = sign(USER_KEY, r.structHash());
        bytes32 jobId = MessageHash.digest(rollup.domainSeparator(), r.structHash());
        QueryReceipt memory q = s.leaf.receipt;
        (q.jobId, q.requestHash, q.fee, q.tokensRoot) =
            (jobId, MessageHash.itemHash(r, s.items.requestSignature), plan.fee, c.tokensRoot);
        (q.promptTokens, q.outputTokens, q.finish) = (PROMPT, c.positions - PROMPT + 1, 2);
        q.shardReceiptHashes = new bytes32[](2);
        s.items.receipt = receiptOf(c, jobId);
        s.items.receiptSignature = sign(keyOf(plan), s.items.receipt.structHash());
        q.shardReceiptHashes[c.shard] = MessageHash.itemHash(s.items.receipt, s.items.receiptSignature);
        _signUpper(plan, s, jobId);
    }

    function keyOf(Plan memory plan) internal pure returns (uint256) {
        if (plan.config.layerCount != 0) return KEY_A + plan.nonce;
        return plan.shard == 0 ? KEY_A : KEY_B;
    }

    function _signUpper(Plan memory plan, Scene memory s, bytes32 jobId) private view {
        if (plan.shard == 0) {
            s.leaf.receipt.shardReceiptHashes[1] = keccak256("the other");
            return;
        }
        DisputeContext memory c = abi.decode(abi.encode(s.context), (DisputeContext));
        (c.slot, c.operator) = (slotA, HOST);
        s.upperOpening.hInRoot = keccak256("upper in");
        s.upperOpening.hOutRoot = plan.torn ? keccak256("upper out") : s.opening.hInRoot;
        (c.traceRoot, s.upperOpening.path) = trace(c, s.upperOpening);
        s.upper = receiptOf(c, jobId);
        s.upperSignature = sign(KEY_A, s.upper.structHash());
        s.leaf.receipt.shardReceiptHashes[0] = MessageHash.itemHash(s.upper, s.upperSignature);
    }

    function receiptOf(DisputeContext memory c, bytes32 jobId) internal view returns (ShardReceipt memory r) {
        (r.jobId, r.slot, r.operator, r.epoch) = (jobId, c.slot, c.operator, registry.currentEpoch() - 1);
        (r.positions, r.tokensRoot, r.traceRoot) = (c.positions, c.tokensRoot, c.traceRoot);
        r.postBefore = uint64(block.timestamp + 30);
    }

    function _post(Scene memory s) private {
        bytes32[] memory leaves = new bytes32[](3);
        for (uint256 i = 0; i < 3; i++) {
            leaves[i] = RefTree.leaf(false, i == 1 ? abi.encode(s.leaf.receipt) : abi.encode("leaf", i));
        }
        s.header = header(keccak256(abi.encode("state", rollup.nextIndex())));
        s.header.receiptsRoot = RefTree.wrap(false, "TT/rcpt1", 3, RefTree.root(false, leaves));
        (s.leaf.index, s.leaf.path) = (1, RefTree.path(false, leaves, 1));
        s.context.batchIndex = rollup.nextIndex();
        bytes32 parent = hashOf(rollup.headIndex());
        vm.prank(PRIMARY);
        s.context.batchHash = rollup.postBatch(s.context.batchIndex, parent, s.header);
    }

    /// @notice Posts the scene's leaf again after it was changed.
    function repost(Scene memory s) internal {
        _post(s);
    }

    /// @notice Commits the scene's opening in a trace, and signs and posts it.
    function traceAgain(Scene memory s, uint256 key) internal {
        (s.context.traceRoot, s.opening.path) = trace(s.context, s.opening);
        s.items.receipt.traceRoot = s.context.traceRoot;
        signAgain(s, key);
    }

    /// @notice Signs the scene's receipt as it now is and posts the leaf with it.
    function signAgain(Scene memory s, uint256 key) internal {
        s.items.receiptSignature = sign(key, s.items.receipt.structHash());
        s.leaf.receipt.shardReceiptHashes[s.context.shard] =
            MessageHash.itemHash(s.items.receipt, s.items.receiptSignature);
        repost(s);
    }
}
