using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Sequencer.Jobs;

namespace TeeTee.Sequencer.Attestations;

/// <summary>The query of an attestation request, read strictly.</summary>
/// <param name="Model">Name or identity; null for the only one.</param>
/// <param name="Nonce">The challenge.</param>
/// <param name="RequestNonce">The same as the asker wrote it: 64 hex digits.</param>
/// <param name="SigningAddress">The shard that must be among those attested, or null.</param>
internal sealed record AttestationQuery(string? Model, Bytes32 Nonce, string RequestNonce, Address? SigningAddress)
{
    private const int NonceDigits = 2 * Bytes32.Size;

    /// <summary>Reads <c>model</c>, <c>signing_algo</c>, <c>nonce</c> and <c>signing_address</c>; a nonce is drawn where there is none.</summary>
    /// <exception cref="JobApiException"><c>invalid_request</c> or <c>invalid_signing_algo</c>.</exception>
    public static AttestationQuery Read(IQueryCollection query)
    {
        RequireAlgorithm(One(query, "signing_algo"));
        string text = One(query, "nonce") ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes32.Size));
        return new AttestationQuery(One(query, "model"), NonceOf(text), text, AddressOf(One(query, "signing_address")));
    }

    /// <summary>32 bytes of 64 hex digits, without prefix.</summary>
    /// <exception cref="JobApiException"><c>invalid_request</c>.</exception>
    public static Bytes32 NonceOf(string text) => text.Length == NonceDigits && Bytes32.TryParse("0x" + text, out Bytes32 nonce)
        ? nonce
        : throw Refusal.Invalid($"nonce has {text.Length} characters; it must be {NonceDigits} hex digits.");

    /// <summary>The value of a name that is given once at most; null where it is not, or empty.</summary>
    /// <exception cref="JobApiException"><c>invalid_request</c>.</exception>
    public static string? One(IQueryCollection query, string name)
    {
        if (!query.TryGetValue(name, out var values))
            return null;
        if (values.Count > 1)
            throw Refusal.Invalid($"{name} is given {values.Count} times.");
        return string.IsNullOrEmpty(values[0]) ? null : values[0];
    }

    private static void RequireAlgorithm(string? algorithm)
    {
        if (algorithm is not (null or "ecdsa"))
        {
            throw new JobApiException(System.Net.HttpStatusCode.BadRequest, "invalid_signing_algo", $"signing_algo is '{algorithm}'; this node signs with ecdsa alone.")
            {
                Type = "invalid_signing_algo",
            };
        }
    }

    // Verifiers of other services write addresses in every case; a checksum is not theirs to know.
    private static Address? AddressOf(string? text)
    {
        if (text is null)
            return null;
        return Address.TryParse(text.ToLowerInvariant(), out Address address)
            ? address
            : throw Refusal.Invalid("signing_address must be 0x and 40 hex digits.");
    }
}
