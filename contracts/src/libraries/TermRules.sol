// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOpeningRules} from "../interfaces/IOpeningRules.sol";
import {DisputeTerms} from "../types/GameTypes.sol";
import {Parameters} from "../types/Types.sol";

/// @title Relations between the terms of disputes, and between them and the rollup's parameters
library TermRules {
    /// @dev Four moves, and one more in which a conviction by silence is called while the stake is still frozen.
    uint256 internal constant MOVES = 5;
    /// @dev 12 hours of forced inclusion on Base, plus reaction.
    uint256 internal constant PRODUCTION_MOVE = 14 hours;
    uint256 internal constant PRODUCTION_BOND = 0.01 ether;

    /// @notice Reverts with the first rule that the terms break by themselves.
    function check(DisputeTerms memory t) internal pure {
        _least("baseBond >= 1", t.baseBond, 1);
        _least("moveSeconds >= 1", t.moveSeconds, 1);
        _least("penalty >= 2 * (bounty + compensation)", t.penalty, 2 * (uint256(t.bounty) + t.compensation));
        _least("penalty >= 1", t.penalty, 1);
        // Held by 64 doublings and sums of many.
        _most("baseBond < 2^60", t.baseBond, type(uint64).max >> 4);
        _most("moveSeconds <= 30 days", t.moveSeconds, 30 days);
        _most("extensionSeconds <= 30 days", t.extensionSeconds, 30 days);
        _most("payoutDelay <= 90 days", t.payoutDelay, 90 days);
    }

    /// @notice Reverts with the first rule that the terms break together with the parameters.
    function relate(DisputeTerms memory t, Parameters memory p) internal pure {
        _least("disputeHorizon >= 5 * moveSeconds", p.disputeHorizon, MOVES * t.moveSeconds);
        _least("minSlotStake >= penalty", p.minSlotStake, t.penalty);
        _least("minPosterStake >= penalty", p.minPosterStake, t.penalty);
        if (p.devParameters) return;
        _least("moveSeconds >= 14 hours", t.moveSeconds, PRODUCTION_MOVE);
        _least("payoutDelay >= moveSeconds", t.payoutDelay, t.moveSeconds);
        _least("baseBond >= 0.01 ether", t.baseBond, PRODUCTION_BOND);
    }

    /// @notice How long a reveal may take: longer with every dispute that waits for the same operator, but never so long that the dispute
    /// could outlive its freeze of the stake.
    function revealSeconds(DisputeTerms storage t, uint64 disputeHorizon, uint256 waiting)
        internal
        view
        returns (uint64)
    {
        uint256 most = disputeHorizon - (MOVES - 1) * t.moveSeconds;
        uint256 wished = t.moveSeconds + waiting * t.extensionSeconds;
        return uint64(wished < most ? wished : most);
    }

    function _least(string memory rule, uint256 value, uint256 bound) private pure {
        if (value < bound) revert IOpeningRules.Opening_BadTerms(rule, value, bound);
    }

    function _most(string memory rule, uint256 value, uint256 bound) private pure {
        if (value > bound) revert IOpeningRules.Opening_BadTerms(rule, value, bound);
    }
}
