// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title One call at a time
abstract contract NonReentrant {
    bool private transient _entered;

    error NonReentrant_Reentered();

    modifier nonReentrant() {
        if (_entered) revert NonReentrant_Reentered();
        _entered = true;
        _;
        _entered = false;
    }
}
