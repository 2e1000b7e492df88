using System.Security.Cryptography;
using System.Text;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Sources.Simulator;

/// <summary>
/// The registers of a simulated TD, a function of the image's name and the compose text alone, so that a policy for a
/// development network can be written without asking a machine.
/// </summary>
public sealed class SimulatedMeasurements
{
    private readonly Dictionary<TdMeasurement, byte[]> _values;

    private SimulatedMeasurements(Dictionary<TdMeasurement, byte[]> values) => _values = values;

    /// <summary>
    /// Measurements of an image that runs a compose file: MRTD and RTMR0-2 follow the image, RTMR3 the compose text,
    /// MR_CONFIG_ID is dstack's 01 || sha256(compose) || zeros.
    /// </summary>
    /// <param name="image">Name or digest of the image that the machine claims to run.</param>
    /// <param name="compose">Text of the compose file, or any other description of the application.</param>
    public static SimulatedMeasurements Of(string image, string compose)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(compose);
        Dictionary<TdMeasurement, byte[]> values = [];
        foreach (TdMeasurement register in
            new[] { TdMeasurement.MrTd, TdMeasurement.Rtmr0, TdMeasurement.Rtmr1, TdMeasurement.Rtmr2 })
            values[register] = Measure(register, image);
        values[TdMeasurement.Rtmr3] = Measure(TdMeasurement.Rtmr3, compose);
        values[TdMeasurement.MrConfigId] = MrConfigId.OfComposeHash(SHA256.HashData(Encoding.UTF8.GetBytes(compose)));
        return new SimulatedMeasurements(values);
    }

    /// <summary>The registers as an allow-list for <see cref="Verification.QuotePolicy"/>: only this machine passes.</summary>
    public IReadOnlyDictionary<TdMeasurement, IReadOnlyList<ReadOnlyMemory<byte>>> ToAllowList() =>
        _values.ToDictionary(
            pair => pair.Key, pair => (IReadOnlyList<ReadOnlyMemory<byte>>)[pair.Value.ToArray()]);

    /// <summary>The 48 bytes of one register; zero for one that the simulator leaves empty.</summary>
    public ReadOnlyMemory<byte> this[TdMeasurement register] =>
        _values.TryGetValue(register, out byte[]? value) ? value : new byte[QuoteLayout.MeasurementSize];

    private static byte[] Measure(TdMeasurement register, string text) =>
        SHA384.HashData(Encoding.UTF8.GetBytes($"teetee/simulated-measurement/v1:{register}:{text}"));
}
