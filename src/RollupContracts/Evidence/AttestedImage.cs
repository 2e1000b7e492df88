using TeeTee.Attestation.Quotes;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>
/// The chain's name of what runs in a TD: keccak256 of MRTD, RTMR0, RTMR1, RTMR2 and MRCONFIGID. RTMR3 differs between machines that run
/// the same and is not part of it.
/// </summary>
public static class AttestedImage
{
    private static readonly TdMeasurement[] s_registers =
        [TdMeasurement.MrTd, TdMeasurement.Rtmr0, TdMeasurement.Rtmr1, TdMeasurement.Rtmr2, TdMeasurement.MrConfigId];

    /// <summary>The image of registers.</summary>
    /// <param name="measurement">The 48 bytes of each register.</param>
    public static Bytes32 Of(Func<TdMeasurement, ReadOnlyMemory<byte>> measurement)
    {
        ArgumentNullException.ThrowIfNull(measurement);
        return Keccak256.Hash([.. s_registers.SelectMany(register => measurement(register).ToArray())]);
    }

    /// <summary>The image of a report; what it says is to be believed only once its quote is verified.</summary>
    public static Bytes32 Of(TdReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return Of(report.Measurement);
    }
}
