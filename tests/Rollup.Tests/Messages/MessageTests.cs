using System.Text.Json;
using TeeTee.Primitives;
using TeeTee.Rollup.Json;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Tests.Support;

namespace TeeTee.Rollup.Tests.Messages;

public sealed class MessageTests
{
    private const int Rounds = 200;

    [Fact]
    public void TryDecode_EveryEncodedMessage_ReturnsItself()
    {
        for (int seed = 0; seed < Rounds; seed++)
        {
            Samples samples = new(seed);
            RoundTripSigned(samples.JobRequest(), samples);
            RoundTripSigned(samples.CancelJob(), samples);
            RoundTripSigned(samples.ShardReceipt(), samples);
            RoundTripSigned(samples.AnswerReceipt(), samples);
            RoundTripSigned(samples.SequencerLink(), samples);
            RoundTrip(samples.ShardClaims());
            RoundTrip(samples.QueryReceipt());
            RoundTrip(samples.QuoteRecord());
            RoundTrip(samples.Account());
            RoundTrip(samples.BatchHeader());
        }
    }

    [Fact]
    public void TryDecode_TruncatedOrExtended_IsFalse()
    {
        byte[] request = new Signed<JobRequest>(new Samples(1).JobRequest(), new Samples(2).Signature()).Encode();
        for (int length = 0; length < request.Length; length++)
            Assert.False(Signed<JobRequest>.TryDecode(request.AsSpan(0, length), out _));
        Assert.False(Signed<JobRequest>.TryDecode([.. request, .. new byte[32]], out _));
        Assert.False(Signed<JobRequest>.TryDecode([.. request, 0], out _));
    }

    [Fact]
    public void TryDecode_MutatedBytes_GivesAnotherMessageOrFalse()
    {
        Signed<JobRequest> original = new(new Samples(3).JobRequest(), new Samples(4).Signature());
        QueryReceipt receipt = new Samples(5).QueryReceipt();
        byte[] request = original.Encode();
        byte[] query = receipt.Encode();
        Samples random = new(6);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] first = Mutate(request, random);
            if (Signed<JobRequest>.TryDecode(first, out Signed<JobRequest>? decoded))
                Assert.Equal(first, decoded.Encode());
            byte[] second = Mutate(query, random);
            if (MessageCodec.TryDecode(second, out QueryReceipt? other))
                Assert.Equal(second, other.Encode());
        }
    }

    [Fact]
    public void Deserialize_EverySerializedMessage_ReturnsItself()
    {
        for (int seed = 0; seed < Rounds; seed++)
        {
            Samples samples = new(seed);
            JsonRoundTrip(new Signed<JobRequest>(samples.JobRequest(), samples.Signature()));
            JsonRoundTrip(new Signed<CancelJob>(samples.CancelJob(), samples.Signature()));
            JsonRoundTrip(new Signed<ShardReceipt>(samples.ShardReceipt(), samples.Signature()));
            JsonRoundTrip(new Signed<AnswerReceipt>(samples.AnswerReceipt(), samples.Signature()));
            JsonRoundTrip(samples.QueryReceipt());
            JsonRoundTrip(samples.QuoteRecord());
            JsonRoundTrip(samples.Account());
            JsonRoundTrip(samples.BatchHeader());
        }
    }

    [Theory]
    [InlineData("\"stopTokens\":[", "\"stopTokens\":null,\"x\":[")]
    [InlineData("\"nonce\":", "\"nonce\":-")]
    [InlineData("\"nonce\":", "\"once\":")]
    [InlineData("\"maxFee\":\"", "\"maxFee\":\"0")]
    [InlineData("\"payment\":\"", "\"payment\":\"x")]
    [InlineData("\"sampling\":{", "\"sampling\":null,\"y\":{")]
    [InlineData("\"user\":\"0x", "\"user\":\"")]
    [InlineData("{\"user\"", "{\"deadline\":1,\"user\"")]
    public void Deserialize_DamagedRequest_Throws(string part, string replacement)
    {
        string json = JsonSerializer.Serialize(new Samples(7).JobRequest(), RollupJson.Options);
        string damaged = json.Replace(part, replacement, StringComparison.Ordinal);

        Assert.NotEqual(json, damaged);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<JobRequest>(damaged, RollupJson.Options));
    }

    [Fact]
    public void Equals_AnyMemberChanged_IsFalse()
    {
        JobRequest request = new Samples(8).JobRequest() with { StopTokens = [1, 2], Nonce = 3, Deadline = 4 };

        Assert.Equal(request, request with { StopTokens = [1, 2] });
        Assert.Equal(request.GetHashCode(), (request with { StopTokens = [1, 2] }).GetHashCode());
        Assert.NotEqual(request, request with { StopTokens = [2, 1] });
        Assert.NotEqual(request, request with { Nonce = 5 });
        Assert.NotEqual(request, request with { Deadline = 5 });
        Assert.NotEqual(request, request with { Sampling = request.Sampling with { Seed = Bytes32.Zero } });
    }

    private static byte[] Mutate(byte[] source, Samples random)
    {
        byte[] copy = [.. source];
        for (int i = random.Below(3); i >= 0; i--)
            copy[random.Below(copy.Length)] = (byte)random.Below(256);
        return copy;
    }

    private static void RoundTrip<T>(T message)
        where T : class, IRollupMessage<T>
    {
        Assert.True(MessageCodec.TryDecode(message.Encode(), out T? decoded));
        Assert.Equal(message, decoded);
    }

    private static void RoundTripSigned<T>(T message, Samples samples)
        where T : class, ITypedMessage<T>
    {
        RoundTrip(message);
        Signed<T> signed = new(message, samples.Signature());
        Assert.True(Signed<T>.TryDecode(signed.Encode(), out Signed<T>? decoded));
        Assert.Equal(signed, decoded);
    }

    private static void JsonRoundTrip<T>(T message) =>
        Assert.Equal(message, JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(message, RollupJson.Options), RollupJson.Options));
}
