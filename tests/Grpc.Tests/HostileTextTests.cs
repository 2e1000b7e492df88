using FsCheck;
using FsCheck.Fluent;
using TeeTee.Grpc.Wire;

namespace TeeTee.Grpc.Tests;

/// <summary>No header of a peer may throw, whatever stands in it.</summary>
public class HostileTextTests
{
    private static readonly string[] s_seeds = ["AAE=", "100%25", "99999999H", "%F0%9F%98%80", "AA==,AA", "1S", "a b%"];

    [Fact]
    public void Decoders_AnyText_NeverThrow() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text => Feed(text.Get)).QuickCheckThrowOnFailure();

    [Fact]
    public void Decoders_MutatedHeaders_NeverThrow()
    {
        Random random = new(11);
        for (int round = 0; round < 5_000; round++)
        {
            char[] text = s_seeds[round % s_seeds.Length].ToCharArray();
            text[random.Next(text.Length)] = (char)random.Next(round % 3 == 0 ? 0x10000 : 0x80);
            Feed(new string(text));
        }
    }

    private static void Feed(string text)
    {
        GrpcMetadata metadata = new();
        bool taken = MetadataCodec.TryAdd(metadata, "x-bin", text);
        Assert.True(taken || metadata.Count <= text.Count(c => c == ','));
        Assert.True(MetadataCodec.TryAdd(metadata, text, "value") && MetadataCodec.TryAdd(metadata, "x-text", text)
            || MetadataRules.IsBinary(text.ToLowerInvariant()));
        Assert.InRange(StatusMessage.Decode(text).Length, 0, text.Length);
        Assert.InRange((int)StatusMapping.ParseCode(text), 0, 16);
        Assert.True(!GrpcTimeout.TryParse(text, out TimeSpan timeout) || timeout >= TimeSpan.Zero);
    }
}
