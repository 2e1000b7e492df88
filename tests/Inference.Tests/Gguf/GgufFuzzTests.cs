using TeeTee.Inference.Gguf;
using TeeTee.Inference.Models;
using TeeTee.Inference.Tests.Support;
using TeeTee.Inference.Tokenization;

namespace TeeTee.Inference.Tests.Gguf;

public class GgufFuzzTests
{
    private static readonly byte[] s_model =
        new SyntheticModel { Vocabulary = 280, Embedding = 32, FeedForward = 32, Layers = 1, Heads = 2, KvHeads = 1, Context = 4 }.Build();

    [Fact]
    public void Parse_EveryTruncation_IsAGgufException()
    {
        byte[] sample = GgufFileTests.Sample().Build();
        int end = sample.Length - 1;
        while (sample[end] == 0)
            end--;
        for (int length = 0; length <= end; length++)
            Assert.Throws<GgufException>(() => GgufFile.Parse(sample.AsMemory(0, length)));
        for (int length = 0; length < s_model.Length - 64; length += 97)
            Assert.Throws<GgufException>(() => GgufFile.Parse(s_model.AsMemory(0, length)));
    }

    [Fact]
    public void Parse_RandomMutations_FailOnlyAsDocumented()
    {
        byte[] sample = GgufFileTests.Sample().Build();
        Random random = new(11);
        int refused = 0;
        for (int run = 0; run < 20_000; run++)
        {
            byte[] mutated = Mutate(sample, sample.Length, random);
            if (!Survives(() => ReadAll(mutated)))
                refused++;
        }
        Assert.InRange(refused, 1_000, 19_999);
    }

    [Fact]
    public void Import_RandomMutations_FailOnlyAsDocumented()
    {
        Random random = new(12);
        int head = s_model.AsSpan().IndexOf("token_embd"u8) + 1_000;
        int refused = 0;
        for (int run = 0; run < 1_500; run++)
        {
            byte[] mutated = Mutate(s_model, head, random);
            if (!Survives(() => ImportAll(mutated)))
                refused++;
        }
        Assert.InRange(refused, 100, 1_499);
    }

    [Fact]
    public void Parse_ClaimsWithoutBytes_TakeLittleMemory()
    {
        byte[] hostile = new GgufBuilder().Raw("k", 9, static writer =>
        {
            writer.Write(8u);
            writer.Write(1ul << 24);
        }).Build();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<GgufException>(() => GgufFile.Parse(hostile));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static void ReadAll(byte[] bytes)
    {
        using GgufFile file = GgufFile.Parse(bytes);
        foreach (GgufTensor tensor in file.Tensors.Where(static tensor => tensor.IsReadable))
            file.ReadRows(tensor, 0, new byte[tensor.RowBytes]);
    }

    private static void ImportAll(byte[] bytes)
    {
        using CanonicalModel model = CanonicalModel.Import(GgufFile.Parse(bytes));
        _ = model.Tokenizer.Encode("hello world", addBos: false);
        _ = model.GetTensor(TensorRole.AttentionQuery, 0);
    }

    private static bool Survives(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception exception) when (exception is GgufException or ModelException or TokenizerException)
        {
            return false;
        }
    }

    private static byte[] Mutate(byte[] original, int within, Random random)
    {
        byte[] mutated = [.. original];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int at = random.Next(within);
            mutated[at] = random.Next(3) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(mutated[at] ^ (1 << random.Next(8))),
                _ => 0xFF,
            };
        }
        return mutated;
    }
}
