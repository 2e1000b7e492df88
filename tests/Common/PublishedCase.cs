using System.Text.Json;

namespace TeeTee.Testing;

/// <summary>One verdict case of ../shared/tdx/cases.json: a real quote, changed or not, with collateral, a time, and what an independent verifier said.</summary>
internal sealed record PublishedCase
{
    /// <summary>The file, relative to ../shared, for conditional facts.</summary>
    public const string File = "tdx/cases.json";

    /// <summary>What the reasons of refused cases start with, and the stage that it is. The longer start comes first.</summary>
    private static readonly (string Start, string Stage)[] s_stages =
    [
        ("PCK chain: CRL of", "PckCrl"),
        ("PCK chain", "PckChain"),
        ("exception ValueError: error parsing asn1", "PckChain"),
        ("QE report", "QeReport"),
        ("quote: bad ECDSA signature", "QuoteSignature"),
        ("attributes", "Attributes"),
        ("TCB info is not TDX v3", "TcbInfo"),
        ("qe_identity from the future", "QeIdentity"),
        ("FMSPC mismatch", "PlatformMatch"),
        ("no matching TCB level", "TcbLevel"),
        ("unsupported version", "Parse"),
        ("unsupported body type", "Parse"),
        ("unsupported attestation key type", "Parse"),
        ("unsupported TEE type", "Parse"),
        ("unknown QE vendor id", "Parse"),
        ("not a TDX quote", "Parse"),
        ("truncated at", "Parse"),
        ("trailing bytes in signature data", "Parse"),
        ("outer cert data type", "Parse"),
        ("PCK cert type", "Parse"),
        ("body size", "Parse"),
    ];

    private PublishedCase()
    {
    }

    public required string Id { get; init; }

    public required byte[] Quote { get; init; }

    public required string CollateralPath { get; init; }

    public required string At { get; init; }

    /// <summary>Whether SGX quotes are to be refused.</summary>
    public required bool TdxOnly { get; init; }

    public required PublishedVerdict Expect { get; init; }

    /// <summary>The verdict where all 16 components are compared, if it is another one.</summary>
    public PublishedVerdict? ExpectStrict { get; init; }

    public static IReadOnlyList<PublishedCase> Load()
    {
        using var document = JsonDocument.Parse(System.IO.File.ReadAllText(Path.Combine(Repository.Shared, File)));
        return [.. document.RootElement.GetProperty("verdict_cases").EnumerateArray().Select(Read)];
    }

    /// <summary>A real quote as it is.</summary>
    public static byte[] ReadQuote(string name) => System.IO.File.ReadAllBytes(PathOf($"quotes/{name}.bin"));

    public static string PathOf(string relative) => Path.Combine(Repository.Shared, "tdx", relative);

    /// <summary>The stage at which a reason refuses.</summary>
    public static string StageOf(string reason) => s_stages.First(entry => reason.StartsWith(entry.Start, StringComparison.Ordinal)).Stage;

    private static PublishedCase Read(JsonElement element) => new()
    {
        Id = element.GetProperty("id").GetString()!,
        Quote = Mutated(element),
        CollateralPath = PathOf(element.GetProperty("collateral").GetString()!),
        At = element.GetProperty("at").GetString()!,
        TdxOnly = element.GetProperty("tdx_only").GetBoolean(),
        Expect = PublishedVerdict.Read(element.GetProperty("expect")),
        ExpectStrict = element.TryGetProperty("expect_all16_rule", out JsonElement strict) ? PublishedVerdict.Read(strict) : null,
    };

    /// <summary>Mutations in order: xor one byte at an offset, truncate to a length, append hex.</summary>
    private static byte[] Mutated(JsonElement element)
    {
        byte[] bytes = System.IO.File.ReadAllBytes(PathOf(element.GetProperty("quote").GetString()!));
        if (!element.TryGetProperty("mutate", out JsonElement steps))
            return bytes;
        foreach (JsonElement step in steps.EnumerateArray())
        {
            if (step.TryGetProperty("truncate", out JsonElement length))
                bytes = bytes[..length.GetInt32()];
            else if (step.TryGetProperty("append", out JsonElement hex))
                bytes = [.. bytes, .. Convert.FromHexString(hex.GetString()!)];
            else
                bytes[step.GetProperty("offset").GetInt32()] ^= step.GetProperty("xor").GetByte();
        }
        return bytes;
    }
}
