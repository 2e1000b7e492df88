// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStepVerifier} from "../interfaces/IStepVerifier.sol";
import {OperatorLayout} from "../libraries/OperatorLayout.sol";
import {Operator, StepClaim} from "../types/DisputeTypes.sol";

/// @title The step verifier: passes each claim on to the part that knows its operator
/// @notice The parts are fixed at construction. What reverts in a part reverts here with the same data; also want of gas.
contract StepVerifier is IStepVerifier {
    /// @notice The parts, by the operators that they judge.
    struct Parts {
        IStepVerifier matrix;
        IStepVerifier vector;
        IStepVerifier norm;
        IStepVerifier gate;
        IStepVerifier attention;
        IStepVerifier pick;
    }

    uint256 private constant LLAMA = 1;

    IStepVerifier private immutable _matrix;
    IStepVerifier private immutable _vector;
    IStepVerifier private immutable _norm;
    IStepVerifier private immutable _gate;
    IStepVerifier private immutable _attention;
    IStepVerifier private immutable _pick;

    error StepVerifier_NoCode(address part);
    error StepVerifier_UnknownArchitecture(uint256 architecture);
    error StepVerifier_NotDisputable(Operator op);

    constructor(Parts memory parts_) {
        _matrix = _withCode(parts_.matrix);
        _vector = _withCode(parts_.vector);
        _norm = _withCode(parts_.norm);
        _gate = _withCode(parts_.gate);
        _attention = _withCode(parts_.attention);
        _pick = _withCode(parts_.pick);
    }

    /// @inheritdoc IStepVerifier
    function isWrong(StepClaim calldata claim, uint32, uint32, bytes calldata) external view returns (bool) {
        uint256 architecture = claim.context.config.architecture;
        if (architecture != LLAMA) revert StepVerifier_UnknownArchitecture(architecture);
        (Operator op,) = OperatorLayout.locate(claim.context, claim.group, claim.index);
        _forward(partOf(op));
    }

    /// @notice The part that judges an operator.
    function partOf(Operator op) public view returns (IStepVerifier) {
        // Given to the host, not computed by it.
        if (op == Operator.None || op == Operator.Input) revert StepVerifier_NotDisputable(op);
        if (op == Operator.AttentionHead) return _attention;
        if (op == Operator.Pick) return _pick;
        if (op == Operator.QuantizedHeads || op == Operator.QuantizedGated) return _gate;
        OperatorLayout.Content kind = OperatorLayout.contentOf(op);
        if (kind == OperatorLayout.Content.Matrix) return _matrix;
        if (kind == OperatorLayout.Content.Norm || kind == OperatorLayout.Content.Quantized) return _norm;
        return _vector;
    }

    /// @dev Calls the part with this call's very calldata and ends with its answer: no decoding, no copy of the witness in memory twice.
    function _forward(IStepVerifier part) private view {
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := staticcall(gas(), part, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(ok) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }

    function _withCode(IStepVerifier part) private view returns (IStepVerifier) {
        if (address(part).code.length == 0) revert StepVerifier_NoCode(address(part));
        return part;
    }
}
