// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Operator} from "../src/types/DisputeTypes.sol";
import {ModelConfig} from "../src/types/Types.sol";
import {Shapes} from "./support/Shapes.sol";
import {StepBuilder} from "./support/StepBuilder.sol";

contract StepSmokeTest is StepBuilder {
    function test_smoke_demo() public { _all(Shapes.demo(), 70); }
    function test_smoke_odd() public { _all(Shapes.odd(), 100); }
    function test_smoke_narrow() public { _all(Shapes.narrow(), 33); }
    function test_smoke_large() public { _all(Shapes.large(), 8191-40); }
    function _all(ModelConfig memory m, uint32 p) internal {
      for (uint256 sealed_ = 0; sealed_ < 2; sealed_++)
      for (uint256 flip = 0; flip < 2; flip++) {
        bool w = flip == 1; bool z = sealed_ == 1;
        _newWorld(m, p, z);
        assertTrue(_isWrong(_matrix(Operator.Query, 5, 0, flip)) == w, "query");
        _newWorld(m, p, z);
        assertTrue(_isWrong(_embedding(65, flip)) == w, "embedding");
        _newWorld(m, p, z);
        assertTrue(_isWrong(_norm(Operator.AttentionNorm, 0, 3, flip)) == w, "norm");
        _newWorld(m, p, z);
        assertTrue(_isWrong(_normRoot(Operator.OutputNorm, flip)) == w, "root");
        _newWorld(m, p, z);
        assertTrue(_isWrong(_quantizedNorm(Operator.QuantizedFeedForwardInput, 1, 4, flip)) == w, "qn");
        _newWorld(m, p, z);
        assertTrue(_isWrong(_rotatedQuery(7, flip)) == w, "rq");
        _newWorld(m, p, z);
        assertTrue(_isWrong(_keyRow(1, 7, flip)) == w, "key");
        _newWorld(m, p, z);
        assertTrue(_isWrong(_valueRow(1, 7, flip)) == w, "value");
        _newWorld(m, p, z);
        assertTrue(_isWrong(_scores(2, 0, 7, flip)) == w, "scores");
        _newWorld(m, p, z);
        assertTrue(_isWrong(_scores(2, 1, 1, flip)) == w, "scores 2");
        _newWorld(m, p, z);
        assertTrue(_isWrong(_sums(2, 1, 7, flip)) == w, "sums");
        _newWorld(m, p, z);
        assertTrue(_isWrong(_outputs(2, 1, 7, flip)) == w, "outputs");
        _newWorld(m, p, z);
        assertTrue(_isWrong(_quantizedHeads(1, 32, flip)) == w, "qh");
        _newWorld(m, p, z);
        assertTrue(_isWrong(_gated(1, 32, flip)) == w, "gated");
        _newWorld(m, p, z);
        assertTrue(_isWrong(_residual(Operator.AttentionResidual, 3, flip)) == w, "res");
        _newWorld(m, p, z);
        assertTrue(_isWrong(_pickOwn(7, flip)) == w, "pick");
      }
    }
}
