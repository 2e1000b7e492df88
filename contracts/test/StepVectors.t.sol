// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {StepClaim} from "../src/types/DisputeTypes.sol";

import {StepWorld} from "./support/StepWorld.sol";
import {vm} from "./support/Vm.sol";

/// @notice Steps that the C# judge decided, on real models' numbers: this judge decides them alike, and refuses every damaged opening.
contract StepVectorsTest is StepWorld {
    struct Vector {
        bytes claim;
        uint256[] damage;
        uint256 element;
        string name;
        uint256 part;
        bytes witness;
        bool wrong;
    }

    string private constant TYPE =
        "Vector(bytes claim,uint256[] damage,uint256 element,string name,uint256 part,bytes witness,bool wrong)";

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

    function _judge(string memory file) private view {
        string memory json = vm.readFile(string.concat("test/vectors/steps/", file, ".json"));
        Vector[] memory vectors = abi.decode(vm.parseJsonTypeArray(json, ".cases", TYPE), (Vector[]));
        assertEq(vectors.length, vm.parseJsonUint(json, ".count"), "cases");
        for (uint256 i = 0; i < vectors.length; i++) {
            this.judge(vectors[i]);
        }
    }

    /// @notice One case. External, so that its memory goes with the call.
    function judge(Vector calldata v) external view {
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
    function _tryNeighbours(StepClaim memory claim, uint32 element, uint32 part, bytes memory witness, string memory name)
        private
        view
    {
        for (uint256 bit = 0; bit < 13; bit++) {
            _tryPlace(claim, element ^ uint32(1 << bit), part, witness, name);
        }
        _tryPlace(claim, element + 1, part, witness, name);
        _tryPlace(claim, element, part + 1, witness, name);
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
