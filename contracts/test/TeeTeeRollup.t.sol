// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITeeTeeRollup} from "../src/interfaces/ITeeTeeRollup.sol";
import {Batch, BatchHeader, BatchStatus} from "../src/types/Types.sol";

import {Fixture} from "./support/Fixture.sol";
import {vm} from "./support/Vm.sol";

contract PostBatchTest is Fixture {
    function test_postBatch_first_storesAndHashesAsSpecified() public {
        BatchHeader memory h = header(keccak256("state"));
        bytes32 expected = keccak256(abi.encode(block.chainid, address(rollup), uint64(1), bytes32(0), h));
        vm.expectEmit(true, true, true, true, address(rollup));
        emit ITeeTeeRollup.BatchPosted(1, expected, PRIMARY, 0, 0, uint64(block.timestamp), h);
        vm.prank(PRIMARY);
        assertEq(rollup.postBatch(1, 0, h), expected, "returned hash");

        (uint64 index, Batch memory b) = rollup.latestBatch();
        assertEq(index, 1, "index");
        assertEq(b.batchHash, expected, "hash");
        assertEq(b.stateRoot, h.stateRoot, "state root");
        assertEq(b.poster, PRIMARY, "poster");
        assertEq(b.postedAt, block.timestamp, "time");
        assertEq(b.count, 3, "count");
        assertEq(rollup.hashBatch(1, 0, h), expected, "hashBatch");
    }

    function test_postBatch_duplicate_revertsWithThePostedHash() public {
        post(keccak256("a"));
        bytes32 posted = hashOf(1);
        vm.expectRevert(abi.encodeWithSelector(ITeeTeeRollup.Rollup_IndexAlreadyPosted.selector, uint64(1), posted));
        vm.prank(PRIMARY);
        rollup.postBatch(1, 0, header(keccak256("a")));
    }

    function test_postBatch_duplicateByStranger_readsAsDuplicateToo() public {
        post(keccak256("a"));
        bytes32 posted = hashOf(1);
        vm.expectRevert(abi.encodeWithSelector(ITeeTeeRollup.Rollup_IndexAlreadyPosted.selector, uint64(1), posted));
        vm.prank(OTHER);
        rollup.postBatch(1, 0, header(keccak256("a")));
    }

    function test_postBatch_indexAhead_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ITeeTeeRollup.Rollup_IndexAhead.selector, uint64(2), uint64(1)));
        vm.prank(PRIMARY);
        rollup.postBatch(2, 0, header(keccak256("a")));
    }

    function test_postBatch_wrongParent_reverts() public {
        post(keccak256("a"));
        bytes32 head = hashOf(1);
        bytes32 wrong = keccak256("wrong");
        vm.expectRevert(abi.encodeWithSelector(ITeeTeeRollup.Rollup_ParentMismatch.selector, wrong, head));
        vm.prank(PRIMARY);
        rollup.postBatch(2, wrong, header(keccak256("b")));
    }

    function test_postBatch_notStaked_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ITeeTeeRollup.Rollup_NotAPoster.selector, OTHER));
        vm.prank(OTHER);
        rollup.postBatch(1, 0, header(keccak256("a")));
    }

    function test_postBatch_backupOneSecondEarly_reverts() public {
        skip(49);
        bytes memory why =
            abi.encodeWithSelector(ITeeTeeRollup.Rollup_PrimaryHasTheTurn.selector, BACKUP, uint64(START + 50));
        vm.expectRevert(why);
        vm.prank(BACKUP);
        rollup.postBatch(1, 0, header(keccak256("a")));
    }

    function test_postBatch_backupAtTakeover_postsUntilThePrimaryReturns() public {
        skip(50);
        postAs(BACKUP, keccak256("a"));
        postAs(BACKUP, keccak256("b"));
        post(keccak256("c"));
        assertEq(rollup.headIndex(), 3, "head");
        bytes32 head = hashOf(3);
        vm.expectPartialRevert(ITeeTeeRollup.Rollup_PrimaryHasTheTurn.selector);
        vm.prank(BACKUP);
        rollup.postBatch(4, head, header(keccak256("d")));
    }

    function testFuzz_postBatch_incompleteHeader_reverts(uint8 field) public {
        BatchHeader memory h = header(keccak256("a"));
        field %= 6;
        if (field == 0) h.version = 2;
        if (field == 1) h.count = 0;
        if (field == 2) h.chunkCount = 0;
        if (field == 3) h.receiptsRoot = 0;
        if (field == 4) h.dataRoot = 0;
        if (field == 5) h.stateRoot = 0;
        vm.expectRevert(abi.encodeWithSelector(ITeeTeeRollup.Rollup_BadHeader.selector, h));
        vm.prank(PRIMARY);
        rollup.postBatch(1, 0, h);
    }
}

