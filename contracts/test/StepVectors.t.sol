// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Operator, StepClaim} from "../src/types/DisputeTypes.sol";

import {Le} from "./support/Le.sol";
import {StepWorld} from "./support/StepWorld.sol";
import {vm} from "./support/Vm.sol";

/// @notice Steps that the C# judge decided, on real models' numbers: this judge decides them alike, and refuses every damaged opening.
contract StepVectorsTest is StepWorld {
    struct StepVector {
        bytes claim;
        uint256[] damage;
        uint256 element;
        string name;
        uint256 part;
        bytes witness;
        bool wrong;
    }

    error NotSeen(Operator op);

    string private constant TYPE =
        "StepVector(bytes claim,uint256[] damage,uint256 element,string name,uint256 part,bytes witness,bool wrong)";

    function test_isWrong_vectorsSmall_asInCSharp() public view {
        _judge("Small");
    }

    function test_isWrong_vectorsSmallSealed_asInCSharp() public view {
        _judge("SmallSealed");
    }

    function test_isWrong_vectorsLong_asInCSharp() public view {
        _judge("Long");
    }

    function test_isWrong_vectorsLongSealed_asInCSharp() public view {
        _judge("LongSealed");
    }

    function test_isWrong_vectorsOdd_asInCSharp() public view {
        _judge("Odd");
    }

    function test_isWrong_vectorsTwoPages_asInCSharp() public view {
        _judge("TwoPages");
    }

    function test_isWrong_vectorsTwoSegmentsSealed_asInCSharp() public view {
        _judge("TwoSegmentsSealed");
    }

    function test_isWrong_vectorsEdges_asInCSharp() public view {
        _judge("Edges");
    }

    function test_isWrong_vectorsSalts_asInCSharp() public view {
        _judge("Salts");
    }

    /// @dev The vectors are worth something: change one constant in a part's code, and some verdict changes.
    function test_vectors_plantedFaults_areSeen() public {
        _plant(Operator.Query, hex"62080000", hex"62080001");
        _plant(Operator.AttentionNorm, hex"633f800000", hex"633f800001");
        _plant(Operator.QuantizedGated, hex"6342fe0000", hex"6342fd0000");
        _plant(Operator.AttentionHead, hex"6339506967", hex"633a506967");
        _plant(Operator.RotatedQuery, hex"6338800000", hex"6348800000");
        _plant(Operator.Pick, hex"63d2511f53", hex"63d2511f51");
    }

    function _plant(Operator op, bytes memory right, bytes memory wrong) private {
        address part = address(verifier.partOf(op));
        bytes memory code = part.code;
        bytes memory changed = part.code;
        uint256 found = 0;
        for (uint256 i = 0; i + right.length <= code.length; i++) {
            if (keccak256(Le.slice(code, i, right.length)) != keccak256(right)) continue;
            found++;
            for (uint256 j = 0; j < right.length; j++) {
                changed[i + j] = wrong[j];
            }
        }
        assertTrue(found > 0, "constant in the code");
        vm.etch(part, changed);
        // The picks of "Small" are greedy.
        StepVector[] memory vectors = _read(op == Operator.Pick ? "Odd" : "Small");
        uint256 changes = 0;
        for (uint256 i = 0; i < vectors.length; i++) {
            StepClaim memory claim = abi.decode(vectors[i].claim, (StepClaim));
            try verifier.isWrong(
                claim, uint32(vectors[i].element), uint32(vectors[i].part), vectors[i].witness
            ) returns (
                bool verdict
            ) {
                if (verdict != vectors[i].wrong) changes++;
            } catch {
                changes++;
            }
        }
        vm.etch(part, code);
        if (changes == 0) revert NotSeen(op);
    }

    function _read(string memory file) private view returns (StepVector[] memory vectors) {
        string memory json = vm.readFile(string.concat("test/vectors/steps/", file, ".json"));
        vectors = abi.decode(vm.parseJsonTypeArray(json, ".cases", TYPE), (StepVector[]));
        assertEq(vectors.length, vm.parseJsonUint(json, ".count"), "cases");
    }

    function _judge(string memory file) private view {
        StepVector[] memory vectors = _read(file);
        for (uint256 i = 0; i < vectors.length; i++) {
            this.judge(vectors[i]);
        }
    }

    /// @notice One case. External, so that its memory goes with the call.
    function judge(StepVector calldata v) external view {
        StepClaim memory claim = abi.decode(v.claim, (StepClaim));
        (uint32 element, uint32 part) = (uint32(v.element), uint32(v.part));
        bytes memory witness = v.witness;
        assertTrue(verifier.isWrong(claim, element, part, witness) == v.wrong, v.name);
        if (!v.wrong) _tryNeighbours(claim, element, part, witness, v.name);
        for (uint256 d = 0; d < v.damage.length; d++) {
            uint256 place = v.damage[d];
            witness[place] ^= 0x01;
            try verifier.isWrong(claim, element, part, witness) returns (bool) {
                assertTrue(false, string.concat(v.name, ": damage not refused"));
            } catch {}
            witness[place] ^= 0x01;
        }
    }

    /// @dev The list is honest throughout: the same openings convict at no other place either.
    function _tryNeighbours(
        StepClaim memory claim,
        uint32 element,
        uint32 part,
        bytes memory witness,
        string memory name
    ) private view {
        for (uint256 bit = 0; bit < 13; bit += 4) {
            _tryPlace(claim, element ^ uint32(1 << bit), part, witness, name);
        }
        _tryPlace(claim, element + 1, part, witness, name);
        _tryPlace(claim, element, part ^ 2, witness, name);
        _tryPlace(claim, element, part ^ 1, witness, name);
    }

    function _tryPlace(StepClaim memory claim, uint32 element, uint32 part, bytes memory witness, string memory name)
        private
        view
    {
        try verifier.isWrong(claim, element, part, witness) returns (bool wrong) {
            assertFalse(wrong, string.concat(name, ": convicted at another place"));
        } catch {}
    }
}
