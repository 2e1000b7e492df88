namespace TeeTee.Attestation.Sources.Simulator;

/// <summary>The machine that a simulated PCK certificate speaks of: what goes into its SGX extension.</summary>
internal sealed record SimulatedPlatform
{
    /// <summary>ASCII "SIMUL" and a zero: no processor family has it.</summary>
    public static ReadOnlyMemory<byte> SimulatedFmspc { get; } = "SIMUL\0"u8.ToArray();

    /// <summary>6 bytes.</summary>
    public ReadOnlyMemory<byte> Fmspc { get; init; } = SimulatedFmspc;

    /// <summary>2 bytes.</summary>
    public ReadOnlyMemory<byte> PceId { get; init; } = new byte[2];

    /// <summary>16 component SVNs.</summary>
    public ReadOnlyMemory<byte> TcbComponents { get; init; } =
        new byte[] { 3, 3, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0 };

    /// <summary>Security version of the provisioning certification enclave.</summary>
    public int PceSvn { get; init; } = 13;
}
