using System.Security.Cryptography;
using System.Text;
using TeeTee.Primitives;

namespace TeeTee.Gateway.Sessions;

/// <summary>API keys as clients hold them. Gateways keep only their hashes.</summary>
public static class ApiKey
{
    private const int SecretBytes = 32;

    /// <summary>A new key: <c>tt-</c> and 256 random bits in hex.</summary>
    public static string Generate() => "tt-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>SHA-256 of the key's UTF-8 bytes. Keys are random, so that a slow hash would add nothing.</summary>
    public static Bytes32 Hash(string key) => new(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
