// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Faults of a batch's poster that one transaction proves
/// @notice Judges say what is wrong; this takes the penalty. A call names a judge and carries the call data of one of its functions. A
/// verdict that came back whole convicts, everything else reverts as the judge did: a refusal, a lack of gas, a fault that is not there.
///
/// Each conviction takes `penalty` from the poster's stake, or what is left of it. Where somebody was charged for a leaf, the penalty grows
/// so that the whole fee is refunded from it; where the state is wrong, or the stake cannot refund, the batch and its successors are rolled back.
interface ISequencerFaults {
    event FaultProven(
        bytes32 indexed batchHash,
        uint32 indexed leaf,
        address indexed poster,
        address judge,
        bytes4 rule,
        address winner,
        uint128 taken,
        uint128 bounty,
        uint128 refund,
        bool rolledBack
    );

    error SequencerFaults_BadTerms(uint128 penalty, uint128 bounty);
    error SequencerFaults_BadJudge(address judge);
    error SequencerFaults_NoSuchJudge(uint256 judge, uint256 judges);
    error SequencerFaults_NoVerdict(address judge, uint256 length);
    error SequencerFaults_AlreadyConvicted(bytes32 batchHash, uint32 leaf);
    error SequencerFaults_NotInForce();

    /// @notice Convicts the poster if the judge finds the fault.
    /// @param judge Position in `judges`.
    /// @param proof Call data of the judge's function.
    function convict(uint256 judge, bytes calldata proof) external returns (bool rolledBack);

    function penalty() external view returns (uint128);
    function bounty() external view returns (uint128);
    function judges() external view returns (address[] memory);
    /// @notice Whether a fault of the leaf was punished.
    function isConvicted(bytes32 batchHash, uint32 leaf) external view returns (bool);
}
