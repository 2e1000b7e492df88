// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeContext, EntryOpening, LeafProof, TokenOpening, TraceOpening} from "../types/DisputeTypes.sol";
import {DisputeTerms, RowPeaks} from "../types/GameTypes.sol";
import {JobRequest, QueryReceipt, ShardReceipt} from "../types/Messages.sol";
import {BatchHeader} from "../types/Types.sol";
import {IDisputeModule} from "./IDisputeModule.sol";
import {IDisputes} from "./IDisputes.sol";
import {IListRules} from "./IListRules.sol";
import {IOpeningRules} from "./IOpeningRules.sol";
import {IStepVerifier} from "./IStepVerifier.sol";

/// @title Disputes about one computation: open, reveal, select, answer, prove
/// @notice See docs/protocol.md, section 13. A dispute is about one position of one shard of one leaf. All disputes at a position share one
/// reveal; all about a shard of a leaf share one conviction. Moves are too late at the first second that is not before their deadline, and
/// who owes the move that is late has lost. Whoever is wrong about the contents simply finds no call that does not revert.
///
/// Holds bonds, and of penalties the bounties and compensations that wait for their owners: balance = bondsHeld + penaltiesHeld +
/// totalPayouts.
interface IDisputeGame is IDisputeModule, IDisputes {
    /// @notice States only move forward. Moot: another conviction, or a fault of the sequencer, settled the matter. Void: the module was
    /// replaced; nobody won.
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
        /// For a sealed job that is not the caller's own: its user's EIP-712 signature of AuditGrant(jobId, caller). Otherwise empty.
        bytes auditGrant;
    }

    /// @notice The challenger's own list at the position, whose commitment it gave when it opened.
    struct OwnList {
        bytes32 salt;
        /// The tree hashes of all groups.
        bytes32[] groupRoots;
        /// Its own entry at the selected place: differs from the revealed one.
        EntryOpening selected;
        /// Its own entry before that, equal to the revealed one; ignored where the selected one is the very first of the list.
        EntryOpening before;
    }

    /// @notice A dispute as it stands now, what happened to its position and its shard included.
    struct Dispute {
        bytes32 positionKey;
        bytes32 caseKey;
        bytes32 contextHash;
        address challenger;
        address operator;
        uint128 bond;
        uint64 openedAt;
        /// End of the present move; zero once settled or moot.
        uint64 deadline;
        DisputeState state;
        /// The selected place and entry, once there is one.
        uint32 group;
        uint32 index;
        bytes32 entry;
        bytes32 commitment;
    }

    /// @notice All disputes about one shard of one leaf.
    struct Case {
        bytes32 batchHash;
        uint64 batchIndex;
        uint32 leaf;
        uint32 shard;
        uint32 slot;
        address operator;
        address user;
        uint128 fee;
        uint128 share;
        bytes32 receiptHash;
        /// Disputes that are neither settled nor moot.
        uint32 openCount;
        uint32 freezeRound;
        uint32 earningsRound;
        /// The dispute that convicted; zero before.
        uint256 convictedBy;
        /// Whose challenger gets the bounty; a take-over changes it.
        uint256 winner;
        uint128 bounty;
        uint64 bountyPayableAt;
        /// What each moot dispute gets on top of its bond.
        uint128 compensation;
        /// Whether the stake was let go after a conviction.
        bool released;
    }

    /// @notice `call` is the call data of the `open`: the context and everything that it follows from.
    event DisputeOpened(
        uint256 indexed disputeId,
        bytes32 indexed positionKey,
        address indexed operator,
        address challenger,
        uint128 bond,
        uint64 deadline,
        bytes call
    );
    /// @notice `call` is the call data of the `reveal`, so that nobody has to trace transactions to read a list.
    event GroupsRevealed(bytes32 indexed positionKey, uint32 firstGroup, bool complete, bytes call);
    event EntrySelected(uint256 indexed disputeId, uint32 group, uint32 index, bytes32 entry, uint64 deadline);
    event EntryAnswered(uint256 indexed disputeId, uint64 deadline, bytes content);
    /// @notice `taken` from the stake and the `bounty` in it, of a conviction; zero otherwise.
    event DisputeSettled(
        uint256 indexed disputeId, bytes32 indexed positionKey, DisputeState state, uint128 taken, uint128 bounty
    );
    event BoundaryProved(
        bytes32 indexed positionKey, uint256 indexed disputeId, address indexed poster, uint128 taken, uint128 bounty
    );
    event BountyTakenOver(bytes32 indexed caseKey, uint256 from, uint256 to);
    event StakeReleased(bytes32 indexed caseKey, uint32 slot);
    event BountyPaid(bytes32 indexed caseKey, uint256 indexed disputeId, address to, uint128 amount);
    event DefenderSet(address indexed operator, address indexed defender, bool allowed);

    error Game_NotAContract(address value);
    error Game_AlreadyOpened(bytes32 positionKey, address challenger, uint256 disputeId);
    error Game_CaseClosed(bytes32 caseKey, uint256 convictedBy);
    error Game_BoundaryWasWrong(bytes32 positionKey);
    error Game_NotDefender(address caller, address operator);
    error Game_NotChallenger(address caller, address challenger);
    error Game_WrongContext(bytes32 given, bytes32 opened);
    error Game_WrongState(uint256 disputeId, DisputeState state);
    error Game_TooLate(uint64 deadline, uint64 nowAt);
    error Game_TooEarly(uint64 deadline, uint64 nowAt);
    error Game_AlreadyRevealed(bytes32 positionKey);
    error Game_WrongGroup(uint32 given, uint256 expected);
    error Game_OtherOpening(bytes32 given, bytes32 opened);
    error Game_NotWrong(uint32 group, uint32 index, uint32 element, uint32 part);
    error Game_NotInForce();
    error Game_NotLater(uint256 disputeId, uint256 winner);
    error Game_OtherPosition(bytes32 given, bytes32 expected);
    error Game_NothingToPay(uint256 disputeId);
    error Game_NotConvicted(bytes32 caseKey);
    error Game_BatchOpen(uint64 batchIndex);
    error Game_NotThePayer(address sender);

    /// @notice Opens a dispute about shard `context.shard` of leaf `leaf.index` at `context.position` with exactly `bondFor(operator)`.
    /// One for each challenger and position, while the batch is open and in its window.
    /// @param commitment keccak256(abi.encode(challenger, salt, keccak256(abi.encodePacked(groupRoots)))) of the challenger's own list.
    function open(
        BatchHeader calldata header,
        LeafProof calldata leaf,
        OpenItems calldata items,
        DisputeContext calldata context,
        bytes32 commitment
    ) external payable returns (uint256 disputeId);

    /// @notice Reveals whole groups of the operator list, in order, in as many transactions as needed. Only the operator or its defenders,
    /// before the earliest deadline at this position. What does not fit reverts and changes nothing; what was accepted is final.
    /// @param opening Of leaf(p); the same in every transaction, but the path is needed in the first one only.
    /// @param groups The entries of groups firstGroup, firstGroup + 1, ...
    /// @param tokens The page of tokensRoot that holds token(p + 1), with the head group; otherwise empty.
    /// @param pick Content of the pick entry, with the head group; otherwise empty.
    function reveal(
        DisputeContext calldata context,
        TraceOpening calldata opening,
        uint32 firstGroup,
        bytes32[][] calldata groups,
        TokenOpening[] calldata tokens,
        bytes calldata pick
    ) external;

    /// @notice Names the first entry in which the revealed list leaves the challenger's. Only the challenger.
    /// @param revealedBefore The entry before it in the list (the last of the group before, for a group's first one); ignored for the very
    /// first entry. It must be equal in both lists: the proof of having computed before the reveal.
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
    function answer(uint256 disputeId, DisputeContext calldata context, bytes calldata content) external;

    /// @notice Convicts the operator if `StepVerifier` finds the named unit of the answered entry wrong. Only the challenger.
    function prove(
        uint256 disputeId,
        DisputeContext calldata context,
        uint32 element,
        uint32 part,
        bytes calldata witness
    ) external;

    /// @notice Settles a dispute whose mover let the deadline pass, or that is moot, or whose module was replaced. Anyone. Of a bond that the
    /// challenger's silence lost, half is the operator's and half is burnt.
    function timeout(uint256 disputeId) external;

    /// @notice Shows that the vector which left the shard above is not the one that entered this shard: the poster put them together.
    /// Convicts the poster, once for each leaf, and makes every dispute at this position moot; where the poster's stake cannot refund the fee,
    /// the batch is rolled back. Anyone; the bounty is the challenger's who
    /// opened first.
    /// @param receipt The leaf.
    /// @param upper The receipt of the shard above with its signature, as the leaf holds it.
    function proveBoundary(
        uint256 disputeId,
        DisputeContext calldata context,
        TraceOpening calldata lowerOpening,
        QueryReceipt calldata receipt,
        ShardReceipt calldata upper,
        bytes calldata upperSignature,
        TraceOpening calldata upperOpening
    ) external;

    /// @notice Moves a bounty that is not yet payable to an earlier dispute at the same position which a conviction by proof, or by silence
    /// at an answer, made moot, with the openings of `select` at the place of the present winner. Only the earlier challenger.
    function takeOver(
        uint256 disputeId,
        DisputeContext calldata context,
        EntryOpening calldata revealed,
        EntryOpening calldata revealedBefore,
        OwnList calldata own
    ) external;

    /// @notice Makes the bounty of the winning dispute a payout, once it can no longer be taken over. Anyone.
    function payBounty(uint256 disputeId) external;

    /// @notice Takes back the freeze of a convicted slot's stake once its batch is settled. Anyone.
    function release(bytes32 caseKey) external;

    /// @notice Lets an account reveal for the caller's slots, or no longer.
    function setDefender(address defender, bool allowed) external;

    function terms() external view returns (DisputeTerms memory);
    function openingRules() external view returns (IOpeningRules);
    function listRules() external view returns (IListRules);
    function stepVerifier() external view returns (IStepVerifier);
    /// @notice What a dispute against this operator costs now.
    function bondFor(address operator) external view returns (uint128);
    /// @notice Bounties and compensations that wait for their owners.
    function penaltiesHeld() external view returns (uint128);
    /// @notice How many disputes were ever opened; ids count from 1.
    function disputeCount() external view returns (uint256);
    function dispute(uint256 disputeId) external view returns (Dispute memory);
    function caseOf(bytes32 caseKey) external view returns (Case memory);
    /// @notice Disputes at a position that were opened by `challenger`; zero if none was.
    function disputeOf(bytes32 positionKey, address challenger) external view returns (uint256);
    /// @notice How many disputes against an operator are open; moot ones do not count.
    function openCountOf(address operator) external view returns (uint256);
    /// @notice How many disputes against an operator are not settled, moot ones included: what `openOf` pages through.
    function unsettledCountOf(address operator) external view returns (uint256);
    /// @notice Ids of such disputes, `count` from position `start` on (fewer at the end), in no order.
    function openOf(address operator, uint256 start, uint256 count) external view returns (uint256[] memory ids);
    function isDefender(address operator, address defender) external view returns (bool);
    /// @notice keccak256(abi.encode(batchHash, leaf, shard, position)).
    function positionKey(bytes32 batchHash, uint32 leaf, uint32 shard, uint32 position) external pure returns (bytes32);
    /// @notice keccak256(abi.encode(batchHash, leaf, shard)).
    function caseKey(bytes32 batchHash, uint32 leaf, uint32 shard) external pure returns (bytes32);
    /// @notice The revealed groups' tree hashes so far, whether the reveal is complete, and the first second at which it is too late.
    function revealOf(bytes32 positionKey)
        external
        view
        returns (bytes32[] memory groupRoots, bool complete, uint64 deadline);
    /// @notice The rows under kvRoot of the groups revealed so far; dropped when the reveal is complete.
    function rowsOf(bytes32 positionKey) external view returns (RowPeaks memory);
}
