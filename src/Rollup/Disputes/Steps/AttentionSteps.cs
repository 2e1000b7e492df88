using TeeTee.Numerics;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>One chunk of 32 positions of a head, recomputed whole: its leaf is compared by hash, so no preimage of a wrong one is needed.</summary>
internal static class AttentionSteps
{
    public static bool Chunk(StepScope scope, ReadOnlySpan<byte> witness)
    {
        int chunks = OperatorShapes.ChunksOf(scope.Position);
        int leaf = scope.RequireElement(0, 3L * chunks);
        return (leaf / chunks) switch
        {
            0 => Scores(scope, StepScope.Read<ScoresWitness>(witness), leaf, chunks),
            1 => Sums(scope, StepScope.Read<SumsWitness>(witness), leaf, chunks),
            _ => Outputs(scope, StepScope.Read<OutputsWitness>(witness), leaf, chunks),
        };
    }

    /// <summary>The content of a leaf of a chunk tree, without its salt.</summary>
    public static float[] Leaf(StepScope scope, ProvenPage opening, Bytes32 chunkRoot, int index, int floats)
    {
        StepRefusal.Unless(opening.Content.Length == scope.SaltBytes + floats * sizeof(float), StepStage.Chunk, StepCause.BadLength);
        RequireLeaf(scope, KeccakMerkle.Leaf(opening.Content), opening.Path, chunkRoot, index);
        return StepScope.Floats(opening.Content.AsSpan(scope.SaltBytes));
    }

    private static bool Scores(StepScope scope, ScoresWitness witness, int leaf, int chunks)
    {
        RequireSelected(scope, witness.Salt, witness.ChunkRoot, witness.Leaf, witness.Path, leaf);
        float? max = null;
        if (leaf == 0)
            StepScope.RequireEmpty(witness.Previous, StepStage.Chunk);
        else
            max = Leaf(scope, witness.Previous, witness.ChunkRoot, leaf - 1, OperatorShapes.PositionChunk + 1)[^1];
        float[] query = Query(scope, witness.Query);
        ushort[] keys = StoredRows.Open(scope, witness.Keys, DisputeOperator.KeyRow, KvHead(scope), leaf);
        float[] content = new float[ScoresOf(scope, leaf) + 1];
        content[^1] = HeadSteps.Scores(query, keys, scope.Model.AttentionScale, max, content.AsSpan(0, content.Length - 1));
        return Differs(witness.Salt, content, witness.Leaf);
    }

    private static bool Sums(StepScope scope, SumsWitness witness, int leaf, int chunks)
    {
        RequireSelected(scope, witness.Salt, witness.ChunkRoot, witness.Leaf, witness.Path, leaf);
        float[] lanes = Previous(scope, witness.Previous, witness.ChunkRoot, leaf, chunks, LaneSum.Lanes);
        float[] scores = Leaf(scope, witness.Scores, witness.ChunkRoot, leaf - chunks, ScoresOf(scope, leaf - chunks) + 1);
        float max = Maximum(scope, witness.LastScores, witness.ChunkRoot, chunks);
        if (IsAboveMaximum(scores.AsSpan(0, scores.Length - 1), max))
            return true;
        HeadSteps.AddSums(scores.AsSpan(0, scores.Length - 1), max, lanes);
        Finite.Require(lanes, "attention.sum");
        return Differs(witness.Salt, lanes, witness.Leaf);
    }

    private static bool Outputs(StepScope scope, OutputsWitness witness, int leaf, int chunks)
    {
        int chunk = leaf - 2 * chunks;
        RequireSelected(scope, witness.Salt, witness.ChunkRoot, witness.Leaf, witness.Path, leaf);
        float[] row = Previous(scope, witness.Previous, witness.ChunkRoot, leaf, chunks, (int)scope.Model.HeadDimension);
        float[] scores = Leaf(scope, witness.Scores, witness.ChunkRoot, chunk, ScoresOf(scope, chunk) + 1);
        float max = Maximum(scope, witness.LastScores, witness.ChunkRoot, chunks);
        float sum = HeadSteps.Total(Leaf(scope, witness.LastSums, witness.ChunkRoot, 2 * chunks - 1, LaneSum.Lanes));
        ushort[] values = StoredRows.Open(scope, witness.Values, DisputeOperator.ValueRow, KvHead(scope), chunk);
        if (IsAboveMaximum(scores.AsSpan(0, scores.Length - 1), max))
            return true;
        HeadSteps.AddRows(scores.AsSpan(0, scores.Length - 1), max, sum, values, row);
        return Differs(witness.Salt, row, witness.Leaf);
    }

