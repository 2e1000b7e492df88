using System.Globalization;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Verification;

/// <summary>Reads <see cref="QuotePolicy"/> from the JSON form that docs/attestation.md describes. Members that it does not know are refused: a rule that is not understood must not be dropped.</summary>
internal static class QuotePolicyReader
{
    public const int MaxSize = 65_536;

    private const string TdAttributes = "allowedTdAttributes";
    private const string Measurements = "measurements";
    private const string ConfigId = "mrConfigId";
    private const string ComposeHash = "composeHash";
    private const string ServiceTd = "allowServiceTd";
    private const string Statuses = "acceptedStatuses";
    private const string Advisories = "allowedAdvisories";
    private const string MinEvaluation = "minTcbEvaluationDataNumber";
    private const string Strict = "strictComponents";
    private const int Most = 256;

    private static readonly Dictionary<string, TdMeasurement> s_registers = new(StringComparer.Ordinal)
    {
        ["mrTd"] = TdMeasurement.MrTd,
        ["rtmr0"] = TdMeasurement.Rtmr0,
        ["rtmr1"] = TdMeasurement.Rtmr1,
        ["rtmr2"] = TdMeasurement.Rtmr2,
        ["rtmr3"] = TdMeasurement.Rtmr3,
        [ConfigId] = TdMeasurement.MrConfigId,
        ["mrSeam"] = TdMeasurement.MrSeam,
        ["mrOwner"] = TdMeasurement.MrOwner,
        ["mrOwnerConfig"] = TdMeasurement.MrOwnerConfig,
    };

    public static QuotePolicy Read(JsonFields root)
    {
        root.RequireOnly(TdAttributes, Measurements, ConfigId, ComposeHash, ServiceTd, Statuses, Advisories, MinEvaluation, Strict);
        QuotePolicy standard = new();
        return standard with
        {
            AllowedTdAttributes = root.Has(TdAttributes) ? [.. root.Texts(TdAttributes, Most).Select(ReadAttributes)] : standard.AllowedTdAttributes,
            AllowedMeasurements = ReadMeasurements(root),
            AllowServiceTd = root.Has(ServiceTd) && root.Flag(ServiceTd),
            AcceptedStatuses = root.Has(Statuses) ? [.. root.Texts(Statuses, Most).Select(ReadStatus)] : standard.AcceptedStatuses,
            AllowedAdvisories = root.Has(Advisories) ? root.Texts(Advisories, Most) : null,
            MinTcbEvaluationDataNumber = root.Has(MinEvaluation) ? root.Number(MinEvaluation, int.MaxValue) : 0,
            StrictComponents = root.Has(Strict) && root.Flag(Strict),
        };
    }

    private static Dictionary<TdMeasurement, IReadOnlyList<ReadOnlyMemory<byte>>> ReadMeasurements(JsonFields root)
    {
        Dictionary<TdMeasurement, IReadOnlyList<ReadOnlyMemory<byte>>> allowed = [];
        if (root.Has(Measurements))
        {
            JsonFields listed = root.Object(Measurements);
            listed.RequireOnly([.. s_registers.Keys]);
            foreach ((string name, TdMeasurement register) in s_registers.Where(pair => listed.Has(pair.Key)))
                Add(allowed, register, listed.Texts(name, Most).Select(text => JsonFields.HexOf(text, name, QuoteLayout.MeasurementSize)));
        }
        if (root.Has(ConfigId))
            Add(allowed, TdMeasurement.MrConfigId, root.Texts(ConfigId, Most).Select(text => JsonFields.HexOf(text, ConfigId, QuoteLayout.MeasurementSize)));
        if (root.Has(ComposeHash))
            Add(allowed, TdMeasurement.MrConfigId, root.Texts(ComposeHash, Most).Select(text => MrConfigId.OfComposeHash(JsonFields.HexOf(text, ComposeHash, 32))));
        return allowed;
    }

    private static void Add(
        Dictionary<TdMeasurement, IReadOnlyList<ReadOnlyMemory<byte>>> allowed, TdMeasurement register, IEnumerable<byte[]> values)
    {
        IReadOnlyList<ReadOnlyMemory<byte>> before = allowed.GetValueOrDefault(register, []);
        allowed[register] = [.. before, .. values.Select(value => (ReadOnlyMemory<byte>)value)];
    }

    /// <summary>TD_ATTRIBUTES as the number that quotes are shown with: 16 hex digits, with or without 0x.</summary>
    private static ulong ReadAttributes(string text)
    {
        ReadOnlySpan<char> digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text;
        return digits.Length == 16 && ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : throw new MalformedCollateralException($"\"{text}\" of {TdAttributes} is not 16 hex digits");
    }

    private static TcbStatus ReadStatus(string text)
    {
        foreach (TcbStatus status in QuotePolicy.AnyStatus)
        {
            if (status.ToString() == text)
                return status;
        }
        throw new MalformedCollateralException($"\"{text}\" is no status that can be accepted");
    }
}
