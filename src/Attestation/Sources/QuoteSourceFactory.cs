using TeeTee.Attestation.Sources.Simulator;

namespace TeeTee.Attestation.Sources;

/// <summary>Opens quote sources by kind.</summary>
public static class QuoteSourceFactory
{
    /// <summary>A source that asks hardware.</summary>
    /// <param name="kind">Any but <see cref="TeeKind.Simulator"/>, which <see cref="OpenSimulator"/> opens.</param>
    /// <param name="path">Socket or folder; the kind's usual place if null.</param>
    /// <param name="clock">For deadlines and pauses.</param>
    /// <exception cref="ArgumentException">No such kind, or a path that cannot be one.</exception>
    /// <exception cref="IOException">There is nothing at the path: not such a machine, or not mounted.</exception>
    public static IQuoteSource OpenHardware(TeeKind kind, string? path, TimeProvider clock)
    {
        string place = path ?? DefaultPath(kind);
        if (!(kind == TeeKind.ConfigFs ? Directory.Exists(place) : File.Exists(place)))
            throw new IOException($"There is no {place}: this machine has no such quote source, or it is not mounted here.");
        return kind switch
        {
            TeeKind.Dstack => new DstackQuoteSource(place, clock),
            TeeKind.Tappd => new TappdQuoteSource(place, clock),
            _ => new ConfigFsQuoteSource(place, clock),
        };
    }

    /// <summary>A machine of the simulator, below the PKI of a folder, which is made if absent.</summary>
    /// <exception cref="IOException">The folder cannot be read or written.</exception>
    public static IQuoteSource OpenSimulator(string folder, SimulatedMeasurements measurements, TimeProvider clock)
    {
        using SimulatedPki pki = SimulatedPki.LoadOrCreate(folder, clock);
        return new SimulatedQuoteSource(pki, measurements);
    }

    /// <summary>Where a kind of machine has its source.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The simulator has no usual place.</exception>
    public static string DefaultPath(TeeKind kind) => kind switch
    {
        TeeKind.Dstack => DstackQuoteSource.DefaultPath,
        TeeKind.Tappd => TappdQuoteSource.DefaultPath,
        TeeKind.ConfigFs => ConfigFsQuoteSource.DefaultPath,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a kind of hardware."),
    };
}
