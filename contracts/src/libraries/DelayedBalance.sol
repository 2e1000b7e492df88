// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Checkpoints} from "./Checkpoints.sol";

/// @title A balance that is spent elsewhere and leaves only with a delay
/// @notice `added` and `requested` only grow and keep their history; `added - requested` is free to spend, `pending` is the part of
/// `requested` that waits. What was spent is known to the account tree alone, so a request pays
/// min(pending, added - requested + pending - spent) and what it does not pay is added back: it stands against that spending.
library DelayedBalance {
    using Checkpoints for Checkpoints.Checkpoint[];

    struct Balance {
        uint128 added;
        uint128 requested;
        uint128 pending;
        uint64 requestedAt;
        uint64 heldUntil;
        Checkpoints.Checkpoint[] additions;
        Checkpoints.Checkpoint[] requests;
    }

    /// @notice Adds to what may be spent.
    function add(Balance storage self, uint128 amount) internal {
        self.added += amount;
        self.additions.push(self.added);
    }

    /// @notice Moves a free amount to pending. The caller has checked that none is pending and that `amount` is free.
    function request(Balance storage self, uint128 amount) internal {
        self.requested += amount;
        self.requests.push(self.requested);
        self.pending = amount;
        self.requestedAt = uint64(block.timestamp);
    }

    /// @notice Ends the pending request and returns what is to be paid; the rest is added back.
    function settle(Balance storage self, uint128 spent) internal returns (uint128 paid, uint128 returned) {
        uint128 pending = self.pending;
        paid = _min(pending, owed(self, spent));
        returned = pending - paid;
        _clear(self);
        if (returned > 0) add(self, returned);
    }

    /// @notice Takes the pending request back whole.
    function cancel(Balance storage self) internal returns (uint128 amount) {
        amount = self.pending;
        _clear(self);
        add(self, amount);
    }

    /// @notice Pays out everything that was not spent, pending or not.
    function drain(Balance storage self, uint128 spent) internal returns (uint128 paid) {
        paid = owed(self, spent);
        if (self.pending > 0) cancel(self);
        if (paid == 0) return 0;
        self.requested += paid;
        self.requests.push(self.requested);
    }

    /// @notice Free and pending together: what has neither been paid out nor given up.
    function locked(Balance storage self) internal view returns (uint128) {
        return self.added - self.requested + self.pending;
    }

    /// @notice What of it is not spent.
    function owed(Balance storage self, uint128 spent) internal view returns (uint128) {
        uint128 all = locked(self);
        return all > spent ? all - spent : 0;
    }

    /// @notice Largest cumulative spending of a batch posted at `time`: all additions up to then, less all requests `margin` older.
    function spendableAt(Balance storage self, uint64 time, uint64 margin) internal view returns (uint128) {
        uint128 gone = time < margin ? 0 : self.requests.valueAt(time - margin);
        return self.additions.valueAt(time) - gone;
    }

    function _clear(Balance storage self) private {
        self.pending = 0;
        self.requestedAt = 0;
        self.heldUntil = 0;
    }

    function _min(uint128 a, uint128 b) private pure returns (uint128) {
        return a < b ? a : b;
    }
}
