// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStepVerifier} from "../src/interfaces/IStepVerifier.sol";
import {KeccakMerkle} from "../src/libraries/KeccakMerkle.sol";
import {Openings} from "../src/libraries/Openings.sol";
import {OperatorLayout} from "../src/libraries/OperatorLayout.sol";
import {ShaMerkle} from "../src/libraries/ShaMerkle.sol";
import {WeightLayout} from "../src/libraries/WeightLayout.sol";
import {Witness} from "../src/libraries/Witness.sol";
import {AttentionStep} from "../src/steps/AttentionStep.sol";
import {GateStep} from "../src/steps/GateStep.sol";
import {MatrixStep} from "../src/steps/MatrixStep.sol";
import {NormStep} from "../src/steps/NormStep.sol";
import {PickStep} from "../src/steps/PickStep.sol";
import {Step as StepPart} from "../src/steps/Step.sol";
import {StepVerifier} from "../src/steps/StepVerifier.sol";
import {VectorStep} from "../src/steps/VectorStep.sol";
import {
    EmbeddingWitness,
    FlatOpening,
    HeadRowOpening,
    KeyRowWitness,
    MatrixWitness,
    NormWitness,
    Operator,
    OutputsWitness,
    PageOpening,
    PickWitness,
    QuantizedGatedWitness,
    QuantizedHeadsWitness,
    QuantizedNormWitness,
    ResidualWitness,
    RotationWitness,
    ScoresWitness,
    SumsWitness,
    ValueRowWitness
} from "../src/types/DisputeTypes.sol";
import {ModelConfig} from "../src/types/Types.sol";

import {Shapes} from "./support/Shapes.sol";
import {StepBuilder} from "./support/StepBuilder.sol";
import {vm} from "./support/Vm.sol";

