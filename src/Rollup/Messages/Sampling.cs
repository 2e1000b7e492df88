using System.Text.Json.Serialization;
using TeeTee.Primitives;
using TeeTee.Rollup.Abi;

namespace TeeTee.Rollup.Messages;

/// <summary>How the last slot picks tokens; part of the signed request, so that no host or sequencer can steer an answer.</summary>
/// <param name="Greedy">Highest logit, lowest id on ties; the other members are ignored.</param>
/// <param name="InverseTemperatureBits">The fp32 bits of 1/temperature, which is in [2^-7, 2^10].</param>
/// <param name="TopK">0 in version 1: every token may be picked.</param>
/// <param name="Seed">Seed of the Gumbel noise.</param>
public sealed record Sampling(bool Greedy, uint InverseTemperatureBits, uint TopK, Bytes32 Seed)
{
    internal const string Type = "Sampling(bool greedy,uint32 inverseTemperatureBits,uint32 topK,bytes32 seed)";

    private static readonly Bytes32 s_typeHash = TypedData.TypeHash(Type);

    /// <summary>Greedy picking.</summary>
    public static Sampling GreedyPick { get; } = new(true, 0, 0, Bytes32.Zero);

    /// <summary>1/temperature as the number that the bits stand for.</summary>
    [JsonIgnore]
    public float InverseTemperature => BitConverter.UInt32BitsToSingle(InverseTemperatureBits);

    internal Bytes32 StructHash() => TypedData.StructHash(s_typeHash, WriteMembers);

    internal void WriteMembers(TupleWriter writer) =>
        writer.Flag(Greedy).Number(InverseTemperatureBits).Number(TopK).Hash(Seed);

    internal static Sampling Read(ref TupleReader reader) =>
        new(reader.Flag(), reader.U32(), reader.U32(), reader.Hash());
}
