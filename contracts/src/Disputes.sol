// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDisputes} from "./interfaces/IDisputes.sol";
import {IHostRegistry} from "./interfaces/IHostRegistry.sol";
import {ITeeTeeRollup} from "./interfaces/ITeeTeeRollup.sol";

import {Ether} from "./libraries/Ether.sol";
import {NonReentrant} from "./libraries/NonReentrant.sol";

import {Payee, Penalty, StakeKind} from "./types/Types.sol";

/// @title Bonds, payouts, freezes and penalties of disputes
/// @notice See `IDisputes`. A kind of dispute inherits this and decides who is right; how it reaches the stakes is virtual, so that several
/// kinds can stand behind one module.
abstract contract Disputes is IDisputes, NonReentrant {
    ITeeTeeRollup public immutable override rollup;

    uint128 public override bondsHeld;
    uint128 public override totalPayouts;
    mapping(address => uint128) public override payoutOf;
    mapping(StakeKind => mapping(bytes32 => uint32)) private _freezeRounds;

    constructor(ITeeTeeRollup rollup_) {
        rollup = rollup_;
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

    /// @dev Freezes a stake; returns the round of freezes that this one is counted in, which `_unfreeze` wants back.
    function _freeze(StakeKind kind, bytes32 id) internal virtual returns (uint32 round) {
        IHostRegistry registry = rollup.registry();
        IHostRegistry.Stake memory stake = registry.stakeOf(kind, id);
        // The registry drops all freezes that ran out when the next one comes.
        bool counting = stake.freezes > 0 && block.timestamp < stake.frozenUntil;
        if (!counting) _freezeRounds[kind][id]++;
        registry.freeze(kind, id);
        return _freezeRounds[kind][id];
    }

    /// @dev Takes a freeze back, unless it ran out and was dropped: then a present one is another dispute's.
    function _unfreeze(StakeKind kind, bytes32 id, uint32 round) internal virtual {
        IHostRegistry registry = rollup.registry();
        if (round != _freezeRounds[kind][id] || registry.stakeOf(kind, id).freezes == 0) return;
        registry.unfreeze(kind, id);
    }

    /// @dev Takes up to `penalty` from a stake, gives up to `bounty` and never more than half of it to `winner`, and burns the rest.
    /// @return taken What the stake still had of the penalty.
    function _punish(StakeKind kind, bytes32 id, uint128 penalty, uint128 bounty, address winner)
        internal
        virtual
        returns (uint128 taken, uint128 given)
    {
        IHostRegistry registry = rollup.registry();
        uint128 stake = registry.stakeOf(kind, id).amount;
        taken = stake < penalty ? stake : penalty;
        given = bounty < taken / 2 ? bounty : taken / 2;
        if (taken == 0) return (0, 0);
        Penalty memory p;
        p.total = taken;
        p.payees = new Payee[](1);
        p.payees[0] = Payee(winner, given);
        registry.slash(kind, id, p);
    }

    /// @dev Whether convictions still have an effect: a module that was replaced cannot reach the stakes.
    function _inForce() internal view virtual returns (bool) {
        return address(rollup.disputeModule()) == address(this);
    }
}