    private static int KvHead(StepScope scope) =>
        Attention.KvHeadOf(scope.Place.Unit, (int)scope.Model.HeadCount, (int)scope.Model.KvHeadCount);

    /// <summary>Scores of a chunk: 32, or what is left up to p.</summary>
    private static int ScoresOf(StepScope scope, int chunk) =>
        Math.Min(OperatorShapes.PositionChunk, scope.Position + 1 - chunk * OperatorShapes.PositionChunk);

    // The exponential knows no positive argument; a committed maximum below a committed score contradicts itself.
    private static bool IsAboveMaximum(ReadOnlySpan<float> scores, float max)
    {
        foreach (float score in scores)
        {
            if (!(score - max <= 0f))
                return true;
        }
        return false;
    }

    /// <summary>M: the running maximum after the last chunk.</summary>
    private static float Maximum(StepScope scope, ProvenPage opening, Bytes32 chunkRoot, int chunks) =>
        Leaf(scope, opening, chunkRoot, chunks - 1, ScoresOf(scope, chunks - 1) + 1)[^1];

    private static float[] Previous(StepScope scope, ProvenPage opening, Bytes32 chunkRoot, int leaf, int chunks, int floats)
    {
        if (leaf % chunks != 0)
            return Leaf(scope, opening, chunkRoot, leaf - 1, floats);
        StepScope.RequireEmpty(opening, StepStage.Chunk);
        return new float[floats];
    }

    /// <summary>The head's elements of the rotated query, from the pages that they touch.</summary>
    private static float[] Query(StepScope scope, IReadOnlyList<PageOpening> pages)
    {
        int dimension = (int)scope.Model.HeadDimension;
        int first = scope.Place.Unit * dimension;
        int firstPage = first / OperatorShapes.PageElements;
        int count = (first + dimension - 1) / OperatorShapes.PageElements - firstPage + 1;
        StepRefusal.Unless(pages.Count == count, StepStage.Input, StepCause.BadLength);
        List<float> elements = [];
        for (int i = 0; i < count; i++)
            elements.AddRange(scope.InputPages(pages[i], scope.Group, DisputeOperator.RotatedQuery, (firstPage + i) * OperatorShapes.PageElements));
        return [.. elements.Skip(first - firstPage * OperatorShapes.PageElements).Take(dimension)];
    }

    private static void RequireSelected(StepScope scope, byte[] salt, Bytes32 chunkRoot, Bytes32 leaf, Bytes32[] path, int index)
    {
        StepRefusal.Unless(salt.Length == scope.SaltBytes, StepStage.Output, StepCause.BadLength);
        StepRefusal.Unless(DisputeHash.Head(salt, chunkRoot) == scope.Claim.Entry, StepStage.Output, StepCause.BadPath);
        RequireLeaf(scope, leaf, path, chunkRoot, index);
    }

    private static void RequireLeaf(StepScope scope, Bytes32 leaf, Bytes32[] path, Bytes32 chunkRoot, int index)
    {
        ulong leaves = 3UL * (ulong)OperatorShapes.ChunksOf(scope.Position);
        bool opens = MerkleProof.TryTreeHash<KeccakMerkle>(leaves, (ulong)index, leaf, path, out Bytes32 root) && root == chunkRoot;
        StepRefusal.Unless(opens, StepStage.Chunk, StepCause.BadPath);
    }

    private static bool Differs(byte[] salt, float[] content, Bytes32 leaf) => DisputeHash.ChunkLeaf(salt, UnitContent.Floats(content)) != leaf;
}
