// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Disputes} from "./Disputes.sol";

import {ICompensations} from "./interfaces/ICompensations.sol";
import {IDisputeHub} from "./interfaces/IDisputeHub.sol";
import {ITeeTeeRollup} from "./interfaces/ITeeTeeRollup.sol";

import {Payee, Penalty, StakeKind} from "./types/Types.sol";

/// @title Convictions of posters that undo batches
/// @notice Half of the penalty is burnt, the bounty goes to who proved the fault, the rest to the hosts whose honest leaves fall.
abstract contract PosterConvictions is Disputes {
    ICompensations public immutable compensations;

    constructor(ITeeTeeRollup rollup_, IDisputeHub hub_, ICompensations compensations_) Disputes(rollup_, hub_) {
        compensations = compensations_;
    }

    /// @dev Takes up to `penalty` from the poster's stake and rolls the batch and its successors back.
    function _undo(
        uint64 index,
        bytes32 batchHash,
        uint32 leaf,
        address poster,
        uint128 penalty,
        uint128 bounty,
        address winner
    ) internal returns (uint128 taken, uint128 given) {
        bytes32 id = _posterId(poster);
        uint128 stake = rollup.registry().stakeOf(StakeKind.Poster, id).amount;
        taken = stake < penalty ? stake : penalty;
        given = bounty < taken / 2 ? bounty : taken / 2;
        uint64 last = rollup.nextIndex() - 1;
        if (taken > 0) {
            Penalty memory p;
            p.total = taken;
            p.payees = new Payee[](2);
            p.payees[0] = Payee(winner, given);
            p.payees[1] = Payee(address(compensations), taken / 2 - given);
            hub.slash(StakeKind.Poster, id, p);
        }
        hub.rollBack(index, batchHash);
        if (taken / 2 > given) compensations.open(index, last, batchHash, leaf);
    }

    function _posterId(address poster) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(poster)));
    }
}
