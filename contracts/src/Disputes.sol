// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDisputeHub} from "./interfaces/IDisputeHub.sol";
import {IDisputes} from "./interfaces/IDisputes.sol";
import {ITeeTeeRollup} from "./interfaces/ITeeTeeRollup.sol";

import {Ether} from "./libraries/Ether.sol";
import {NonReentrant} from "./libraries/NonReentrant.sol";

import {Payee, Penalty, StakeKind} from "./types/Types.sol";

/// @title Bonds, payouts, freezes and penalties of disputes
/// @notice See `IDisputes`. A kind of dispute inherits this and decides who is right; it reaches the stakes through the hub.
abstract contract Disputes is IDisputes, NonReentrant {
    ITeeTeeRollup public immutable override rollup;
    IDisputeHub public immutable override hub;

    uint128 public override bondsHeld;
    uint128 public override totalPayouts;
    mapping(address => uint128) public override payoutOf;

    /// @param rollup_ Deployed later.
    /// @param hub_ Deployed later, with this as one of its kinds.
    constructor(ITeeTeeRollup rollup_, IDisputeHub hub_) {
        (rollup, hub) = (rollup_, hub_);
    }

    /// @inheritdoc IDisputes
    function withdrawPayout(address to) external override nonReentrant returns (uint128 amount) {
        amount = payoutOf[msg.sender];
        if (amount == 0) revert Disputes_NothingToPay(msg.sender);
        if (to == address(0)) revert Disputes_BadAddress(to);
        payoutOf[msg.sender] = 0;
        totalPayouts -= amount;
        emit PayoutWithdrawn(msg.sender, to, amount);
        Ether.send(to, amount);
    }

    /// @dev Takes exactly this bond from the caller.
    function _takeBond(uint128 bond) internal {
        if (msg.value != bond) revert Disputes_WrongBond(msg.value, bond);
        bondsHeld += bond;
        emit BondTaken(msg.sender, bond);
    }

    /// @dev A held bond becomes a payout; nobody is called.
    function _giveBond(address to, uint128 bond) internal {
        bondsHeld -= bond;
        totalPayouts += bond;
        payoutOf[to] += bond;
        emit PayoutCredited(to, bond);
    }

    /// @dev Takes up to `penalty` from a stake, gives up to `bounty` and never more than half of it to `winner`, and burns the rest.
    /// @return taken What the stake still had of the penalty.
    function _punish(StakeKind kind, bytes32 id, uint128 penalty, uint128 bounty, address winner)
        internal
        returns (uint128 taken, uint128 given)
    {
        uint128 stake = rollup.registry().stakeOf(kind, id).amount;
        taken = stake < penalty ? stake : penalty;
        given = bounty < taken / 2 ? bounty : taken / 2;
        if (taken == 0) return (0, 0);
        Penalty memory p;
        p.total = taken;
        p.payees = new Payee[](1);
        p.payees[0] = Payee(winner, given);
        hub.slash(kind, id, p);
    }
}
