using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Links;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Tests.Support;

/// <summary>Arbitrary messages from a seed: every member is drawn from its whole range, edges often.</summary>
internal sealed class Samples(int seed)
{
    private readonly Random _random = new(seed);

    public Bytes32 Hash() => new(Bytes(32));

    public Address Address() => new(Bytes(20));

    public Signature Signature() => new(Hash(), Hash(), (byte)_random.Next(27, 29));

    public uint U32() => Edge() ? uint.MaxValue : (uint)_random.NextInt64(1L << _random.Next(33));

    public ulong U64() => Edge() ? ulong.MaxValue : (ulong)_random.NextInt64() >> _random.Next(63);

    public UInt128 U128() => Edge() ? UInt128.MaxValue : new UInt128(U64() >> _random.Next(64), U64());

    public Sampling Sampling() => new(_random.Next(2) == 0, U32(), U32(), Hash());

    public JobRequest JobRequest() => new()
    {
        User = Address(),
        Sequencer = Address(),
        Nonce = U64(),
        ModelId = Hash(),
        PromptTokensRoot = Hash(),
        PromptTokens = U32(),
        MaxOutputTokens = U32(),
        StopTokens = [.. Enumerable.Range(0, _random.Next(5)).Select(_ => U32())],
        Sampling = Sampling(),
        PromptPrice = U128(),
        OutputPrice = U128(),
        MaxFee = U128(),
        CumulativeMax = U128(),
        Deadline = U64(),
        Payment = (PaymentKind)_random.Next(2),
        Privacy = (PrivacyMode)_random.Next(2),
    };

    public CancelJob CancelJob() => new(Hash(), U32());

    public ShardReceipt ShardReceipt() => new(Hash(), U32(), Address(), U64(), U32(), Hash(), Hash(), U64());

    public AnswerReceipt AnswerReceipt() => new(Hash(), Hash(), U128(), U64());

    public SequencerLink SequencerLink() => new(Hash(), U64(), U64());

    public ShardClaims ShardClaims() => new(U64(), Address(), Hash(), U32(), Address(), Address(), Hash());

    public QueryReceipt QueryReceipt() => new()
    {
        JobId = Hash(),
        RequestHash = Hash(),
        ShardReceiptHashes = [.. Enumerable.Range(0, _random.Next(17)).Select(_ => Hash())],
        Finish = (FinishReason)_random.Next(1, 5),
        PromptTokens = U32(),
        OutputTokens = U32(),
        TokensRoot = Hash(),
        CancelHash = Hash(),
        Fee = U128(),
        StateRootAfter = Hash(),
    };

    public QuoteRecord QuoteRecord() => new(Hash(), U32(), Address(), U64(), Hash(), Address(), Hash(), Hash());

    public Account Account() => new(Address(), U128(), U64(), U128(), U128());

    public BatchHeader BatchHeader() =>
        new((ushort)_random.Next(65536), Hash(), U32(), Hash(), U32(), Hash(), U32(), Hash());

    public byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    public int Below(int bound) => _random.Next(bound);

    private bool Edge() => _random.Next(8) == 0;
}
