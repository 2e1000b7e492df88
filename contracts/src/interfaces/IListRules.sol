// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeContext, EntryOpening, TokenOpening, TraceOpening} from "../types/DisputeTypes.sol";
import {Revealed} from "../types/GameTypes.sol";
import {IDisputeGame} from "./IDisputeGame.sol";

/// @title What the operator lists of a dispute must satisfy when they are revealed, compared and opened
/// @notice Reads the game that asks and keeps nothing. The functions take the arguments of the game's, which passes its call data on, and
/// revert with the first rule that is broken.
interface IListRules {
    error List_WrongGroupCount(uint256 group, uint256 groups);
    error List_WrongGroupSize(uint256 group, uint256 entries, uint256 expected);
    error List_NotInTheTrace(uint32 position, bytes32 traceRoot);
    error List_WrongInput(bytes32 folded, bytes32 hInRoot);
    error List_WrongOutput(bytes32 folded, bytes32 hOutRoot);
    error List_WrongRows(bytes32 rows, bytes32 kvRoot);
    error List_WrongTokens(bytes32 hashed, bytes32 tokensRoot);
    error List_NoTokens(uint256 pages);
    error List_WrongPick(bytes32 hashed, bytes32 entry);
    error List_PickOutside(uint256 segment, uint32 id);
    error List_NotFinite(uint256 segment, uint32 bits);
    error List_WrongToken(uint32 picked, uint32 token);
    error List_OtherEntry(bytes32 given, bytes32 selected);
    error List_Input();
    error List_NotInTheList(uint256 group, uint256 index);
    error List_SameEntry(bytes32 entry);
    error List_OtherEntryBefore(bytes32 revealed, bytes32 own);
    error List_WrongCommitment(bytes32 hashed, bytes32 committed);
    error List_WrongLength(uint256 length, uint256 expected);
    error List_WrongContent(bytes32 hashed, bytes32 entry);

    /// @notice What `IDisputeGame.reveal` demands of the groups; the trace opening is checked with group 0.
    function checkReveal(
        DisputeContext calldata context,
        TraceOpening calldata opening,
        uint32 firstGroup,
        bytes32[][] calldata groups,
        TokenOpening[] calldata tokens,
        bytes calldata pick
    ) external view returns (Revealed memory);

    /// @notice What `IDisputeGame.select` demands of the two lists.
    function checkSelect(
        uint256 disputeId,
        DisputeContext calldata context,
        uint32 group,
        uint32 index,
        EntryOpening calldata revealed,
        EntryOpening calldata revealedBefore,
        IDisputeGame.OwnList calldata own
    ) external view;

    /// @notice What `IDisputeGame.takeOver` demands of the two lists, at the place that the present winner of the case selected.
    function checkTakeOver(
        uint256 disputeId,
        DisputeContext calldata context,
        EntryOpening calldata revealed,
        EntryOpening calldata revealedBefore,
        IDisputeGame.OwnList calldata own
    ) external view;

    /// @notice What `IDisputeGame.answer` demands: the content has the length that the layout says and hashes to the selected entry.
    function checkAnswer(uint256 disputeId, DisputeContext calldata context, bytes calldata content) external view;

    /// @notice Whether the game's step verifier finds the named unit of the selected entry wrong.
    function judge(
        uint256 disputeId,
        DisputeContext calldata context,
        uint32 element,
        uint32 part,
        bytes calldata witness
    ) external view returns (bool);
}
