using TeeTee.Primitives;

namespace TeeTee.Verifier.Disputing;

/// <summary>What the chain does not tell about an own dispute: the salt behind its commitment. Everything else is read from the chain and computed again.</summary>
/// <param name="Target">What it is about.</param>
/// <param name="Salt">Random.</param>
/// <param name="ListRoot">Root of the own list when it was opened: the same computation gives it again.</param>
/// <param name="RecordedAt">Unix seconds.</param>
internal sealed record DisputeRecord(DisputeTarget Target, Bytes32 Salt, Bytes32 ListRoot, ulong RecordedAt);

/// <summary>Gas paid for, by time.</summary>
/// <param name="At">Unix seconds.</param>
/// <param name="Wei">What the transaction cost.</param>
/// <param name="Purpose">What it did.</param>
internal sealed record SpentGas(ulong At, UInt128 Wei, string Purpose);

/// <summary>The record file.</summary>
internal sealed record StoredRecords(int Version, ulong ChainId, Address Rollup, IReadOnlyList<DisputeRecord> Disputes, IReadOnlyList<SpentGas> Gas)
{
    /// <summary>The version that this assembly writes and reads.</summary>
    public const int CurrentVersion = 1;
}
