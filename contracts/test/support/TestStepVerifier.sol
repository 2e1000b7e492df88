// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStepVerifier} from "../../src/interfaces/IStepVerifier.sol";
import {StepClaim} from "../../src/types/DisputeTypes.sol";

/// @notice Finds wrong the entries that it was told are wrong, if the witness opens; real arithmetic has tests of its own.
contract TestStepVerifier is IStepVerifier {
    mapping(bytes32 => bool) public wrong;

    error DoesNotOpen();

    function set(bytes32 entry) external {
        wrong[entry] = true;
    }

    function isWrong(StepClaim calldata claim, uint32, uint32, bytes calldata witness)
        external
        view
        override
        returns (bool)
    {
        if (keccak256(witness) != keccak256("witness")) revert DoesNotOpen();
        return wrong[claim.entry];
    }
}
