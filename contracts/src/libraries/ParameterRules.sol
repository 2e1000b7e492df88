// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITeeTeeRollup} from "../interfaces/ITeeTeeRollup.sol";
import {Parameters} from "../types/Types.sol";

/// @title Relations between the parameters of a deployment
/// @notice Checked once, in the constructor. The first rules hold everywhere; the minimums of production follow from 12 hours of forced
/// inclusion on Base plus reaction time.
library ParameterRules {
    uint64 internal constant LONGEST = 90 days;

    /// @notice Reverts with the first rule that is broken.
    function check(Parameters memory p) internal view {
        _checkRelations(p);
        _checkBounds(p);
        if (p.devParameters) _least("devParameters is refused on this chain", _isProductionChain() ? 0 : 1, 1);
        else _checkProduction(p);
    }

    function _checkRelations(Parameters memory p) private pure {
        _least(
            "window >= data + response + compute", p.window, uint256(p.dataWindow) + p.responseWindow + p.computeWindow
        );
        _least("withdrawalDelay >= margin + window", p.withdrawalDelay, uint256(p.withdrawalMargin) + p.window);
        _least(
            "exitDelay >= postBeforeHorizon + window + disputeHorizon",
            p.exitDelay,
            uint256(p.postBeforeHorizon) + p.window + p.disputeHorizon
        );
        _least("moduleDelay > withdrawalDelay", p.moduleDelay, uint256(p.withdrawalDelay) + 1);
        _least("maxKeyValidity >= epochSeconds", p.maxKeyValidity, p.epochSeconds);
    }

    function _checkBounds(Parameters memory p) private pure {
        _least("epochSeconds >= 1", p.epochSeconds, 1);
        _least("dataWindow >= 1", p.dataWindow, 1);
        _least("responseWindow >= 1", p.responseWindow, 1);
        _least("computeWindow >= 1", p.computeWindow, 1);
        _least("nonceTtl >= 1", p.nonceTtl, 1);
        _least("takeoverDelay >= 1", p.takeoverDelay, 1);
        _least("minSlotStake >= 1", p.minSlotStake, 1);
        _least("minPosterStake >= 1", p.minPosterStake, 1);
        _most("sequencerShareBps <= 10000", p.sequencerShareBps, 10_000);
        _most("window <= 90 days", p.window, LONGEST);
        _most("disputeHorizon <= 90 days", p.disputeHorizon, LONGEST);
        _most("withdrawalDelay <= 180 days", p.withdrawalDelay, 2 * LONGEST);
        _most("exitDelay <= 365 days", p.exitDelay, 365 days);
        _most("moduleDelay <= 365 days", p.moduleDelay, 365 days);
        _most("takeoverDelay <= 90 days", p.takeoverDelay, LONGEST);
        _most("maxKeyValidity <= 365 days", p.maxKeyValidity, 365 days);
        _most("epochSeconds <= 1 day", p.epochSeconds, 1 days);
        _most("nonceTtl <= 1 day", p.nonceTtl, 1 days);
    }

    function _checkProduction(Parameters memory p) private pure {
        _least("dataWindow >= 14 hours", p.dataWindow, 14 hours);
        _least("responseWindow >= 14 hours", p.responseWindow, 14 hours);
        _least("computeWindow >= 14 hours", p.computeWindow, 14 hours);
        _least("disputeHorizon >= 5 * 14 hours", p.disputeHorizon, 70 hours);
        _least("withdrawalMargin >= 1 hour", p.withdrawalMargin, 1 hours);
        _least("withdrawalDelay >= 24 hours + window", p.withdrawalDelay, uint256(24 hours) + p.window);
        _least("takeoverDelay >= 1 hour", p.takeoverDelay, 1 hours);
        _least("epochSeconds >= 10", p.epochSeconds, 10);
        _most("postBeforeHorizon <= 24 hours", p.postBeforeHorizon, 24 hours);
    }

    function _isProductionChain() private view returns (bool) {
        return block.chainid == 1 || block.chainid == 8453;
    }

    function _least(string memory rule, uint256 value, uint256 bound) private pure {
        if (value < bound) revert ITeeTeeRollup.Rollup_BadParameter(rule, value, bound);
    }

    function _most(string memory rule, uint256 value, uint256 bound) private pure {
        if (value > bound) revert ITeeTeeRollup.Rollup_BadParameter(rule, value, bound);
    }
}
