// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ChunkAnswers} from "../src/faults/ChunkAnswers.sol";
import {FinishFaults} from "../src/faults/FinishFaults.sol";
import {PipelineFaults} from "../src/faults/PipelineFaults.sol";
import {IBondedChallenges} from "../src/interfaces/IBondedChallenges.sol";
import {ICompensations} from "../src/interfaces/ICompensations.sol";
import {BatchStatus, StakeKind} from "../src/types/Types.sol";

import {FaultFixture} from "./support/FaultFixture.sol";
import {vm} from "./support/Vm.sol";

/// @notice Histories of good and bad batches, proofs, demands, answers and silence: money is conserved, nothing is punished twice, an honest
/// batch that is answered for falls only with a bad one before it.
contract FaultMoneyTest is FaultFixture {
    struct Open {
        uint256 id;
        uint256 batch;
        uint32 leaf;
    }

    Posted[] private _posted;
    /// 0 honest, 1 a refundable fault, 2 a fault of the state.
    uint8[] private _kinds;
    bool[] private _convicted;
    Open[] private _demands;
    bytes32[] private _claims;
    uint256 private _convictions;
    uint256 private _silences;
    uint256 private _rollBacks;
    uint64 private _nonce;

    /// forge-config: default.fuzz.runs = 24
    function testFuzz_act_anyHistory_conservesMoneyAndPunishesOnce(uint256 seed) public {
        vm.prank(address(this));
        registry.addStake{value: 30 ether}(StakeKind.Poster, posterId(poster));
        for (uint256 i = 0; i < 25; i++) {
            seed = uint256(keccak256(abi.encode(seed, i)));
            act(seed);
            check();
        }
    }

    function act(uint256 seed) internal {
        uint256 choice = seed % 8;
        if (choice < 2 || _posted.length == 0) postOne(uint8((seed >> 8) % 3));
        else if (choice == 2) tryConvict((seed >> 8) % _posted.length);
        else if (choice == 3) tryDemand((seed >> 8) % _posted.length);
        else if (choice == 4) tryAnswer(seed >> 8);
        else if (choice == 5) tryTimeout(seed >> 8);
        else if (choice == 6) tryClaim((seed >> 8) % _posted.length);
        else skip((seed >> 8) % 30);
    }

    function postOne(uint8 kind) internal {
        if (!registry.isActivePoster(poster)) return;
        Job memory j = goodJob(++_nonce);
        if (kind == 1) j.keys[1] = STRANGER_KEY;
        if (kind == 2) j.leaf.fee++;
        _posted.push();
        Posted memory p = postJobs(one(j));
        _store(p);
        _kinds.push(kind);
        _convicted.push(false);
    }

    function tryConvict(uint256 i) internal {
        Posted memory p = _posted[i];
        bool open = rollup.statusOf(p.ref.index) == BatchStatus.Open;
        bytes memory proof = _kinds[i] == 2
            ? abi.encodeCall(FinishFaults.fee, (p.ref, p.leaves[0], p.requests[0]))
            : abi.encodeCall(PipelineFaults.shardSigner, (p.ref, p.leaves[0], p.requests[0], 1, p.receipts[0][1]));
        uint128 stake = posterStake();
        vm.prank(WINNER);
        try faults.convict(_kinds[i] == 2 ? FINISH : PIPELINE, proof) returns (bool rolledBack) {
            assertTrue(open && _kinds[i] != 0 && !_convicted[i], "a fault of an open batch, once");
            assertTrue(rolledBack == (_kinds[i] == 2), "remedy");
            _convicted[i] = true;
            _convictions++;
            if (rolledBack) _rollBacks++;
            assertEq(stake - posterStake(), stake < PENALTY ? stake : PENALTY, "one penalty");
        } catch {
            assertTrue(!open || _kinds[i] == 0 || _convicted[i], "nothing to prove");
        }
    }

    function tryDemand(uint256 i) internal {
        Posted memory p = _posted[i];
        uint256 bond = data.bondFor(posterId(poster));
        vm.prank(WINNER);
        try data.challengeReceipt{value: bond}(p.ref, 0) returns (uint256 id) {
            _demands.push(Open(id, i, 0));
        } catch {}
    }

    function tryAnswer(uint256 seed) internal {
        if (_demands.length == 0) return;
        Open memory d = _demands[seed % _demands.length];
        Posted memory p = _posted[d.batch];
        try data.answer(d.id, abi.encodeCall(ChunkAnswers.queryReceipt, (p.ref, p.leaves[0]))) {} catch {}
    }

    function tryTimeout(uint256 seed) internal {
        if (_demands.length == 0) return;
        Open memory d = _demands[seed % _demands.length];
        bool open = rollup.statusOf(_posted[d.batch].ref.index) == BatchStatus.Open;
        uint128 stake = posterStake();
        try data.timeout(d.id) {
            if (data.challenge(d.id).state != IBondedChallenges.ChallengeState.Convicted) {
                assertEq(posterStake(), stake, "void takes nothing");
                return;
            }
            _silences++;
            if (open) _rollBacks++;
        } catch {}
    }

    function tryClaim(uint256 i) internal {
        uint256 cases = compensations.caseCount();
        if (cases == 0) return;
        Posted memory p = _posted[i];
        try compensations.register(cases, p.ref, p.leaves[0], p.requests[0], 0, p.receipts[0][0]) returns (
            bytes32 claim
        ) {
            assertTrue(rollup.statusOf(p.ref.index) == BatchStatus.RolledBack, "of a batch that fell");
            _claims.push(claim);
        } catch {}
        for (uint256 c = 0; c < _claims.length; c++) {
            try compensations.pay(_claims[c]) {} catch {}
        }
    }

    function check() internal view {
        assertEq(address(data).balance, uint256(data.bondsHeld()) + data.totalPayouts(), "bonds");
        assertBacked();
        uint256 owed = 0;
        for (uint256 i = 1; i <= compensations.caseCount(); i++) {
            ICompensations.Case memory c = compensations.caseOf(i);
            assertTrue(c.paid <= c.pot && c.paid <= c.lost, "never more than the pot or the loss");
            owed += c.pot - c.paid;
        }
        assertEq(address(compensations).balance, owed, "pots");
        assertEq(posterStake(), 34 ether - (_convictions + _silences) * PENALTY, "one penalty each");
        assertEq(compensations.caseCount(), _rollBacks, "a case for each roll-back");
        for (uint256 i = 0; i < _posted.length; i++) {
            bool fallen = rollup.statusOf(_posted[i].ref.index) == BatchStatus.RolledBack;
            assertTrue(!fallen || _rollBacks > 0, "falls only by a proof or by silence");
        }
    }

    function _store(Posted memory p) private {
        Posted storage s = _posted[_posted.length - 1];
        s.ref = p.ref;
        s.leaves.push(p.leaves[0]);
        s.requests.push(p.requests[0]);
        s.receipts.push();
        for (uint256 i = 0; i < p.receipts[0].length; i++) {
            s.receipts[0].push(p.receipts[0][i]);
        }
    }
}