contract FinalizeTest is Fixture {
    function test_finalize_oneSecondEarly_reverts() public {
        post(keccak256("a"));
        skip(59);
        bytes memory why = abi.encodeWithSelector(
            ITeeTeeRollup.Rollup_WindowOpen.selector, uint64(1), uint64(START + 60), uint64(START + 59)
        );
        vm.expectRevert(why);
        rollup.finalize(1);
    }

    function test_finalize_atTheEndOfTheWindow_finalizes() public {
        post(keccak256("a"));
        skip(60);
        assertEq(rollup.finalize(1), 1, "count");
        assertEq(rollup.finalStateRoot(), keccak256("a"), "state");
        assertEq(uint8(rollup.statusOf(1)), uint8(BatchStatus.Final), "status");
        assertEq(rollup.batch(1).finalizedAt, block.timestamp, "time");
    }

    function test_finalize_several_stopsAtTheFirstOpenOne() public {
        post(keccak256("a"));
        post(keccak256("b"));
        skip(30);
        post(keccak256("c"));
        skip(30);
        assertEq(rollup.finalize(100), 2, "count");
        assertEq(rollup.finalIndex(), 2, "final");
        (uint64 index, uint64 due, bool blocked) = rollup.nextToFinalize();
        assertEq(index, 3, "next");
        assertEq(due, START + 90, "due");
        assertFalse(blocked, "blocked");
    }

    function test_finalize_respectsTheLimit() public {
        post(keccak256("a"));
        post(keccak256("b"));
        skip(60);
        assertEq(rollup.finalize(1), 1, "count");
        assertEq(rollup.finalIndex(), 1, "final");
    }

    function test_finalize_nothingPosted_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ITeeTeeRollup.Rollup_NothingPosted.selector, uint64(0)));
        rollup.finalize(1);
    }

    function test_finalize_blockedByModule_revertsUntilReleased() public {
        post(keccak256("a"));
        module.set(true, false);
        skip(60);
        vm.expectRevert(abi.encodeWithSelector(ITeeTeeRollup.Rollup_FinalityBlocked.selector, uint64(1), hashOf(1)));
        rollup.finalize(1);
        module.set(false, false);
        assertEq(rollup.finalize(1), 1, "count");
    }

    function test_finalize_brokenModule_blocksOnlyToTheHorizon() public {
        post(keccak256("a"));
        module.set(true, true);
        skip(159);
        vm.expectRevert(abi.encodeWithSelector(ITeeTeeRollup.Rollup_FinalityBlocked.selector, uint64(1), hashOf(1)));
        rollup.finalize(1);
        skip(1);
        assertEq(rollup.finalize(1), 1, "count");
    }
}