/// @notice What does not fit is refused by name, and nothing but a completed comparison of an honest list ever says "wrong".
contract StepOpeningsTest is StepBuilder {
    bytes4 private constant WRONG_ROOT = Openings.Openings_WrongRoot.selector;
    bytes4 private constant WRONG_ENTRY = Openings.Openings_WrongEntry.selector;
    bytes4 private constant WRONG_LENGTH = Openings.Openings_WrongLength.selector;
    bytes4 private constant NOT_EMPTY = Openings.Openings_NotEmpty.selector;
    bytes4 private constant BAD_PATH = ShaMerkle.ShaMerkle_BadPathLength.selector;
    bytes4 private constant BAD_LIST_PATH = KeccakMerkle.KeccakMerkle_BadPathLength.selector;
    bytes4 private constant OUTSIDE = StepPart.Step_OutsideUnit.selector;
    bytes4 private constant NO_PART = StepPart.Step_NoSuchPart.selector;

    /// @dev One case of every kind, of a model in which nothing is even.
    function _cases() private pure returns (Case[] memory cases) {
        cases = new Case[](22);
        cases[0] = Case(Operator.Embedding, 0, 70, 0, 0);
        cases[1] = Case(Operator.AttentionNorm, 0, 1, 0, 5);
        cases[2] = Case(Operator.AttentionNorm, 0, 2, 0, 0);
        cases[3] = Case(Operator.QuantizedAttentionInput, 0, 40, 0, 2);
        cases[4] = Case(Operator.Query, 0, 600, 0, 0);
        cases[5] = Case(Operator.Key, 0, 335, 0, 0);
        cases[6] = Case(Operator.RotatedQuery, 0, 49, 0, 0);
        cases[7] = Case(Operator.RotatedQuery, 0, 90, 0, 0);
        cases[8] = Case(Operator.KeyRow, 6, 20, 0, 0);
        cases[9] = Case(Operator.ValueRow, 6, 47, 0, 0);
        cases[10] = Case(Operator.AttentionHead, 11, 0, 0, 4);
        cases[11] = Case(Operator.AttentionHead, 5, 1, 0, 2);
        cases[12] = Case(Operator.AttentionHead, 3, 1, 1, 4);
        cases[13] = Case(Operator.AttentionHead, 3, 1, 2, 4);
        cases[14] = Case(Operator.QuantizedHeads, 0, 1, 0, 4);
        cases[15] = Case(Operator.AttentionOutput, 0, 1299, 0, 0);
        cases[16] = Case(Operator.AttentionResidual, 0, 1299, 0, 0);
        cases[17] = Case(Operator.QuantizedGated, 0, 129, 0, 32);
        cases[18] = Case(Operator.FeedForwardResidual, 0, 3, 0, 0);
        cases[19] = Case(Operator.Logits, 0, 4999, 0, 0);
        cases[20] = Case(Operator.Pick, 0, 4097, 0, 0);
        cases[21] = Case(Operator.QuantizedOutputInput, 0, 40, 0, 3);
    }

    function _make(Case memory k, bool isSealed) private returns (Step memory) {
        _newWorld(Shapes.odd(), 36, isSealed);
        return _build(k, 0);
    }

    function _refuses(Step memory step, bytes4 name) private {
        vm.expectPartialRevert(name);
        verifier.isWrong(step.claim, step.element, step.part, step.witness);
    }

    function _refusesWitness(Step memory step, bytes memory witness, bytes4 name) private {
        bytes memory kept = step.witness;
        step.witness = witness;
        _refuses(step, name);
        step.witness = kept;
    }

    function _longer(bytes memory data) private pure returns (bytes memory) {
        return bytes.concat(data, bytes1(0));
    }

    function _longer(bytes32[] memory path) private pure returns (bytes32[] memory made) {
        made = new bytes32[](path.length + 1);
        for (uint256 i = 0; i < path.length; i++) {
            made[i] = path[i];
        }
    }

    function _flip(bytes memory data) private pure {
        data[data.length - 1] ^= 0x01;
    }

    // Nothing but a comparison decides

    /// @notice Builds a case and tries one damaged form of it. External, so that its memory goes with the call.
    function tryDamaged(uint256 which, bool isSealed, uint256 offset, uint8 mask) external returns (bool) {
        Step memory step = _make(_cases()[which], isSealed);
        step.witness[offset % step.witness.length] ^= bytes1(mask);
        try verifier.isWrong(step.claim, step.element, step.part, step.witness) returns (bool wrong) {
            return wrong;
        } catch {
            return false;
        }
    }

    function testFuzz_isWrong_anyByteOfAnHonestWitnessChanged_neverConvicts(
        uint8 which,
        bool isSealed,
        uint256 offset,
        uint8 mask
    ) public {
        assertFalse(this.tryDamaged(which % 22, isSealed, offset, mask), "convicted");
    }

    /// @dev Whatever the gas: an honest unit is never wrong, a wrong one never right. Want of gas reverts.
    function testFuzz_isWrong_anyGas_decidesRightOrReverts(uint8 which, uint256 gas_, bool flipped) public {
        _newWorld(Shapes.odd(), 36, false);
        Step memory step = _build(_cases()[which % 22], flipped ? 1 : 0);
        gas_ = bound(gas_, 0, 3_000_000);
        try verifier.isWrong{gas: gas_}(step.claim, step.element, step.part, step.witness) returns (bool wrong) {
            assertTrue(wrong == flipped, "verdict");
        } catch {}
    }

    function test_isWrong_everyCase_decidesBothWays() public {
        for (uint256 i = 0; i < 22; i++) {
            for (uint256 flip = 0; flip < 2; flip++) {
                _newWorld(Shapes.odd(), 36, i % 2 == 0);
                assertTrue(_isWrong(_build(_cases()[i], flip)) == (flip == 1), "case");
            }
        }
    }

    // Places

    function test_isWrong_elementOutsideTheUnit_reverts() public {
        uint256[22] memory ends = [
            uint256(1300), 3, 3, 41, 672, 336, 672, 672, 48, 48, 6, 6, 6, 6, 21, 1300, 1300, 130, 1300, 5000, 5000, 41
        ];
        for (uint256 i = 0; i < 22; i++) {
            Step memory step = _make(_cases()[i], false);
            step.element = uint32(ends[i]);
            _refuses(step, OUTSIDE);
        }
    }

    function test_isWrong_elementOfAnotherSegment_reverts() public {
        Step memory step = _make(Case(Operator.Logits, 0, 4096, 0, 0), false);
        step.element = 4095;
        _refuses(step, OUTSIDE);
        step = _make(Case(Operator.Logits, 0, 4095, 0, 0), false);
        step.element = 4096;
        _refuses(step, OUTSIDE);
        step = _make(Case(Operator.QuantizedGated, 0, 128, 0, 0), false);
        step.element = 127;
        _refuses(step, OUTSIDE);
    }

    function test_isWrong_partBeyondThePlanes_reverts() public {
        for (uint256 i = 0; i < 22; i++) {
            Step memory step = _make(_cases()[i], false);
            step.part = 1;
            _refuses(step, NO_PART);
        }
        _newWorld(Shapes.narrow(), 36, false);
        Step memory three = _build(Case(Operator.Down, 0, 5, 2, 0), 0);
        three.part = 3;
        _refuses(three, NO_PART);
    }

    function test_isWrong_claimOutsideTheList_reverts() public {
        Step memory step = _make(_cases()[4], false);
        step.claim.index = uint32(lay.groupSize(ctx, step.claim.group));
        _refuses(step, OperatorLayout.OperatorLayout_NoSuchEntry.selector);
        step = _make(_cases()[4], false);
        step.claim.group = 5;
        _refuses(step, OperatorLayout.OperatorLayout_NoSuchGroup.selector);
    }

    function test_isWrong_inputOfALaterShard_reverts() public {
        Step memory step = _make(_cases()[0], false);
        step.claim.context.firstLayer = 1;
        step.claim.context.layerCount = 2;
        vm.expectRevert(abi.encodeWithSelector(StepVerifier.StepVerifier_NotDisputable.selector, Operator.Input));
        verifier.isWrong(step.claim, step.element, step.part, step.witness);
    }

    function test_isWrong_anotherArchitecture_reverts() public {
        Step memory step = _make(_cases()[0], false);
        step.claim.context.config.architecture = 2;
        vm.expectRevert(abi.encodeWithSelector(StepVerifier.StepVerifier_UnknownArchitecture.selector, 2));
        verifier.isWrong(step.claim, step.element, step.part, step.witness);
    }

    function test_isWrong_unknownPairing_reverts() public {
        Step memory step = _make(_cases()[6], false);
        step.claim.context.config.ropePairing = 2;
        _refuses(step, VectorStep.VectorStep_UnknownPairing.selector);
    }

    function test_isWrong_shortWitness_reverts() public {
        for (uint256 i = 0; i < 22; i++) {
            Step memory step = _make(_cases()[i], false);
            _refusesWitness(step, "", Witness.Witness_BadOffset.selector);
            _refusesWitness(step, new bytes(31), Witness.Witness_BadOffset.selector);
            _refusesWitness(step, abi.encode(uint256(33)), Witness.Witness_BadOffset.selector);
            _refusesWitness(step, abi.encode(type(uint256).max), Witness.Witness_BadOffset.selector);
        }
    }

    // Parts

    function test_partOf_operators_goToThePartThatJudgesThem() public {
        IStepVerifier[6] memory parts = _parts();
        for (uint256 op = uint256(Operator.Embedding); op <= uint256(Operator.Pick); op++) {
            _newWorld(Shapes.odd(), 36, false);
            Step memory step = _build(Case(Operator(op), 0, 0, 0, 0), 0);
            uint256 mine = 0;
            for (uint256 i = 0; i < 6; i++) {
                if (parts[i] == verifier.partOf(Operator(op))) {
                    mine++;
                    assertFalse(parts[i].isWrong(step.claim, step.element, step.part, step.witness), "its own");
                } else {
                    vm.expectRevert(abi.encodeWithSelector(StepPart.Step_NotMine.selector, Operator(op)));
                    parts[i].isWrong(step.claim, step.element, step.part, step.witness);
                }
            }
            assertEq(mine, 1, "parts of an operator");
        }
        vm.expectRevert(abi.encodeWithSelector(StepVerifier.StepVerifier_NotDisputable.selector, Operator.None));
        verifier.partOf(Operator.None);
        vm.expectRevert(abi.encodeWithSelector(StepVerifier.StepVerifier_NotDisputable.selector, Operator.Input));
        verifier.partOf(Operator.Input);
    }

    function _parts() private view returns (IStepVerifier[6] memory) {
        return [
            verifier.partOf(Operator.Query),
            verifier.partOf(Operator.Embedding),
            verifier.partOf(Operator.OutputNorm),
            verifier.partOf(Operator.QuantizedGated),
            verifier.partOf(Operator.AttentionHead),
            verifier.partOf(Operator.Pick)
        ];
    }

    function test_constructor_partWithoutCode_reverts() public {
        for (uint256 i = 0; i < 7; i++) {
            IStepVerifier[6] memory p = _parts();
            IStepVerifier dead = IStepVerifier(address(0xdead));
            if (i < 6) p[i] = dead;
            IStepVerifier salt = i == 6 ? dead : p[0];
            vm.expectRevert(abi.encodeWithSelector(StepVerifier.StepVerifier_NoCode.selector, address(0xdead)));
            new StepVerifier(StepVerifier.Parts(p[0], p[1], p[2], p[3], p[4], p[5], salt));
        }
    }

    // Openings of pages and entries

    function test_residual_openingsThatDoNotFit_revert() public {
        Step memory step = _make(_cases()[16], true);
        ResidualWitness memory w = abi.decode(step.witness, (ResidualWitness));
        w.output.segment.entry ^= bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), WRONG_ENTRY);
        w = abi.decode(step.witness, (ResidualWitness));
        w.output.segment.path = new bytes32[](1);
        _refusesWitness(step, abi.encode(w), NOT_EMPTY);
        w = abi.decode(step.witness, (ResidualWitness));
        _flip(w.output.pages);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (ResidualWitness));
        // The salt.
        w.output.pages[0] ^= 0x80;
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (ResidualWitness));
        w.output.pages = _longer(w.output.pages);
        _refusesWitness(step, abi.encode(w), WRONG_LENGTH);
        w = abi.decode(step.witness, (ResidualWitness));
        w.output.path[0] ^= bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (ResidualWitness));
        w.output.path = _longer(w.output.path);
        _refusesWitness(step, abi.encode(w), BAD_PATH);
        _residualInputs(step);
    }

    function _residualInputs(Step memory step) private {
        for (uint256 i = 0; i < 2; i++) {
            ResidualWitness memory w = abi.decode(step.witness, (ResidualWitness));
            PageOpening memory o = i == 0 ? w.hidden : w.branch;
            o.segment.entry ^= bytes32(uint256(1));
            _refusesWitness(step, abi.encode(w), WRONG_ROOT);
            o.segment.entry ^= bytes32(uint256(1));
            o.segment.path[0] ^= bytes32(uint256(1));
            _refusesWitness(step, abi.encode(w), WRONG_ROOT);
            o.segment.path[0] ^= bytes32(uint256(1));
            o.segment.path = _longer(o.segment.path);
            _refusesWitness(step, abi.encode(w), BAD_LIST_PATH);
            w = abi.decode(step.witness, (ResidualWitness));
            _flip(i == 0 ? w.hidden.pages : w.branch.pages);
            _refusesWitness(step, abi.encode(w), WRONG_ROOT);
            // One vector's page in the place of the other's.
            w = abi.decode(step.witness, (ResidualWitness));
            if (i == 0) w.hidden = w.branch;
            else w.branch = w.hidden;
            // Another group's tree: its path has another length, or leads elsewhere.
            step.witness = abi.encode(w);
            vm.expectRevert();
            verifier.isWrong(step.claim, step.element, step.part, step.witness);
            step = _make(_cases()[16], true);
        }
    }

    function test_embedding_openingsThatDoNotFit_revert() public {
        Step memory step = _make(_cases()[0], true);
        EmbeddingWitness memory w = abi.decode(step.witness, (EmbeddingWitness));
        _flip(w.token.page);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (EmbeddingWitness));
        w.token.page = _longer(w.token.page);
        _refusesWitness(step, abi.encode(w), WRONG_LENGTH);
        w = abi.decode(step.witness, (EmbeddingWitness));
        w.token.path = _longer(w.token.path);
        _refusesWitness(step, abi.encode(w), BAD_PATH);
        w = abi.decode(step.witness, (EmbeddingWitness));
        _flip(w.weight.page);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (EmbeddingWitness));
        w.weight.page = _longer(w.weight.page);
        _refusesWitness(step, abi.encode(w), WRONG_LENGTH);
        w = abi.decode(step.witness, (EmbeddingWitness));
        w.weight.path[3] ^= bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (EmbeddingWitness));
        w.weight.path = _longer(w.weight.path);
        _refusesWitness(step, abi.encode(w), BAD_PATH);
    }

    function test_embedding_tokenThatTheModelLacks_reverts() public {
        Step memory step = _make(_cases()[0], false);
        EmbeddingWitness memory w = abi.decode(step.witness, (EmbeddingWitness));
        w.token = _openToken(5000);
        step.claim.context.tokensRoot = ctx.tokensRoot;
        _refusesWitness(step, abi.encode(w), WeightLayout.WeightLayout_NoSuchPage.selector);
    }

    function test_embedding_positions_openEveryPageOfTokens() public {
        uint32[4] memory positions = [uint32(255), 256, 299, 511];
        ModelConfig memory config = Shapes.odd();
        config.contextLength = 600;
        for (uint256 i = 0; i < 8; i++) {
            _newWorld(config, positions[i / 2], i % 2 == 0);
            // The job ends within the same page, or right there.
            ctx.positions = positions[i / 2] + 1 + uint32(i % 2);
            assertFalse(_isWrong(_embedding(33, 0)), "honest");
        }
    }

    function test_matrix_openingsThatDoNotFit_revert() public {
        Step memory step = _make(_cases()[4], false);
        MatrixWitness memory w = abi.decode(step.witness, (MatrixWitness));
        w.previous = w.output;
        _refusesWitness(step, abi.encode(w), NOT_EMPTY);
        w = abi.decode(step.witness, (MatrixWitness));
        w.previous.segment.entry = bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), NOT_EMPTY);
        w = abi.decode(step.witness, (MatrixWitness));
        w.inputs = new FlatOpening[](0);
        _refusesWitness(step, abi.encode(w), MatrixStep.MatrixStep_WrongInputs.selector);
        w = abi.decode(step.witness, (MatrixWitness));
        (FlatOpening[] memory two, FlatOpening memory one) = (new FlatOpening[](2), w.inputs[0]);
        (two[0], two[1]) = (one, one);
        w.inputs = two;
        _refusesWitness(step, abi.encode(w), MatrixStep.MatrixStep_WrongInputs.selector);
        w = abi.decode(step.witness, (MatrixWitness));
        _flip(w.inputs[0].content);
        _refusesWitness(step, abi.encode(w), WRONG_ENTRY);
        w = abi.decode(step.witness, (MatrixWitness));
        w.inputs[0].entry.entry ^= bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (MatrixWitness));
        _flip(w.weight.page);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (MatrixWitness));
        _flip(w.output.pages);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
    }

    function test_matrix_previousAccumulator_mustBeThatOfTheSameElement() public {
        _newWorld(Shapes.narrow(), 36, false);
        Step memory step = _build(Case(Operator.Down, 0, 5, 1, 0), 0);
        MatrixWitness memory w = abi.decode(step.witness, (MatrixWitness));
        // The page of the plane that is judged.
        w.previous = w.output;
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (MatrixWitness));
        w.previous.segment.entry ^= bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), WRONG_ENTRY);
        w = abi.decode(step.witness, (MatrixWitness));
        (w.inputs[0], w.inputs[1]) = (w.inputs[1], w.inputs[0]);
        vm.expectRevert();
        verifier.isWrong(step.claim, step.element, step.part, abi.encode(w));
    }

    function test_matrix_padding_isWrongUnlessZero() public {
        for (uint256 i = 0; i < 3; i++) {
            for (uint256 part = 0; part < 2; part++) {
                uint32 element = [uint32(72), 255, 100][i];
                Step memory step = _padding(element, part, 0);
                assertFalse(_isWrong(step), "zero");
                MatrixWitness memory w = abi.decode(step.witness, (MatrixWitness));
                w.inputs = new FlatOpening[](1);
                _refusesWitness(step, abi.encode(w), MatrixStep.MatrixStep_WrongInputs.selector);
                w = abi.decode(step.witness, (MatrixWitness));
                w.previous.pages = new bytes(1);
                _refusesWitness(step, abi.encode(w), NOT_EMPTY);
                w = abi.decode(step.witness, (MatrixWitness));
                w.weight.page = new bytes(1);
                _refusesWitness(step, abi.encode(w), NOT_EMPTY);
                step.element = 256;
                _refuses(step, OUTSIDE);
                step.element = element;
                step.part = 2;
                _refuses(step, OUTSIDE);
                assertTrue(_isWrong(_padding(element, part, 0x80000000)), "-0");
            }
        }
    }

    /// @dev A claim about a place after the last of 72 rows, in a plane that is padded to 256.
    function _padding(uint32 element, uint256 part, uint256 bits) private returns (Step memory step) {
        _newWorld(Shapes.narrow(), 36, true);
        uint256 group = _groupFor(Operator.Down);
        bytes memory content = new bytes(4 * (512 + 72));
        for (uint256 i = 0; i < 4; i++) {
            content[4 * (256 * part + element) + i] = bytes1(uint8(bits >> (8 * i)));
        }
        _putSegment(group, Operator.Down, 0, content);
        MatrixWitness memory w;
        w.output = _openClaimed(group, Operator.Down, 0, part);
        return _step(group, Operator.Down, 0, element, part, abi.encode(w));
    }

    function test_matrix_paddingFromAnotherSegment_reverts() public {
        ModelConfig memory config = Shapes.narrow();
        // Two segments of 1,280 in three planes.
        config.embeddingLength = 1300;
        _newWorld(config, 36, false);
        Step memory step = _build(Case(Operator.Down, 0, 5, 0, 0), 0);
        step.element = 1300;
        _refuses(step, OUTSIDE);
    }

    // Norms and blocks

    function test_norm_openingsThatDoNotFit_revert() public {
        Step memory step = _make(_cases()[1], true);
        NormWitness memory w = abi.decode(step.witness, (NormWitness));
        _flip(w.output);
        _refusesWitness(step, abi.encode(w), WRONG_ENTRY);
        w = abi.decode(step.witness, (NormWitness));
        w.output = _longer(w.output);
        _refusesWitness(step, abi.encode(w), WRONG_ENTRY);
        w = abi.decode(step.witness, (NormWitness));
        _flip(w.input.pages);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (NormWitness));
        w.input.pages = _longer(w.input.pages);
        _refusesWitness(step, abi.encode(w), WRONG_LENGTH);
        w = abi.decode(step.witness, (NormWitness));
        w.input.path = _longer(w.input.path);
        _refusesWitness(step, abi.encode(w), BAD_PATH);
        // r needs no input.
        step = _make(_cases()[2], true);
        NormWitness memory r = abi.decode(step.witness, (NormWitness));
        r.input = w.input;
        _refusesWitness(step, abi.encode(r), NOT_EMPTY);
    }

    function test_norm_contentOfTheWrongLength_reverts() public {
        _newWorld(Shapes.odd(), 36, false);
        uint256 group = _groupFor(Operator.AttentionNorm);
        bytes memory content = _floats(1 + 16 * 3);
        _putEntry(group, Operator.AttentionNorm, 0, keccak256(abi.encodePacked("TT/norm1", content)));
        NormWitness memory w;
        w.output = content;
        _refuses(_step(group, Operator.AttentionNorm, 0, 2, 0, abi.encode(w)), WRONG_LENGTH);
    }

    function test_quantizedNorm_openingsThatDoNotFit_revert() public {
        Step memory step = _make(_cases()[3], true);
        QuantizedNormWitness memory w = abi.decode(step.witness, (QuantizedNormWitness));
        _flip(w.output);
        _refusesWitness(step, abi.encode(w), WRONG_ENTRY);
        w = abi.decode(step.witness, (QuantizedNormWitness));
        _flip(w.norm.content);
        _refusesWitness(step, abi.encode(w), WRONG_ENTRY);
        w = abi.decode(step.witness, (QuantizedNormWitness));
        w.norm.entry.path = _longer(w.norm.entry.path);
        _refusesWitness(step, abi.encode(w), BAD_LIST_PATH);
        w = abi.decode(step.witness, (QuantizedNormWitness));
        _flip(w.input.pages);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (QuantizedNormWitness));
        _flip(w.weight.page);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
    }

    function test_quantizedGated_openingsThatDoNotFit_revert() public {
        Step memory step = _make(_cases()[17], true);
        QuantizedGatedWitness memory w = abi.decode(step.witness, (QuantizedGatedWitness));
        (w.gate, w.up) = (w.up, w.gate);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (QuantizedGatedWitness));
        _flip(w.gate.pages);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (QuantizedGatedWitness));
        _flip(w.up.pages);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (QuantizedGatedWitness));
        _flip(w.output);
        _refusesWitness(step, abi.encode(w), WRONG_ENTRY);
    }

    function test_quantizedHeads_openingsThatDoNotFit_revert() public {
        // Block 1 lies on heads 0 and 1.
        Step memory step = _make(_cases()[14], true);
        QuantizedHeadsWitness memory w = abi.decode(step.witness, (QuantizedHeadsWitness));
        assertEq(w.heads.length, 2, "heads of the block");
        (w.heads[0], w.heads[1]) = (w.heads[1], w.heads[0]);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (QuantizedHeadsWitness));
        HeadRowOpening[] memory one = new HeadRowOpening[](1);
        one[0] = w.heads[0];
        w.heads = one;
        _refusesWitness(step, abi.encode(w), GateStep.GateStep_WrongHeads.selector);
        w = abi.decode(step.witness, (QuantizedHeadsWitness));
        w.heads[1].salt[3] ^= 0x01;
        _refusesWitness(step, abi.encode(w), WRONG_ENTRY);
        w = abi.decode(step.witness, (QuantizedHeadsWitness));
        w.heads[1].salt = "";
        _refusesWitness(step, abi.encode(w), WRONG_LENGTH);
        w = abi.decode(step.witness, (QuantizedHeadsWitness));
        w.heads[1].chunkRoot ^= bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), WRONG_ENTRY);
        w = abi.decode(step.witness, (QuantizedHeadsWitness));
        _flip(w.heads[1].row.content);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (QuantizedHeadsWitness));
        w.heads[1].row.path = _longer(w.heads[1].row.path);
        _refusesWitness(step, abi.encode(w), BAD_LIST_PATH);
        w = abi.decode(step.witness, (QuantizedHeadsWitness));
        w.heads[1].entry.entry ^= bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
    }

    // Rotations and rows

    function test_rotation_openingsThatDoNotFit_revert() public {
        Step memory step = _make(_cases()[6], true);
        RotationWitness memory w = abi.decode(step.witness, (RotationWitness));
        (w.cosine, w.sine) = (w.sine, w.cosine);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (RotationWitness));
        _flip(w.cosine.page);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (RotationWitness));
        _flip(w.sine.page);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (RotationWitness));
        _flip(w.first.pages);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (RotationWitness));
        _flip(w.second.pages);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (RotationWitness));
        w.second = abi.decode(abi.encode(w.output), (PageOpening));
        vm.expectRevert();
        verifier.isWrong(step.claim, step.element, step.part, abi.encode(w));
    }

    function test_rotation_beyondTheRotatedDimensions_needsNothingElse() public {
        Step memory step = _make(_cases()[7], true);
        RotationWitness memory w = abi.decode(step.witness, (RotationWitness));
        w.second = w.first;
        _refusesWitness(step, abi.encode(w), NOT_EMPTY);
        w = abi.decode(step.witness, (RotationWitness));
        w.cosine.page = new bytes(1);
        _refusesWitness(step, abi.encode(w), NOT_EMPTY);
        w = abi.decode(step.witness, (RotationWitness));
        w.sine.path = new bytes32[](1);
        _refusesWitness(step, abi.encode(w), NOT_EMPTY);
        w = abi.decode(step.witness, (RotationWitness));
        _flip(w.first.pages);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
    }

    function test_rotation_positionBeyondTheTables_reverts() public {
        Step memory step = _make(_cases()[6], false);
        step.claim.context.position = 300;
        _refuses(step, WeightLayout.WeightLayout_NoSuchPage.selector);
    }

    function test_rows_openingsThatDoNotFit_revert() public {
        Step memory step = _make(_cases()[8], true);
        KeyRowWitness memory k = abi.decode(step.witness, (KeyRowWitness));
        _flip(k.output);
        _refusesWitness(step, abi.encode(k), WRONG_ENTRY);
        k = abi.decode(step.witness, (KeyRowWitness));
        _flip(k.second.pages);
        _refusesWitness(step, abi.encode(k), WRONG_ROOT);
        k = abi.decode(step.witness, (KeyRowWitness));
        _flip(k.cosine.page);
        _refusesWitness(step, abi.encode(k), WRONG_ROOT);
        step = _make(_cases()[9], true);
        ValueRowWitness memory v = abi.decode(step.witness, (ValueRowWitness));
        v.output[0] ^= 0x01;
        _refusesWitness(step, abi.encode(v), WRONG_ENTRY);
        v = abi.decode(step.witness, (ValueRowWitness));
        _flip(v.input.pages);
        _refusesWitness(step, abi.encode(v), WRONG_ROOT);
    }

    function test_row_ofTheWrongLength_reverts() public {
        _newWorld(Shapes.odd(), 36, false);
        uint256 group = _groupFor(Operator.ValueRow);
        ValueRowWitness memory v;
        v.output = _halves(49);
        _putEntry(group, Operator.ValueRow, 2, sha256(bytes.concat(bytes1(0), v.output)));
        _refuses(_step(group, Operator.ValueRow, 2, 3, 0, abi.encode(v)), WRONG_LENGTH);
    }

    // Heads

    function test_scores_openingsThatDoNotFit_revert() public {
        // Chunk 1 holds p = 36: four rows of earlier positions, then p's own.
        Step memory step = _make(_cases()[11], true);
        ScoresWitness memory w = abi.decode(step.witness, (ScoresWitness));
        w.salt[0] ^= 0x01;
        _refusesWitness(step, abi.encode(w), WRONG_ENTRY);
        w = abi.decode(step.witness, (ScoresWitness));
        w.salt = "";
        _refusesWitness(step, abi.encode(w), WRONG_LENGTH);
        w = abi.decode(step.witness, (ScoresWitness));
        w.chunkRoot ^= bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), WRONG_ENTRY);
        w = abi.decode(step.witness, (ScoresWitness));
        w.leaf ^= bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (ScoresWitness));
        w.path = _longer(w.path);
        _refusesWitness(step, abi.encode(w), BAD_LIST_PATH);
        w = abi.decode(step.witness, (ScoresWitness));
        _flip(w.previous.content);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (ScoresWitness));
        _flip(w.query[0].pages);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        // Head 5 (elements 240 to 287) lies on two pages.
        w = abi.decode(step.witness, (ScoresWitness));
        assertEq(w.query.length, 2, "pages of the query");
        _flip(w.query[1].pages);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (ScoresWitness));
        PageOpening[] memory one = new PageOpening[](1);
        one[0] = w.query[0];
        w.query = one;
        _refusesWitness(step, abi.encode(w), AttentionStep.AttentionStep_WrongQuery.selector);
        _keysThatDoNotFit(step);
    }

    function _keysThatDoNotFit(Step memory step) private {
        ScoresWitness memory w = abi.decode(step.witness, (ScoresWitness));
        // The first row stands under the trace, the last one in the list.
        w.keys.rows[40] ^= 0x01;
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (ScoresWitness));
        _flip(w.keys.rows);
        _refusesWitness(step, abi.encode(w), WRONG_ENTRY);
        w = abi.decode(step.witness, (ScoresWitness));
        w.keys.rows = _longer(w.keys.rows);
        _refusesWitness(step, abi.encode(w), WRONG_LENGTH);
        w = abi.decode(step.witness, (ScoresWitness));
        w.keys.kvPaths[0] ^= bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (ScoresWitness));
        w.keys.kvPaths = _longer(w.keys.kvPaths);
        _refusesWitness(step, abi.encode(w), WRONG_LENGTH);
        w = abi.decode(step.witness, (ScoresWitness));
        w.keys.bounds[7] ^= bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (ScoresWitness));
        w.keys.bounds = _longer(w.keys.bounds);
        _refusesWitness(step, abi.encode(w), WRONG_LENGTH);
        w = abi.decode(step.witness, (ScoresWitness));
        w.keys.laterLeaves[0] ^= bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (ScoresWitness));
        w.keys.laterLeaves = _longer(w.keys.laterLeaves);
        _refusesWitness(step, abi.encode(w), WRONG_LENGTH);
        w = abi.decode(step.witness, (ScoresWitness));
        w.keys.path[0] ^= bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (ScoresWitness));
        w.keys.path = _longer(w.keys.path);
        _refusesWitness(step, abi.encode(w), BAD_PATH);
        w = abi.decode(step.witness, (ScoresWitness));
        w.keys.own.entry ^= bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (ScoresWitness));
        w.keys.own.path = _longer(w.keys.own.path);
        _refusesWitness(step, abi.encode(w), BAD_LIST_PATH);
    }

    function test_scores_firstChunk_hasNoPreviousAndNoOwnRow() public {
        Step memory step = _make(_cases()[10], false);
        ScoresWitness memory w = abi.decode(step.witness, (ScoresWitness));
        w.previous.content = new bytes(1);
        _refusesWitness(step, abi.encode(w), NOT_EMPTY);
        w = abi.decode(step.witness, (ScoresWitness));
        w.previous.path = new bytes32[](1);
        _refusesWitness(step, abi.encode(w), NOT_EMPTY);
        w = abi.decode(step.witness, (ScoresWitness));
        w.keys.own.entry = bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), NOT_EMPTY);
        w = abi.decode(step.witness, (ScoresWitness));
        w.keys.own.path = new bytes32[](1);
        _refusesWitness(step, abi.encode(w), NOT_EMPTY);
        w = abi.decode(step.witness, (ScoresWitness));
        // A salt in a public job.
        w.salt = new bytes(32);
        _refusesWitness(step, abi.encode(w), WRONG_LENGTH);
    }

    function test_sums_openingsThatDoNotFit_revert() public {
        Step memory step = _make(_cases()[12], true);
        SumsWitness memory w = abi.decode(step.witness, (SumsWitness));
        _flip(w.previous.content);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (SumsWitness));
        _flip(w.scores.content);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (SumsWitness));
        _flip(w.lastScores.content);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (SumsWitness));
        // Another leaf of the same tree.
        w.lastScores = w.previous;
        vm.expectRevert();
        verifier.isWrong(step.claim, step.element, step.part, abi.encode(w));
        w = abi.decode(step.witness, (SumsWitness));
        w.leaf ^= bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (SumsWitness));
        w.chunkRoot ^= bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), WRONG_ENTRY);
        step = _make(Case(Operator.AttentionHead, 3, 0, 1, 4), true);
        w = abi.decode(step.witness, (SumsWitness));
        w.previous = w.scores;
        _refusesWitness(step, abi.encode(w), NOT_EMPTY);
    }

    function test_outputs_openingsThatDoNotFit_revert() public {
        Step memory step = _make(_cases()[13], true);
        OutputsWitness memory w = abi.decode(step.witness, (OutputsWitness));
        _flip(w.previous.content);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (OutputsWitness));
        _flip(w.scores.content);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (OutputsWitness));
        _flip(w.lastScores.content);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (OutputsWitness));
        _flip(w.lastSums.content);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (OutputsWitness));
        w.values.rows[40] ^= 0x01;
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (OutputsWitness));
        _flip(w.values.rows);
        _refusesWitness(step, abi.encode(w), WRONG_ENTRY);
        w = abi.decode(step.witness, (OutputsWitness));
        w.leaf ^= bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (OutputsWitness));
        w.salt[9] ^= 0x01;
        _refusesWitness(step, abi.encode(w), WRONG_ENTRY);
        step = _make(Case(Operator.AttentionHead, 3, 0, 2, 4), true);
        w = abi.decode(step.witness, (OutputsWitness));
        w.previous = w.scores;
        _refusesWitness(step, abi.encode(w), NOT_EMPTY);
    }

    function test_pick_openingsThatDoNotFit_revert() public {
        Step memory step = _make(_cases()[20], true);
        PickWitness memory w = abi.decode(step.witness, (PickWitness));
        _flip(w.output);
        _refusesWitness(step, abi.encode(w), WRONG_ENTRY);
        w = abi.decode(step.witness, (PickWitness));
        _flip(w.logit.pages);
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
        w = abi.decode(step.witness, (PickWitness));
        w.logit.segment.entry ^= bytes32(uint256(1));
        _refusesWitness(step, abi.encode(w), WRONG_ROOT);
    }
}
