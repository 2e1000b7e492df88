// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Openings} from "../src/libraries/Openings.sol";
import {SaltStep} from "../src/steps/SaltStep.sol";
import {Step as StepPart} from "../src/steps/Step.sol";
import {StepVerifier} from "../src/steps/StepVerifier.sol";
import {Operator, PageOpening, SaltWitness, SumsWitness} from "../src/types/DisputeTypes.sol";

import {Shapes} from "./support/Shapes.sol";
import {StepBuilder} from "./support/StepBuilder.sol";
import {vm} from "./support/Vm.sol";

/// @notice Salts of sealed jobs against the job's key.
contract SaltStepTest is StepBuilder {
    bytes32 private constant KEY = keccak256("the salt key of a job");
    uint32 private constant PART = type(uint32).max;
    /// @dev The page (or content) whose salt is off by a bit: number plus one, 0 for none.
    uint256 private _wrongPage;
    Operator private _wrongOp;

    function _salt(uint256 group, Operator op, uint256 unit, uint256 page)
        internal
        view
        override
        returns (bytes memory)
    {
        if (!ctx.isSealed) return "";
        bytes32 salt = _derived(group, op, unit, page);
        if (op == _wrongOp && page + 1 == _wrongPage) salt ^= bytes32(uint256(1) << 255);
        return abi.encode(salt);
    }

    /// @dev The table of docs/protocol.md, written down by operator. `Operator.None` stands for the pages of tokensRoot.
    function _derived(uint256 group, Operator op, uint256 unit, uint256 page) private view returns (bytes32) {
        if (op == Operator.None) return _sha(1, 0, 0, uint32(page));
        uint32 p = ctx.position;
        if (op == Operator.Embedding) return _sha(3, 0, p, uint32(16 * unit + page));
        uint32 layer = group > ctx.layerCount ? 0 : ctx.firstLayer + uint32(group) - 1;
        if (op == Operator.FeedForwardResidual && layer + 1 == ctx.firstLayer + ctx.layerCount) {
            return _sha(3, layer + 1, p, uint32(16 * unit + page));
        }
        if (op == Operator.KeyRow) return _sha(4, layer, p, uint32(unit));
        if (op == Operator.ValueRow) return _sha(4, layer, p, ctx.config.kvHeadCount + uint32(unit));
        return _sha(5, layer, p, uint32(uint256(op) * 65_536 + unit * 16 + page));
    }

    function _sha(uint32 kind, uint32 layer, uint32 position, uint32 index) private pure returns (bytes32) {
        return sha256(abi.encodePacked(KEY, kind, layer, position, index));
    }

    /// @dev A claim about the salt of a unit of the operator; `page` of its segment, if it has any.
    function _claimSalt(Case memory k, uint256 page) private returns (Step memory step) {
        _newWorld(Shapes.odd(), 36, true);
        step = _build(k, 0);
        (, uint256 unit) = lay.locate(ctx, step.claim.group, step.claim.index);
        SaltWitness memory w;
        w.saltKey = KEY;
        w.token = _openToken(7);
        step.claim.context.tokensRoot = ctx.tokensRoot;
        if (k.op == Operator.AttentionHead) {
            SumsWitness memory sums = abi.decode(step.witness, (SumsWitness));
            (w.content, w.chunkRoot) = (sums.salt, sums.chunkRoot);
        } else if (_isPaged(k.op)) {
            w.output = _openRun(step.claim.group, k.op, unit, page, 0);
            w.output.segment.entry = step.claim.entry;
        } else {
            w.content = _content(step.claim.group, k.op, unit);
        }
        (step.element, step.part, step.witness) = (uint32(page), PART, abi.encode(w));
    }

    function _isPaged(Operator op) private pure returns (bool) {
        return op == Operator.Embedding || op == Operator.RotatedQuery || op == Operator.AttentionResidual
            || op == Operator.FeedForwardResidual || op == Operator.Query || op == Operator.Key || op == Operator.Value
            || op == Operator.AttentionOutput || op == Operator.Gate || op == Operator.Up || op == Operator.Down
            || op == Operator.Logits;
    }

    function _caseOf(Operator op) private pure returns (Case memory) {
        return
            Case(
                op, op == Operator.KeyRow || op == Operator.ValueRow ? 2 : 0, 0, op == Operator.AttentionHead ? 1 : 0, 0
            );
    }

    function test_isWrong_saltOfEveryOperator_onlyIfItIsNotTheKeys() public {
        for (uint256 op = uint256(Operator.Embedding); op <= uint256(Operator.Pick); op++) {
            assertFalse(_isWrong(_claimSalt(_caseOf(Operator(op)), 0)), "the key's salt");
            (_wrongOp, _wrongPage) = (Operator(op), 1);
            assertTrue(_isWrong(_claimSalt(_caseOf(Operator(op)), 0)), "another salt");
            _wrongPage = 0;
        }
    }

    function test_isWrong_laterPagesAndSegments_haveTheirOwnSalts() public {
        // Element 4,100 of the logits is in segment 1.
        Operator[3] memory ops = [Operator.Logits, Operator.Gate, Operator.Embedding];
        uint256[3] memory elements = [uint256(4100), 4100, 0];
        uint256[3] memory pages = [uint256(3), 0, 5];
        for (uint256 i = 0; i < 3; i++) {
            assertFalse(_isWrong(_claimSalt(Case(ops[i], 0, elements[i], 0, 0), pages[i])), "the key's salt");
            (_wrongOp, _wrongPage) = (ops[i], pages[i] + 1);
            assertTrue(_isWrong(_claimSalt(Case(ops[i], 0, elements[i], 0, 0), pages[i])), "another salt");
            // Its neighbours are right.
            if (pages[i] > 0) {
                assertFalse(_isWrong(_claimSalt(Case(ops[i], 0, elements[i], 0, 0), pages[i] - 1)), "page before");
            }
            _wrongPage = 0;
        }
    }

    /// @dev The last layer's output and the first one's input are boundaries, whose salts count layers of the model.
    function test_isWrong_boundaryOfALaterShard_countsTheModelsLayers() public {
        for (uint32 layers = 1; layers <= 2; layers++) {
            (ctx.firstLayer, ctx.layerCount) = (0, 3);
            _newWorld(Shapes.odd(), 36, true);
            (ctx.firstLayer, ctx.layerCount) = (1, layers);
            Step memory step = _build(Case(Operator.FeedForwardResidual, 0, 300, 0, 0), 0);
            SaltWitness memory w;
            (w.saltKey, w.token) = (KEY, _openToken(7));
            step.claim.context.tokensRoot = ctx.tokensRoot;
            w.output = _openRun(step.claim.group, Operator.FeedForwardResidual, 0, 1, 0);
            w.output.segment.entry = step.claim.entry;
            (step.element, step.part, step.witness) = (1, PART, abi.encode(w));
            assertFalse(_isWrong(step), "residual of group 1");
        }
        (ctx.firstLayer, ctx.layerCount) = (0, 3);
    }

    function test_isWrong_keyOfAnotherJob_reverts() public {
        Step memory step = _claimSalt(_caseOf(Operator.Query), 0);
        SaltWitness memory w = abi.decode(step.witness, (SaltWitness));
        w.saltKey ^= bytes32(uint256(1));
        _refuses(step, w, SaltStep.SaltStep_NotTheJobsKey.selector);
        w.saltKey ^= bytes32(uint256(1));
        w.token.page[0] ^= 0x01;
        _refuses(step, w, Openings.Openings_WrongRoot.selector);
    }

    function test_isWrong_saltOpeningsThatDoNotFit_revert() public {
        Step memory step = _claimSalt(_caseOf(Operator.Query), 0);
        SaltWitness memory w = abi.decode(step.witness, (SaltWitness));
        w.content = new bytes(1);
        _refuses(step, w, Openings.Openings_NotEmpty.selector);
        w = abi.decode(step.witness, (SaltWitness));
        w.chunkRoot = bytes32(uint256(1));
        _refuses(step, w, Openings.Openings_NotEmpty.selector);
        w = abi.decode(step.witness, (SaltWitness));
        w.output.pages[0] ^= 0x01;
        _refuses(step, w, Openings.Openings_WrongRoot.selector);
        w = abi.decode(step.witness, (SaltWitness));
        w.output.segment.entry ^= bytes32(uint256(1));
        _refuses(step, w, Openings.Openings_WrongEntry.selector);
        w = abi.decode(step.witness, (SaltWitness));
        w.output.segment.path = new bytes32[](1);
        _refuses(step, w, Openings.Openings_NotEmpty.selector);
        w = abi.decode(step.witness, (SaltWitness));
        // Query has 672 elements: three pages.
        step.element = 3;
        _refuses(step, w, SaltStep.SaltStep_NoSuchPage.selector);
        Operator[4] memory ops = [Operator.OutputNorm, Operator.QuantizedGated, Operator.ValueRow, Operator.Pick];
        for (uint256 i = 0; i < 4; i++) {
            step = _claimSalt(_caseOf(ops[i]), 0);
            w = abi.decode(step.witness, (SaltWitness));
            w.content[0] ^= 0x01;
            _refuses(step, w, Openings.Openings_WrongEntry.selector);
            w = abi.decode(step.witness, (SaltWitness));
            w.output.pages = new bytes(1);
            _refuses(step, w, Openings.Openings_NotEmpty.selector);
            w = abi.decode(step.witness, (SaltWitness));
            step.element = 1;
            _refuses(step, w, SaltStep.SaltStep_NoSuchPage.selector);
        }
        step = _claimSalt(_caseOf(Operator.AttentionHead), 0);
        w = abi.decode(step.witness, (SaltWitness));
        w.content[0] ^= 0x01;
        _refuses(step, w, Openings.Openings_WrongEntry.selector);
        w = abi.decode(step.witness, (SaltWitness));
        w.chunkRoot ^= bytes32(uint256(1));
        _refuses(step, w, Openings.Openings_WrongEntry.selector);
        w = abi.decode(step.witness, (SaltWitness));
        w.content = bytes.concat(w.content, bytes1(0));
        _refuses(step, w, Openings.Openings_WrongLength.selector);
    }

    function test_isWrong_saltWhereNoneBelongs_reverts() public {
        Step memory step = _claimSalt(_caseOf(Operator.Query), 0);
        step.part = PART - 1;
        vm.expectPartialRevert(StepPart.Step_NoSuchPart.selector);
        verifier.isWrong(step.claim, step.element, step.part, step.witness);
        step.part = PART;
        step.claim.context.isSealed = false;
        vm.expectPartialRevert(SaltStep.SaltStep_NotSealed.selector);
        verifier.isWrong(step.claim, step.element, step.part, step.witness);
        step.claim.context.isSealed = true;
        step.claim.context.firstLayer = 1;
        step.claim.context.layerCount = 2;
        step.claim.group = 0;
        step.claim.index = 0;
        vm.expectPartialRevert(StepVerifier.StepVerifier_NotDisputable.selector);
        verifier.isWrong(step.claim, step.element, step.part, step.witness);
        SaltStep alone = new SaltStep();
        vm.expectPartialRevert(SaltStep.SaltStep_WrongPart.selector);
        alone.isWrong(step.claim, 0, 0, step.witness);
    }

    function _refuses(Step memory step, SaltWitness memory w, bytes4 name) private {
        vm.expectPartialRevert(name);
        verifier.isWrong(step.claim, step.element, step.part, abi.encode(w));
    }
}
