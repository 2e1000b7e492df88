using TeeTee.Inference.Kernels;
using TeeTee.Inference.Tests.Support;
using TeeTee.Numerics;

namespace TeeTee.Inference.Tests.Kernels;

/// <summary>Picks of every implementation against TokenPick, whole and in ranges.</summary>
public class TokenPickKernelTests
{
    private readonly SeededNoise _noise = new(7, nameof(TokenPickKernelTests));

    [Fact]
    public void Sample_EveryLength_EqualsDefinition()
    {
        for (int length = 1; length <= 300; length++)
        {
            float[] logits = _noise.Fill(length, 4f);
            Assert.All(Picks(logits, 0.7f, Noise(length)), pick => Assert.Equal(TokenPick.Sample(logits, 0.7f, Noise(length)), pick.Id));
        }
    }

    [Fact]
    public void Sample_EqualLogits_GivesEachIdItsOwnNoise()
    {
        // With equal logits the noise alone decides, so that any id with another's noise shows.
        float[] logits = new float[5000];
        HashSet<uint> picked = [];
        for (int position = 0; position < 60; position++)
        {
            uint expected = TokenPick.Sample(logits, 1f, Noise(position));
            picked.Add(expected);
            Assert.All(Picks(logits, 1f, Noise(position)), pick => Assert.Equal(expected, pick.Id));
        }
        Assert.InRange(picked.Count, 50, 60);
    }

    [Fact]
    public void Sample_OneCandidate_HasTheScoreOfTheDefinition()
    {
        for (int id = 0; id < 256; id++)
        {
            float[] logits = [.. Enumerable.Repeat(-1000f, 256)];
            logits[id] = 3f;
            float score = TokenPick.Score(logits, 1.5f, Noise(9), id);
            Assert.All(Picks(logits, 1.5f, Noise(9)), pick => Assert.Equal(((uint)id, score), (pick.Id, pick.Score)));
        }
    }

    [Fact]
    public void Greedy_TiesAndZeros_TakesTheLowestId()
    {
        for (int length = 1; length <= 300; length++)
        {
            float[] logits = [.. Enumerable.Range(0, length).Select(_ => (_noise.Next(4)) switch { 0 => -0f, 1 => 0f, 2 => -float.Epsilon, _ => -1f })];
            uint expected = TokenPick.Greedy(logits);
            foreach (IVectorKernels kernels in KernelCatalog.Vectors.Runnable())
                Assert.Equal((expected, logits[expected]), (kernels.Greedy(logits, 0).Id, kernels.Greedy(logits, 0).Score));
        }
    }

    [Fact]
    public void Pick_InRanges_MergesToTheWhole()
    {
        float[] logits = [.. Enumerable.Range(0, 2000).Select(_ => _noise.Next(300) / 100f)];
        foreach (IVectorKernels kernels in KernelCatalog.Vectors.Runnable())
        {
            for (int cut = 64; cut < 2000; cut += 64)
            {
                GumbelNoise noise = Noise(cut);
                Assert.Equal(kernels.Sample(logits, 0, 2f, noise), PickCandidate.Merge(
                    kernels.Sample(logits.AsSpan(0, cut), 0, 2f, noise), kernels.Sample(logits.AsSpan(cut), cut, 2f, noise)));
                Assert.Equal(kernels.Greedy(logits, 0), PickCandidate.Merge(kernels.Greedy(logits.AsSpan(0, cut), 0), kernels.Greedy(logits.AsSpan(cut), cut)));
            }
        }
    }

    [Fact]
    public void Pick_NonFiniteScore_NamesTheFirst()
    {
        foreach (float bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            for (int round = 0; round < 40; round++)
            {
                float[] logits = _noise.Fill(200, 3f);
                int first = _noise.Next(200), second = _noise.Next(200);
                (logits[first], logits[second]) = (bad, float.NaN);
                NonFinite expected = new("pick", Math.Min(first, second));
                foreach (IVectorKernels kernels in KernelCatalog.Vectors.Runnable())
                {
                    Assert.Equal(expected, kernels.Greedy(logits, 0).Failure);
                    Assert.Equal(expected, kernels.Sample(logits, 0, 1f, Noise(1)).Failure);
                    Assert.Equal(expected, PickCandidate.Merge(kernels.Greedy(logits.AsSpan(0, 128), 0), kernels.Greedy(logits.AsSpan(128), 128)).Failure);
                }
            }
        }
        // A finite logit whose score is not.
        Assert.All(Picks([1f, 3e38f, 0f], 1024f, Noise(1)), pick => Assert.Equal(new NonFinite("pick", 1), pick.Failure));
    }

    [Fact]
    public void Pick_NoLogitsOrAnOddStart_Throws()
    {
        foreach (IVectorKernels kernels in KernelCatalog.Vectors.Runnable())
        {
            Assert.ThrowsAny<ArgumentException>(() => kernels.Sample([], 0, 1f, Noise(1)));
            Assert.ThrowsAny<ArgumentException>(() => kernels.Greedy([], 0));
            Assert.ThrowsAny<ArgumentException>(() => kernels.Sample(new float[70], 32, 1f, Noise(1)));
        }
    }

    private static GumbelNoise Noise(int position) =>
        new([.. Enumerable.Range(0, GumbelNoise.SeedBytes).Select(i => (byte)(i * 37 + position))], (uint)position);

    private static IEnumerable<PickCandidate> Picks(float[] logits, float inverseTemperature, GumbelNoise noise) =>
        KernelCatalog.Vectors.Runnable().Select(kernels => kernels.Sample(logits, 0, inverseTemperature, noise));
}
