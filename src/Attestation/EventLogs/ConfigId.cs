using System.Security.Cryptography;
using System.Text.Json;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Verification;
using TeeTee.Primitives;

namespace TeeTee.Attestation.EventLogs;

/// <summary>
/// dstack's MR_CONFIG_ID: a version byte, 32 bytes of commitment, 15 zeros. It is set by who starts the machine and measured by the TDX module,
/// so it tells the configuration without an event log.
/// </summary>
internal static class ConfigId
{
    private const int CommitmentEnd = 33;

    private static ReadOnlySpan<byte> Version3Domain => "dstack-mr-config-v3:\0"u8;

    /// <summary>Which form the register has.</summary>
    public static ConfigIdBinding BindingOf(ReadOnlySpan<byte> register)
    {
        if (register.IndexOfAnyExcept((byte)0) < 0)
            return ConfigIdBinding.None;
        bool wellFormed = register[0] is 1 or 2 or 3 && register[CommitmentEnd..].IndexOfAnyExcept((byte)0) < 0;
        return wellFormed ? (ConfigIdBinding)register[0] : ConfigIdBinding.Unknown;
    }

    /// <summary>The register that binds a compose hash alone.</summary>
    public static byte[] Version1(ReadOnlySpan<byte> composeHash) => MrConfigId.OfComposeHash(composeHash);

    /// <summary>The register that binds compose hash, application and key provider.</summary>
    public static byte[] Version2(ReadOnlySpan<byte> composeHash, ReadOnlySpan<byte> appId, string provider, ReadOnlySpan<byte> providerId) =>
        Register(2, Keccak256.Hash([.. composeHash, .. appId, KindOf(provider), .. providerId]).ToArray());

    /// <summary>The register that binds a document by its exact bytes.</summary>
    public static byte[] Version3(ReadOnlySpan<byte> document) => Register(3, SHA256.HashData([.. Version3Domain, .. document]));

    /// <summary>Whether a register agrees with what the boot measured.</summary>
    /// <param name="register">48 bytes.</param>
    /// <param name="claims">From a log that was replayed.</param>
    /// <param name="document">The configuration document; needed for version 3 only.</param>
    /// <exception cref="MalformedEventLogException">Stage <see cref="EventLogStage.ConfigId"/>.</exception>
    public static void Check(ReadOnlySpan<byte> register, RuntimeClaims claims, ReadOnlyMemory<byte> document)
    {
        ConfigIdBinding binding = BindingOf(register);
        Require(binding != ConfigIdBinding.Unknown, $"MR_CONFIG_ID {Start(register)} has none of dstack's forms");
        if (binding == ConfigIdBinding.Version1)
            RequireEqual(register, Version1(claims.ComposeHash.Span), claims);
        else if (binding == ConfigIdBinding.Version2)
            RequireVersion2(register, claims);
        else if (binding == ConfigIdBinding.Version3)
            RequireVersion3(register, claims, document);
    }

    /// <summary>A machine may be started for any provider of its kind, then the register holds an empty id: compose hash and application are bound in both.</summary>
    private static void RequireVersion2(ReadOnlySpan<byte> register, RuntimeClaims claims)
    {
        byte[] exact = Version2(claims.ComposeHash.Span, claims.AppId.Span, claims.KeyProvider.Name, claims.KeyProvider.Id.Span);
        if (!register.SequenceEqual(exact))
            RequireEqual(register, Version2(claims.ComposeHash.Span, claims.AppId.Span, claims.KeyProvider.Name, []), claims);
    }

    private static void RequireVersion3(ReadOnlySpan<byte> register, RuntimeClaims claims, ReadOnlyMemory<byte> document)
    {
        Require(!document.IsEmpty, "MR_CONFIG_ID is of version 3: its configuration document is needed");
        Require(document.Length <= EventLogLimits.ComposeBytes, $"the configuration document has {document.Length} bytes");
        Require(register.SequenceEqual(Version3(document.Span)), $"MR_CONFIG_ID {Start(register)} is not that of the given configuration document");
        try
        {
            using var parsed = JsonDocument.Parse(document, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            RequireMember(parsed.RootElement, "compose_hash", claims.ComposeHash, needed: true);
            RequireMember(parsed.RootElement, "app_id", claims.AppId, needed: false);
            RequireMember(parsed.RootElement, "instance_id", claims.InstanceId, needed: false);
            RequireMember(parsed.RootElement, "key_provider_id", claims.KeyProvider.Id, needed: false);
            string? provider = parsed.RootElement.GetProperty("key_provider").GetString();
            Require(KindOf(provider ?? "") == KindOf(claims.KeyProvider.Name), $"the configuration document names key provider {provider}, the event log {claims.KeyProvider.Name}");
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new MalformedEventLogException(EventLogStage.ConfigId, $"the configuration document cannot be read: {malformed.Message}");
        }
    }

    private static void RequireMember(JsonElement document, string name, ReadOnlyMemory<byte> claimed, bool needed)
    {
        if (!document.TryGetProperty(name, out JsonElement value) && !needed)
            return;
        string hex = value.GetString() ?? "";
        Require(Convert.FromHexString(hex).AsSpan().SequenceEqual(claimed.Span), $"the configuration document has {name} {hex}, the event log {Convert.ToHexStringLower(claimed.Span)}");
    }

    private static void RequireEqual(ReadOnlySpan<byte> register, byte[] expected, RuntimeClaims claims) =>
        Require(register.SequenceEqual(expected),
            $"MR_CONFIG_ID {Start(register)} is not {Start(expected)}, which compose hash {Convert.ToHexStringLower(claims.ComposeHash.Span)} gives");

    private static byte KindOf(string provider) => provider switch
    {
        "none" => 0,
        "local-sgx" or "local" => 1,
        "kms" => 2,
        "tpm" => 3,
        _ => throw new MalformedEventLogException(EventLogStage.ConfigId, $"\"{provider}\" is no kind of key provider"),
    };

    private static byte[] Register(byte version, ReadOnlySpan<byte> commitment)
    {
        byte[] register = new byte[QuoteLayout.MeasurementSize];
        register[0] = version;
        commitment.CopyTo(register.AsSpan(1));
        return register;
    }

    private static string Start(ReadOnlySpan<byte> register) => Convert.ToHexStringLower(register[..CommitmentEnd]);

    private static void Require(bool condition, string cause) => MalformedEventLogException.Require(condition, EventLogStage.ConfigId, cause);
}
