namespace TeeTee.Attestation.Sources;

/// <summary>A source that also knows the machine's event log.</summary>
public interface IEvidenceSource : IQuoteSource
{
    /// <summary>What came with the last quote; null before the first.</summary>
    GuestEvidence? Latest { get; }

    /// <summary>A quote with event log and configuration.</summary>
    /// <exception cref="ArgumentException">The report data does not have 64 bytes.</exception>
    /// <exception cref="IOException">The source cannot be reached or refuses.</exception>
    Task<GuestEvidence> GetEvidenceAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellationToken);
}