contract RollBackTest is Fixture {
    function test_rollBack_byStranger_reverts() public {
        post(keccak256("a"));
        bytes32 h = hashOf(1);
        vm.expectRevert(abi.encodeWithSelector(ITeeTeeRollup.Rollup_OnlyDisputeModule.selector, address(this)));
        rollup.rollBack(1, h);
    }

    function test_rollBack_middle_takesSuccessorsAndKeepsPredecessors() public {
        for (uint256 i = 0; i < 4; i++) {
            post(keccak256(abi.encode(i)));
        }
        module.rollBack(rollup, 2, hashOf(2));
        assertEq(rollup.headIndex(), 1, "head");
        assertEq(rollup.nextIndex(), 5, "indices are not reused");
        assertEq(uint8(rollup.statusOf(1)), uint8(BatchStatus.Open), "1");
        for (uint64 i = 2; i < 5; i++) {
            assertEq(uint8(rollup.statusOf(i)), uint8(BatchStatus.RolledBack), "2 to 4");
        }
        assertEq(post(keccak256("new")), 5, "new index");
        assertEq(rollup.batch(5).parentIndex, 1, "parent");
        skip(60);
        assertEq(rollup.finalize(9), 2, "finalized");
        assertEq(rollup.finalIndex(), 5, "final");
        assertEq(rollup.finalStateRoot(), keccak256("new"), "state");
        assertEq(uint8(rollup.statusOf(3)), uint8(BatchStatus.RolledBack), "3 stays");
    }

    function test_rollBack_twiceOverTheSameParent_finalityFollowsTheStandingChild() public {
        post(keccak256("a"));
        post(keccak256("b"));
        module.rollBack(rollup, 2, hashOf(2));
        post(keccak256("c"));
        module.rollBack(rollup, 3, hashOf(3));
        skip(60);
        rollup.finalize(9);
        assertEq(rollup.finalIndex(), 1, "only the parent");
        assertEq(post(keccak256("d")), 4, "index");
        assertEq(uint8(rollup.statusOf(2)), uint8(BatchStatus.RolledBack), "2");
        assertEq(uint8(rollup.statusOf(4)), uint8(BatchStatus.Open), "4");
    }

    function test_rollBack_first_leavesTheGenesis() public {
        post(keccak256("a"));
        module.rollBack(rollup, 1, hashOf(1));
        assertEq(rollup.headIndex(), 0, "head");
        vm.prank(PRIMARY);
        rollup.postBatch(2, 0, header(keccak256("b")));
    }

    function test_rollBack_wrongHash_reverts() public {
        post(keccak256("a"));
        vm.expectRevert(abi.encodeWithSelector(ITeeTeeRollup.Rollup_BatchUnknown.selector, uint64(1), bytes32(0)));
        module.rollBack(rollup, 1, 0);
    }

    function test_rollBack_genesisOrUnknown_reverts() public {
        vm.expectPartialRevert(ITeeTeeRollup.Rollup_BatchUnknown.selector);
        module.rollBack(rollup, 0, 0);
        vm.expectPartialRevert(ITeeTeeRollup.Rollup_BatchUnknown.selector);
        module.rollBack(rollup, 1, 0);
    }

    function test_rollBack_final_reverts() public {
        post(keccak256("a"));
        skip(60);
        rollup.finalize(1);
        bytes32 h = hashOf(1);
        vm.expectRevert(
            abi.encodeWithSelector(ITeeTeeRollup.Rollup_BatchNotOpen.selector, uint64(1), BatchStatus.Final)
        );
        module.rollBack(rollup, 1, h);
    }

    function test_rollBack_again_reverts() public {
        post(keccak256("a"));
        module.rollBack(rollup, 1, hashOf(1));
        bytes32 h = hashOf(1);
        vm.expectRevert(
            abi.encodeWithSelector(ITeeTeeRollup.Rollup_BatchNotOpen.selector, uint64(1), BatchStatus.RolledBack)
        );
        module.rollBack(rollup, 1, h);
    }

    /// @dev Random posts, roll-backs and finalisations against a list that is kept the slow way.
    function testFuzz_rollBack_randomHistory_matchesASlowModel(uint256 seed) public {
        uint64[] memory standing = new uint64[](80);
        uint256 count = 0;
        uint256 finals = 0;
        for (uint256 step = 0; step < 60; step++) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 action = seed % 10;
            if (action < 6) {
                standing[count++] = post(bytes32(seed | 1));
            } else if (action < 8 && count > finals) {
                uint256 from = finals + (seed >> 8) % (count - finals);
                module.rollBack(rollup, standing[from], hashOf(standing[from]));
                count = from;
            } else if (count > finals) {
                skip(60);
                uint256 limit = 1 + (seed >> 8) % 3;
                uint256 done = rollup.finalize(uint64(limit));
                finals += done;
                assertTrue(done == limit || finals == count, "as many as asked");
            }
            assertEq(rollup.headIndex(), count == 0 ? 0 : standing[count - 1], "head");
            assertEq(rollup.finalIndex(), finals == 0 ? 0 : standing[finals - 1], "final");
        }
        uint256 next = 0;
        for (uint64 i = 1; i < rollup.nextIndex(); i++) {
            bool stands = next < count && standing[next] == i;
            BatchStatus expected =
                !stands ? BatchStatus.RolledBack : next < finals ? BatchStatus.Final : BatchStatus.Open;
            if (stands) next++;
            assertEq(uint8(rollup.statusOf(i)), uint8(expected), "status");
        }
    }
}
