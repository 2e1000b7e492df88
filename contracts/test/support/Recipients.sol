// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Refuses every payment.
contract Rejecting {
    error Refused();

    receive() external payable {
        revert Refused();
    }
}

/// @notice Calls back into the payer while it is paid, and passes the failure on.
contract Reentrant {
    address private immutable _target;
    bytes private _call;

    constructor(address target) {
        _target = target;
    }

    function arm(bytes calldata data) external {
        _call = data;
    }

    receive() external payable {
        if (_call.length == 0) return;
        (bool done, bytes memory why) = _target.call(_call);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(why, 32), mload(why))
            }
        }
    }
}
