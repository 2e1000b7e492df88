using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Abi;

namespace TeeTee.Rollup.Messages;

/// <summary>
/// What a user or its session key signs to have a job run and paid (protocol section 4); its digest is the job id. Every shard
/// takes every parameter from it alone. Two requests are equal if every member is, stop tokens in order.
/// </summary>
public sealed record JobRequest : ITypedMessage<JobRequest>
{
    internal const string Type =
        "JobRequest(address user,address sequencer,uint64 nonce,bytes32 modelId,bytes32 promptTokensRoot,uint32 promptTokens,"
        + "uint32 maxOutputTokens,uint32[] stopTokens,Sampling sampling,uint128 promptPrice,uint128 outputPrice,uint128 maxFee,"
        + "uint128 cumulativeMax,uint64 deadline,uint8 payment,uint8 privacy)" + Sampling.Type;

    // What a decoder accepts; the rule of version 1 (16) is JobRequestRules'.
    private const int MostStopTokens = 256;

    private static readonly Bytes32 s_typeHash = TypedData.TypeHash(Type);

    /// <summary>Who pays.</summary>
    public required Address User { get; init; }

    /// <summary>Who may charge.</summary>
    public required Address Sequencer { get; init; }

    /// <summary>Strictly increasing per user; at least 1.</summary>
    public required ulong Nonce { get; init; }

    /// <summary>The model (protocol section 3).</summary>
    public required Bytes32 ModelId { get; init; }

    /// <summary>Root of the prompt's token ids.</summary>
    public required Bytes32 PromptTokensRoot { get; init; }

    /// <summary>Token ids in the prompt; at least 1.</summary>
    public required uint PromptTokens { get; init; }

    /// <summary>Most output tokens; at least 1.</summary>
    public required uint MaxOutputTokens { get; init; }

    /// <summary>Ids that end the answer, strictly ascending, at most 16.</summary>
    public required ImmutableArray<uint> StopTokens { get; init; }

    /// <summary>How tokens are picked.</summary>
    public required Sampling Sampling { get; init; }

    /// <summary>Wei per prompt token.</summary>
    public required UInt128 PromptPrice { get; init; }

    /// <summary>Wei per output token.</summary>
    public required UInt128 OutputPrice { get; init; }

    /// <summary>Most wei that this job may cost; the job stops before its fee would pass it.</summary>
    public required UInt128 MaxFee { get; init; }

    /// <summary>Most wei that the user will have spent from this payment source once this job is charged.</summary>
    public required UInt128 CumulativeMax { get; init; }

    /// <summary>Unix seconds after which no one may start the job.</summary>
    public required ulong Deadline { get; init; }

    /// <summary>What pays.</summary>
    public required PaymentKind Payment { get; init; }

    /// <summary>Who may read the tokens.</summary>
    public required PrivacyMode Privacy { get; init; }

    static bool IRollupMessage<JobRequest>.IsDynamic => true;

    /// <inheritdoc/>
    public Bytes32 StructHash() => TypedData.StructHash(
        s_typeHash,
        words => Write(words, w => w.Hash(TypedData.ArrayHash(StopTokens)), w => w.Hash(Sampling.StructHash())));

    /// <inheritdoc/>
    public void WriteMembers(TupleWriter writer) => Write(
        writer, w => w.Array(StopTokens, static (words, token) => words.Number(token)), Sampling.WriteMembers);

    static JobRequest IRollupMessage<JobRequest>.ReadMembers(ref TupleReader reader) => new()
    {
        User = reader.Account(),
        Sequencer = reader.Account(),
        Nonce = reader.U64(),
        ModelId = reader.Hash(),
        PromptTokensRoot = reader.Hash(),
        PromptTokens = reader.U32(),
        MaxOutputTokens = reader.U32(),
        StopTokens = ReadStopTokens(ref reader),
        Sampling = Sampling.Read(ref reader),
        PromptPrice = reader.U128(),
        OutputPrice = reader.U128(),
        MaxFee = reader.U128(),
        CumulativeMax = reader.U128(),
        Deadline = reader.U64(),
        Payment = (PaymentKind)reader.U8((byte)PaymentKind.Earnings),
        Privacy = (PrivacyMode)reader.U8((byte)PrivacyMode.Sealed),
    };

    public bool Equals(JobRequest? other) =>
        other is not null && (ReferenceEquals(this, other) || this.Encode().AsSpan().SequenceEqual(other.Encode()));

    public override int GetHashCode() => HashCode.Combine(User, Nonce, PromptTokensRoot, MaxOutputTokens, MaxFee);

    private void Write(TupleWriter writer, Action<TupleWriter> stopTokens, Action<TupleWriter> sampling)
    {
        writer.Account(User).Account(Sequencer).Number(Nonce).Hash(ModelId).Hash(PromptTokensRoot);
        writer.Number(PromptTokens).Number(MaxOutputTokens);
        stopTokens(writer);
        sampling(writer);
        writer.Number(PromptPrice).Number(OutputPrice).Number(MaxFee).Number(CumulativeMax).Number(Deadline);
        writer.Number((byte)Payment).Number((byte)Privacy);
    }

    private static ImmutableArray<uint> ReadStopTokens(ref TupleReader reader)
    {
        TupleReader words = reader.Array(MostStopTokens, out int count);
        var tokens = ImmutableArray.CreateBuilder<uint>(count);
        for (int i = 0; i < count; i++)
            tokens.Add(words.U32());
        reader.Join(words.Failed);
        return tokens.MoveToImmutable();
    }
}
