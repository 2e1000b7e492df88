// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeContext, EntryOpening, LeafProof, TokenOpening, TraceOpening} from "../types/DisputeTypes.sol";
import {JobRequest, ShardReceipt} from "../types/Messages.sol";
import {BatchHeader} from "../types/Types.sol";

/// @title Disputes about one computation: open, reveal, select, answer, prove
/// @notice See docs/protocol.md, section 12.
interface IDisputeGame {
    /// @notice States only move forward. Moot: another dispute or a fault of the sequencer settled the matter.
    enum DisputeState {
        None,
        Opened,
        Revealed,
        Selected,
        Answered,
        ChallengerWon,
        DefenderWon,
        Moot,
        Void
    }

    /// @notice Signed parts of a leaf as its data items hold them.
    struct OpenItems {
        JobRequest request;
        bytes requestSignature;
        ShardReceipt receipt;
        bytes receiptSignature;
    }

    /// @notice The challenger's own list at the position, whose commitment it gave when it opened.
    struct OwnList {
        bytes32 salt;
        /// The tree hashes of all groups.
        bytes32[] groupRoots;
        /// Its own entry at the selected place: differs from the revealed one.
        EntryOpening selected;
        /// Its own entry before that, equal to the revealed one; empty where the selected one is the first that was computed.
        EntryOpening before;
    }

    struct Dispute {
        bytes32 contextHash;
        bytes32 positionKey;
        address challenger;
        address operator;
        uint128 bond;
        uint64 openedAt;
        uint64 deadline;
        DisputeState state;
        uint32 group;
        uint32 index;
        bytes32 commitment;
    }

    event DisputeOpened(
        uint256 indexed disputeId,
        bytes32 indexed positionKey,
        address indexed operator,
        address challenger,
        uint64 deadline,
        DisputeContext context
    );
    event GroupsRevealed(bytes32 indexed positionKey, uint32 firstGroup, uint32 groups, bool complete);
    event EntrySelected(uint256 indexed disputeId, uint32 group, uint32 index, uint64 deadline);
    event EntryAnswered(uint256 indexed disputeId, uint64 deadline);
    event DisputeSettled(
        uint256 indexed disputeId, bytes32 indexed positionKey, DisputeState state, uint128 taken, uint128 bounty
    );

    /// @notice Opens a dispute about shard `context.shard` of leaf `leaf.index` at `context.position` with exactly `bondFor(operator)`.
    /// @param commitment keccak256(abi.encode(challenger, salt, keccak256(abi.encodePacked(groupRoots)))) of the challenger's own list.
    function open(
        BatchHeader calldata header,
        LeafProof calldata leaf,
        OpenItems calldata items,
        DisputeContext calldata context,
        bytes32 commitment
    ) external payable returns (uint256 disputeId);

    /// @notice Reveals whole groups of the operator list, in order, in as many transactions as needed. Only the operator or its defenders.
    /// The first transaction opens leaf(p); the last one completes the checks against it.
    /// @param groups The entries of groups firstGroup, firstGroup + 1, ...
    /// @param tokens The page of tokensRoot that holds token(p + 1), where the list ends with a pick; otherwise empty.
    /// @param pick Content of the pick entry (docs/protocol.md); empty without one.
    function reveal(
        DisputeContext calldata context,
        TraceOpening calldata opening,
        uint32 firstGroup,
        bytes32[][] calldata groups,
        TokenOpening[] calldata tokens,
        bytes calldata pick
    ) external;

    /// @notice Names the first entry in which the revealed list leaves the challenger's.
    function select(
        uint256 disputeId,
        DisputeContext calldata context,
        uint32 group,
        uint32 index,
        EntryOpening calldata revealed,
        EntryOpening calldata revealedBefore,
        OwnList calldata own
    ) external;

    /// @notice Publishes the content behind the selected entry. Anyone may: it is bound by hash.
    function answer(
        uint256 disputeId,
        DisputeContext calldata context,
        bytes32 entry,
        bytes32[] calldata path,
        bytes calldata content
    ) external;

    /// @notice Convicts the operator if `StepVerifier` finds the named unit wrong.
    function prove(
        uint256 disputeId,
        DisputeContext calldata context,
        bytes32[] calldata groupRoots,
        EntryOpening calldata selected,
        uint32 element,
        uint32 part,
        bytes calldata witness
    ) external;

    /// @notice Settles a dispute whose mover let the deadline pass.
    function timeout(uint256 disputeId, DisputeContext calldata context, LeafProof calldata leaf) external;

    /// @notice Lets an account reveal for the caller's slots.
    function setDefender(address defender, bool allowed) external;

    function bondFor(address operator) external view returns (uint128);
    function dispute(uint256 disputeId) external view returns (Dispute memory);
    function disputeCount() external view returns (uint256);
    /// @notice Open disputes against an operator.
    function openOf(address operator, uint256 start, uint256 count) external view returns (uint256[] memory ids);
    function openCountOf(address operator) external view returns (uint256);
    function isDefender(address operator, address defender) external view returns (bool);
    /// @notice keccak256(abi.encode(batchHash, leaf, shard, position)).
    function positionKey(bytes32 batchHash, uint32 leaf, uint32 shard, uint32 position) external pure returns (bytes32);
    /// @notice The revealed groups' tree hashes so far and whether the reveal is complete.
    function revealOf(bytes32 key) external view returns (bytes32[] memory groupRoots, bool complete);
}
