// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {StepClaim} from "../types/DisputeTypes.sol";

/// @title Recomputes one element, block or chunk of one operator
/// @notice Stateless. Reads nothing but its arguments, decides nothing but whether bits differ.
interface IStepVerifier {
    /// @notice Whether the unit that `element` and `part` name, recomputed from the opened inputs, differs from what the entry commits; also
    /// if the recomputed or the committed value is not finite. Reverts if an opening does not fit: only a completed comparison convicts.
    /// @param claim The selected entry in the revealed list.
    /// @param element See the operator's witness.
    /// @param part See the operator's witness; zero unless the operator is a matrix. 2^32 - 1 asks for the salt of a sealed job's content instead.
    /// @param witness ABI encoding of the operator's witness struct; of `SaltWitness` for a salt.
    function isWrong(StepClaim calldata claim, uint32 element, uint32 part, bytes calldata witness)
        external
        view
        returns (bool);
}
