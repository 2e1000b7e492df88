// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OperatorLayout} from "../src/libraries/OperatorLayout.sol";
import {WeightLayout} from "../src/libraries/WeightLayout.sol";
import {DisputeContext, Operator} from "../src/types/DisputeTypes.sol";
import {ModelConfig} from "../src/types/Types.sol";

import {Assertions} from "./support/Assertions.sol";
import {LayoutView} from "./support/LayoutView.sol";
import {Shapes} from "./support/Shapes.sol";
import {vm} from "./support/Vm.sol";

/// @notice The layout of lists and weights against one that is written down entry by entry, as docs/protocol.md tells it.
contract StepLayoutTest is Assertions {
    struct Entry {
        Operator op;
        uint256 unit;
    }

    LayoutView private _layout;
    DisputeContext private _c;
    Entry[] private _list;

    function setUp() public {
        _layout = new LayoutView();
        _c.positions = 50;
        _c.promptTokens = 10;
    }

    function _use(ModelConfig memory config, uint32 firstLayer, uint32 layers, uint32 position) private {
        _c.config = config;
        (_c.firstLayer, _c.layerCount, _c.position) = (firstLayer, layers, position);
    }

    function _push(Operator op, uint256 units) private {
        for (uint256 i = 0; i < units; i++) {
            _list.push(Entry(op, i));
        }
    }

    function _segments(uint256 elements) private pure returns (uint256) {
        return elements / 4096 + (elements % 4096 == 0 ? 0 : 1);
    }

    /// @dev Segments of a matrix of `rows` and `columns`.
    function _matrix(uint256 rows, uint256 columns) private pure returns (uint256) {
        uint256 padded = (columns + 31) / 32 * 32;
        uint256 planes = padded / 8192 + (padded % 8192 == 0 ? 0 : 1);
        uint256 n = 4096 / planes;
        n -= n % 256;
        return rows / n + (rows % n == 0 ? 0 : 1);
    }

    function _layerGroup() private {
        ModelConfig memory m = _c.config;
        (uint256 e, uint256 ff) = (m.embeddingLength, m.feedForwardLength);
        uint256 q = uint256(m.headCount) * m.headDimension;
        uint256 kv = uint256(m.kvHeadCount) * m.headDimension;
        delete _list;
        _push(Operator.AttentionNorm, 1);
        _push(Operator.QuantizedAttentionInput, _segments(e));
        _push(Operator.Query, _matrix(q, e));
        _push(Operator.Key, _matrix(kv, e));
        _push(Operator.Value, _matrix(kv, e));
        _push(Operator.RotatedQuery, _segments(q));
        _push(Operator.KeyRow, m.kvHeadCount);
        _push(Operator.ValueRow, m.kvHeadCount);
        _push(Operator.AttentionHead, m.headCount);
        _push(Operator.QuantizedHeads, _segments(q));
        _push(Operator.AttentionOutput, _matrix(e, q));
        _push(Operator.AttentionResidual, _segments(e));
        _push(Operator.FeedForwardNorm, 1);
        _push(Operator.QuantizedFeedForwardInput, _segments(e));
        _push(Operator.Gate, _matrix(ff, e));
        _push(Operator.Up, _matrix(ff, e));
        _push(Operator.QuantizedGated, _segments(ff));
        _push(Operator.Down, _matrix(e, ff));
        _push(Operator.FeedForwardResidual, _segments(e));
    }

    function _headGroup() private {
        ModelConfig memory m = _c.config;
        delete _list;
        _push(Operator.OutputNorm, 1);
        _push(Operator.QuantizedOutputInput, _segments(m.embeddingLength));
        _push(Operator.Logits, _matrix(m.vocabularySize, m.embeddingLength));
        _push(Operator.Pick, 1);
    }

    function _compare(uint256 group) private {
        assertEq(_layout.groupSize(_c, group), _list.length, "size");
        for (uint256 i = 0; i < _list.length; i++) {
            (Operator op, uint256 unit) = _layout.locate(_c, group, i);
            assertEq(uint256(op), uint256(_list[i].op), "operator");
            assertEq(unit, _list[i].unit, "unit");
            (uint256 index, uint256 size) = _layout.place(_c, group, op, unit);
            assertEq(index, i, "index");
            assertEq(size, _list.length, "size with the index");
            assertTrue(unit < _layout.unitCount(_c, op), "unit count");
        }
        bytes4 none = OperatorLayout.OperatorLayout_NoSuchEntry.selector;
        vm.expectRevert(abi.encodeWithSelector(none, group, _list.length, _list.length));
        _layout.locate(_c, group, _list.length);
    }

    function test_locate_everyGroup_isTheWrittenList() public {
        ModelConfig[5] memory models = [Shapes.demo(), Shapes.small(), Shapes.large(), Shapes.odd(), Shapes.narrow()];
        for (uint256 m = 0; m < 5; m++) {
            uint32 layers = models[m].layerCount;
            _use(models[m], 0, layers, 9);
            assertEq(_layout.groupCount(_c), uint256(layers) + 2, "groups");
            delete _list;
            _push(Operator.Embedding, _segments(models[m].embeddingLength));
            _compare(0);
            _layerGroup();
            _compare(1);
            _compare(layers);
            _headGroup();
            _compare(uint256(layers) + 1);
        }
    }

    function test_groups_70B_areThoseOfTheProtocolsTable() public {
        _use(Shapes.large(), 0, 80, 9);
        assertEq(_layout.groupSize(_c, 0), 2, "embedding");
        assertEq(_layout.groupSize(_c, 80), 129, "layer");
        assertEq(_layout.groupSize(_c, 81), 36, "head");
    }

    function test_groups_partOfAModel_dependOnItsLayersAndThePosition() public {
        // The first of two shards: no head, whatever the position.
        _use(Shapes.demo(), 0, 3, 49);
        assertEq(_layout.groupCount(_c), 4, "first shard");
        // The second one: what enters is given; a head once the prompt is read.
        _use(Shapes.demo(), 3, 3, 8);
        assertEq(_layout.groupCount(_c), 4, "last shard, inside the prompt");
        (Operator op,) = _layout.locate(_c, 0, 0);
        assertEq(uint256(op), uint256(Operator.Input), "input");
        _use(Shapes.demo(), 3, 3, 9);
        assertEq(_layout.groupCount(_c), 5, "last shard, last token of the prompt");
        (op,) = _layout.locate(_c, 4, 0);
        assertEq(uint256(op), uint256(Operator.OutputNorm), "head");
        assertEq(_layout.layerOf(_c, 1), 3, "layer of the first group");
        assertEq(_layout.layerOf(_c, 3), 5, "layer of the last group");
        vm.expectRevert(abi.encodeWithSelector(OperatorLayout.OperatorLayout_NoSuchGroup.selector, 5, 5));
        _layout.groupSize(_c, 5);
        vm.expectRevert(abi.encodeWithSelector(OperatorLayout.OperatorLayout_NoSuchGroup.selector, 4, 5));
        _layout.layerOf(_c, 4);
        vm.expectRevert(abi.encodeWithSelector(OperatorLayout.OperatorLayout_NoSuchGroup.selector, 0, 5));
        _layout.layerOf(_c, 0);
    }

    function test_hiddenOf_groups_isTheVectorThatEnters() public {
        _use(Shapes.demo(), 0, 6, 9);
        (uint256 group, Operator op) = _layout.hiddenOf(_c, 1);
        assertTrue(group == 0 && op == Operator.Embedding, "first layer of the model");
        (group, op) = _layout.hiddenOf(_c, 7);
        assertTrue(group == 6 && op == Operator.FeedForwardResidual, "head");
        _use(Shapes.demo(), 2, 2, 9);
        (group, op) = _layout.hiddenOf(_c, 1);
        assertTrue(group == 0 && op == Operator.Input, "first layer of a later shard");
        (group, op) = _layout.hiddenOf(_c, 2);
        assertTrue(group == 1 && op == Operator.FeedForwardResidual, "second layer");
        vm.expectRevert(
            abi.encodeWithSelector(OperatorLayout.OperatorLayout_NotInGroup.selector, Operator.FeedForwardResidual, 0)
        );
        _layout.hiddenOf(_c, 0);
    }

    function test_place_whatIsNotThere_reverts() public {
        _use(Shapes.demo(), 0, 6, 9);
        vm.expectRevert(abi.encodeWithSelector(OperatorLayout.OperatorLayout_NotInGroup.selector, Operator.Pick, 1));
        _layout.place(_c, 1, Operator.Pick, 0);
        vm.expectRevert(
            abi.encodeWithSelector(OperatorLayout.OperatorLayout_NotInGroup.selector, Operator.Embedding, 1)
        );
        _layout.place(_c, 1, Operator.Embedding, 0);
        vm.expectRevert(
            abi.encodeWithSelector(OperatorLayout.OperatorLayout_NoSuchUnit.selector, Operator.AttentionHead, 6, 6)
        );
        _layout.place(_c, 1, Operator.AttentionHead, 6);
        vm.expectRevert(abi.encodeWithSelector(OperatorLayout.OperatorLayout_NoSuchOperator.selector, Operator.None));
        _layout.contentOf(Operator.None);
        vm.expectRevert(abi.encodeWithSelector(OperatorLayout.OperatorLayout_NoSuchOperator.selector, Operator.None));
        _layout.elementCount(_c, Operator.None);
    }

    function test_contents_shapes_haveTheLengthsOfTheProtocol() public {
        _use(Shapes.large(), 0, 80, 70);
        assertEq(_layout.contentLength(_c, Operator.AttentionNorm, 0), 4 + 8 * 64, "norm of 8 chunks");
        assertEq(_layout.contentLength(_c, Operator.QuantizedGated, 6), 128 * 36, "quantised");
        assertEq(_layout.contentLength(_c, Operator.Down, 7), 16_384, "four planes of 1,024");
        assertEq(_layout.contentLength(_c, Operator.KeyRow, 7), 256, "row");
        assertEq(_layout.contentLength(_c, Operator.AttentionHead, 63), 9 * 32, "three chunks");
        assertEq(_layout.contentLength(_c, Operator.Pick, 0), 8 * 32, "bests");
        assertEq(_layout.contentLength(_c, Operator.Logits, 31), 4 * (128_256 - 31 * 4096), "last logits");
        _use(Shapes.odd(), 0, 3, 70);
        assertEq(_layout.contentLength(_c, Operator.QuantizedOutputInput, 0), 41 * 36, "1,300 elements");
        assertEq(_layout.contentLength(_c, Operator.QuantizedGated, 1), 2 * 36, "44 elements");
        _use(Shapes.narrow(), 0, 2, 70);
        // Three planes: 4,096 / 3 rounded down to 1,280. Two of them padded from 72 to 256.
        assertEq(_layout.planeCount(_c, Operator.Down), 3, "planes");
        assertEq(_layout.segmentLength(_c, Operator.Down), 1280, "segment");
        assertEq(_layout.contentLength(_c, Operator.Down, 0), 4 * (256 + 256 + 72), "padded planes");
        assertEq(_layout.elementAt(_c, Operator.Down, 0, 71, 0), 71, "first plane");
        assertEq(_layout.elementAt(_c, Operator.Down, 0, 71, 2), 583, "last plane");
        vm.expectRevert(abi.encodeWithSelector(OperatorLayout.OperatorLayout_NoSuchUnit.selector, Operator.Down, 1, 1));
        _layout.contentLength(_c, Operator.Down, 1);
    }

    function test_segmentLength_moreColumnsThanPages_reverts() public {
        ModelConfig memory config = Shapes.demo();
        config.feedForwardLength = 16 * 8192;
        _use(config, 0, 6, 9);
        assertEq(_layout.segmentLength(_c, Operator.Down), 256, "sixteen planes");
        config.feedForwardLength++;
        _use(config, 0, 6, 9);
        vm.expectRevert(
            abi.encodeWithSelector(OperatorLayout.OperatorLayout_TooManyColumns.selector, config.feedForwardLength)
        );
        _layout.segmentLength(_c, Operator.Down);
    }

    function test_kvRows_places_areLayersThenKeysAndValuesThenHeads() public {
        _use(Shapes.odd(), 1, 2, 9);
        assertEq(_layout.kvRowCount(_c), 28, "rows");
        uint256 next = 0;
        for (uint256 group = 1; group <= 2; group++) {
            for (uint256 head = 0; head < 7; head++) {
                assertEq(_layout.kvRowIndex(_c, group, Operator.KeyRow, head), next++, "key");
            }
            for (uint256 head = 0; head < 7; head++) {
                assertEq(_layout.kvRowIndex(_c, group, Operator.ValueRow, head), next++, "value");
            }
        }
    }

    // Weights

    /// @dev `shape` is type, rows and columns.
    function _checkTensor(ModelConfig memory m, uint256 id, uint256 next, uint256[3] memory shape)
        private
        view
        returns (uint256)
    {
        WeightLayout.Tensor memory t = _layout.tensorOf(m, id);
        assertEq(t.id, id, "id");
        assertEq(t.kind, shape[0], "type");
        assertEq(t.rows, shape[1], "rows");
        bool q8 = shape[0] == 8;
        uint256 padded = q8 && shape[2] % 32 != 0 ? shape[2] + 32 - shape[2] % 32 : shape[2];
        assertEq(t.columns, padded, "columns");
        _checkPages(t, padded, q8);
        assertEq(t.firstLeaf, next, "first leaf");
        next += shape[1] * t.pagesPerRow;
        assertEq(_layout.leafIndex(t, shape[1] - 1, t.pagesPerRow - 1), next - 1, "last leaf");
        uint256 words = id << 160 | shape[0] << 128 | shape[1] << 96 | padded << 64;
        words |= (shape[1] - 1) << 32 | (t.pagesPerRow - 1);
        assertEq(uint192(_layout.header(t, shape[1] - 1, t.pagesPerRow - 1)), words, "header");
        return next;
    }

    function _checkPages(WeightLayout.Tensor memory t, uint256 padded, bool q8) private view {
        uint256 perPage = q8 ? 8192 : 256;
        uint256 pages = padded / perPage + (padded % perPage == 0 ? 0 : 1);
        assertEq(t.pagesPerRow, pages, "pages");
        uint256 last = padded - (pages - 1) * perPage;
        assertEq(_layout.pageLength(t, pages - 1), q8 ? last / 32 * 34 : last * 4, "last page");
        if (pages > 1) assertEq(_layout.pageLength(t, 0), q8 ? 8704 : 1024, "full page");
    }

    function test_tensors_everyModel_followEachOther() public view {
        ModelConfig[5] memory models = [Shapes.demo(), Shapes.small(), Shapes.large(), Shapes.odd(), Shapes.narrow()];
        for (uint256 k = 0; k < 5; k++) {
            _checkModel(models[k]);
        }
    }

    function _checkModel(ModelConfig memory m) private view {
        (uint256 e, uint256 ff) = (m.embeddingLength, m.feedForwardLength);
        uint256 q = uint256(m.headCount) * m.headDimension;
        uint256 kv = uint256(m.kvHeadCount) * m.headDimension;
        uint256 next = _checkTensor(m, 1, 0, [8, uint256(m.vocabularySize), e]);
        next = _checkTensor(m, 2, next, [0, 1, e]);
        if (!m.tiedOutput) next = _checkTensor(m, 3, next, [8, uint256(m.vocabularySize), e]);
        next = _checkTensor(m, 4, next, [0, uint256(m.contextLength), m.ropeDimensions / 2]);
        next = _checkTensor(m, 5, next, [0, uint256(m.contextLength), m.ropeDimensions / 2]);
        for (uint256 layer = 1; layer <= m.layerCount; layer++) {
            next = _checkTensor(m, layer * 64 + 11, next, [0, 1, e]);
            next = _checkTensor(m, layer * 64 + 12, next, [8, q, e]);
            next = _checkTensor(m, layer * 64 + 13, next, [8, kv, e]);
            next = _checkTensor(m, layer * 64 + 14, next, [8, kv, e]);
            next = _checkTensor(m, layer * 64 + 15, next, [8, e, q]);
            next = _checkTensor(m, layer * 64 + 16, next, [0, 1, e]);
            next = _checkTensor(m, layer * 64 + 17, next, [8, ff, e]);
            next = _checkTensor(m, layer * 64 + 18, next, [8, ff, e]);
            next = _checkTensor(m, layer * 64 + 19, next, [8, e, ff]);
        }
        assertEq(_layout.pageCount(m), next, "all pages");
        // An output that is tied is the embedding.
        assertEq(_layout.tensor(m, 3, 0).id, m.tiedOutput ? 1 : 3, "output");
    }

    function test_tensorOf_idsThatDoNotExist_revert() public {
        ModelConfig memory m = Shapes.odd();
        // 3 is tied; 6 to 10 and 20 on have no role; 11 needs a layer and 64 + 5 has none; layer 4 of 3.
        uint256[9] memory ids = [uint256(0), 3, 6, 10, 11, 64 + 5, 64 + 10, 64 + 20, 4 * 64 + 11];
        for (uint256 i = 0; i < 9; i++) {
            vm.expectPartialRevert(WeightLayout.WeightLayout_NoSuchTensor.selector);
            _layout.tensorOf(m, ids[i]);
        }
        WeightLayout.Tensor memory t = _layout.tensorOf(m, 64 + 12);
        vm.expectRevert(abi.encodeWithSelector(WeightLayout.WeightLayout_NoSuchPage.selector, 76, t.rows, 0));
        _layout.leafIndex(t, t.rows, 0);
        vm.expectRevert(abi.encodeWithSelector(WeightLayout.WeightLayout_NoSuchPage.selector, 76, 0, 1));
        _layout.leafIndex(t, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(WeightLayout.WeightLayout_NoSuchPage.selector, 76, 0, 1));
        _layout.pageLength(t, 1);
    }
}
