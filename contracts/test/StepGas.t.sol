// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Operator} from "../src/types/DisputeTypes.sol";
import {ModelConfig} from "../src/types/Types.sol";

import {Shapes} from "./support/Shapes.sol";
import {StepBuilder} from "./support/StepBuilder.sol";
import {vm} from "./support/Vm.sol";

/// @notice Bytes and gas of a `prove` for one unit of every operator, compared with snapshots/Steps.json: a transaction's 21,000, its call data
/// (with the floor of 10 and 40 per byte), and the step verifier's execution. What the game does around it is measured with the game.
/// @dev After a change that is meant: FORGE_SNAPSHOT_CHECK=false forge test --match-contract StepGasTest, then
/// node scripts/step-gas-table.mjs, and commit both.
contract StepGasTest is StepBuilder {
    uint256 private constant TRANSACTION_GAS = 16_777_216;
    uint256 private constant TRANSACTION_BYTES = 32_768;
    /// @dev What `prove` may need besides: it reads the revealed roots, settles the dispute, and keeps 1/64 of the gas at each of two calls.
    uint256 private constant GAME_GAS = 2_000_000;
    /// @dev Two accounts met for the first time in the transaction.
    uint256 private constant COLD_ACCOUNTS = 2 * 2500;

    function _measure(string memory shape, ModelConfig memory config, uint32 position, bool isSealed, uint256 op)
        private
    {
        Case[] memory cases = _casesOf(Operator(op), config);
        for (uint256 i = 0; i < cases.length; i++) {
            this.measure(string.concat(shape, ", ", _nameOf(cases[i])), config, position, isSealed, cases[i]);
        }
    }

    /// @notice One unit. External, so that its memory goes with the call.
    function measure(string calldata name, ModelConfig memory config, uint32 position, bool isSealed, Case memory k)
        external
    {
        _newWorld(config, position, isSealed);
        _record(name, _build(k, 0));
    }

    function _record(string memory name, Step memory step) private {
        assertFalse(verifier.isWrong(step.claim, step.element, step.part, step.witness), "honest");
        uint256 execution = vm.lastCallGas().gasTotalUsed + COLD_ACCOUNTS;
        bytes memory call = abi.encodeWithSelector(
            bytes4(0x12345678), uint256(1), step.claim.context, step.element, step.part, step.witness
        );
        uint256 gas_ = _transactionGas(call, execution);
        vm.snapshotValue("Steps", name, gas_);
        vm.snapshotValue("Steps", string.concat(name, ", bytes"), call.length);
        assertTrue(gas_ + GAME_GAS <= TRANSACTION_GAS, "gas");
        assertTrue(call.length <= TRANSACTION_BYTES, "bytes");
    }

    /// @dev EIP-2028 and EIP-7623.
    function _transactionGas(bytes memory call, uint256 execution) private pure returns (uint256) {
        uint256 tokens = 0;
        for (uint256 i = 0; i < call.length; i++) {
            tokens += call[i] == 0 ? 1 : 4;
        }
        (uint256 standard, uint256 least) = (4 * tokens + execution, 10 * tokens);
        return 21_000 + (standard > least ? standard : least);
    }

    /// @dev The dearest units: full segments, blocks and chunks, with what comes before them.
    function _casesOf(Operator op, ModelConfig memory config) private pure returns (Case[] memory cases) {
        uint256 parts = op == Operator.AttentionHead ? 3 : op == Operator.AttentionNorm ? 2 : 1;
        cases = new Case[](parts);
        for (uint256 i = 0; i < parts; i++) {
            cases[i].op = op;
        }
        if (op == Operator.AttentionNorm) {
            cases[0].element = config.embeddingLength > 1024 ? 1 : 0;
            (cases[1].element, cases[1].which) = ((uint256(config.embeddingLength) + 1023) / 1024, 1);
        }
        if (op == Operator.AttentionHead) {
            for (uint256 i = 0; i < 3; i++) {
                (cases[i].unit, cases[i].element, cases[i].part) = (config.headCount - 1, 1, i);
            }
        }
        if (op == Operator.Down && config.feedForwardLength > 8192) cases[0].part = 1;
    }

    function _nameOf(Case memory k) private pure returns (string memory) {
        if (k.op == Operator.AttentionNorm) return k.which == 0 ? "Norm" : "Norm, r";
        if (k.op == Operator.AttentionHead) {
            return ["AttentionHead, scores", "AttentionHead, sums", "AttentionHead, outputs"][k.part];
        }
        if (k.op == Operator.Embedding) return "Embedding";
        if (k.op == Operator.QuantizedAttentionInput) return "QuantizedNorm";
        if (k.op == Operator.Query) return "Query";
        if (k.op == Operator.RotatedQuery) return "RotatedQuery";
        if (k.op == Operator.KeyRow) return "KeyRow";
        if (k.op == Operator.ValueRow) return "ValueRow";
        if (k.op == Operator.QuantizedHeads) return "QuantizedHeads";
        if (k.op == Operator.AttentionOutput) return "AttentionOutput";
        if (k.op == Operator.AttentionResidual) return "Residual";
        if (k.op == Operator.QuantizedGated) return "QuantizedGated";
        if (k.op == Operator.Gate) return "Gate";
        if (k.op == Operator.Down) return "Down";
        if (k.op == Operator.Logits) return "Logits";
        return "Pick";
    }

    function _measureAll(string memory shape, ModelConfig memory config, uint32 position, bool isSealed) private {
        for (uint256 op = uint256(Operator.Embedding); op <= uint256(Operator.Pick); op++) {
            // Of the same kind and shape as another: Key, Value, Up, the other norms and the other residual.
            if (
                op == uint256(Operator.Key) || op == uint256(Operator.Value) || op == uint256(Operator.Up)
                    || op == uint256(Operator.FeedForwardResidual) || op == uint256(Operator.FeedForwardNorm)
                    || op == uint256(Operator.OutputNorm) || op == uint256(Operator.QuantizedFeedForwardInput)
                    || op == uint256(Operator.QuantizedOutputInput)
            ) continue;
            _measure(shape, config, position, isSealed, op);
        }
    }

    function test_gas_demo_fitsATransaction() public {
        _measureAll("demo", Shapes.demo(), 471, false);
    }

    function test_gas_1B_fitsATransaction() public {
        _measureAll("1.1B", Shapes.small(), 2007, false);
    }

    function test_gas_70B_fitsATransaction() public {
        _measureAll("70B", Shapes.large(), 8151, false);
    }

    function test_gas_70BSealed_fitsATransaction() public {
        _measureAll("70B sealed", Shapes.large(), 8151, true);
    }

    /// @dev Numbers below 2^-126 take the slower paths of the arithmetic: a cheat may choose its inputs so.
    function test_gas_subnormalInputs_fitATransaction() public {
        ModelConfig memory config = Shapes.large();
        _newWorld(config, 8151, false);
        bytes memory query = _bytes(4 * 4096);
        for (uint256 i = 3; i < query.length; i += 4) {
            query[i] &= 0x80;
            query[i - 1] &= 0x7f;
        }
        _putSegment(_groupFor(Operator.RotatedQuery), Operator.RotatedQuery, 1, query);
        _record("70B, AttentionHead, scores of subnormal numbers", _scores(config.headCount - 1, 1, 0, 0));
    }
}
