// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICredits} from "./interfaces/ICredits.sol";

/// @title Capped session keys
/// @notice A session's cap and expiry can only rise and a revoked key never comes back, so a voucher that was good when a sequencer
/// took it cannot be made bad, except by a revocation, which counts for batches only after the margin.
abstract contract Sessions is ICredits {
    mapping(address => mapping(address => Session)) private _sessions;

    /// @inheritdoc ICredits
    function authorizeSession(address key, uint128 cap, uint64 expiresAt) external override {
        Session storage present = _sessions[msg.sender][key];
        bool good = key != address(0) && key != msg.sender && expiresAt > block.timestamp && present.revokedAt == 0
            && cap >= present.cap && expiresAt >= present.expiresAt && cap > 0;
        if (!good) revert Credits_BadSession(key, cap, expiresAt);
        if (present.authorizedAt == 0) present.authorizedAt = uint64(block.timestamp);
        present.cap = cap;
        present.expiresAt = expiresAt;
        emit SessionAuthorized(msg.sender, key, cap, expiresAt);
    }

    /// @inheritdoc ICredits
    function revokeSession(address key) external override {
        Session storage present = _sessions[msg.sender][key];
        if (present.authorizedAt == 0 || present.revokedAt != 0) revert Credits_SessionUnknown(msg.sender, key);
        present.revokedAt = uint64(block.timestamp);
        emit SessionRevoked(msg.sender, key);
    }

    /// @inheritdoc ICredits
    function session(address user, address key) external view override returns (Session memory) {
        return _sessions[user][key];
    }

    /// @inheritdoc ICredits
    function sessionValidAt(address user, address key, uint64 time) external view override returns (bool) {
        Session storage s = _sessions[user][key];
        // An expiry may be the largest time there is: the sums are wider, so that a judge never meets an overflow.
        uint256 margin = _margin();
        bool begun = s.authorizedAt != 0 && s.authorizedAt <= time;
        return begun && time < s.expiresAt + margin && (s.revokedAt == 0 || time < s.revokedAt + margin);
    }

    /// @dev How long a batch may lag behind a change here.
    function _margin() internal view virtual returns (uint64);
}
