namespace TeeTee.Attestation.Sources;

/// <summary>Where an enclave gets quotes about itself.</summary>
public interface IQuoteSource
{
    /// <summary>"tdx" for hardware, "simulated" for development.</summary>
    string TeeType { get; }

    /// <summary>A quote over exactly 64 bytes of report data.</summary>
    /// <exception cref="ArgumentException">The report data does not have 64 bytes.</exception>
    /// <exception cref="IOException">The source cannot be reached or refuses.</exception>
    Task<byte[]> GetQuoteAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellationToken);
}
