using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>Web3 Secret Storage, version 3: scrypt or PBKDF2, AES-128-CTR, Keccak-256 as the check.</summary>
internal static class Keystore
{
    private const int ScryptN = 1 << 17;
    private const int ScryptR = 8;
    private const long MaxScryptBytes = 1L << 30;
    private const int MaxPbkdf2Rounds = 10_000_000;

    public static string Encrypt(PrivateKey key, string password)
    {
        var salt = RandomNumberGenerator.GetBytes(32);
        var iv = RandomNumberGenerator.GetBytes(16);
        var derived = Scrypt.Derive(Encoding.UTF8.GetBytes(password), salt, ScryptN, ScryptR, 1, 32);
        var data = new byte[32];
        key.CopySecretTo(data);
        ApplyCtr(derived.AsSpan(0, 16), iv, data);
        return new JsonObject
        {
            ["address"] = Convert.ToHexStringLower(key.Address.ToArray()),
            ["crypto"] = new JsonObject
            {
                ["cipher"] = "aes-128-ctr",
                ["cipherparams"] = new JsonObject { ["iv"] = Convert.ToHexStringLower(iv) },
                ["ciphertext"] = Convert.ToHexStringLower(data),
                ["kdf"] = "scrypt",
                ["kdfparams"] = new JsonObject
                {
                    ["dklen"] = 32,
                    ["n"] = ScryptN,
                    ["p"] = 1,
                    ["r"] = ScryptR,
                    ["salt"] = Convert.ToHexStringLower(salt),
                },
                ["mac"] = Convert.ToHexStringLower(Mac(derived, data)),
            },
            ["id"] = Guid.NewGuid().ToString(),
            ["version"] = 3,
        }.ToJsonString();
    }

    public static PrivateKey Decrypt(string path, string text, string password)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return Decrypt(path, json.RootElement, password);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new KeyFileException(path, "it is not a keystore of version 3.", e);
        }
    }

    private static PrivateKey Decrypt(string path, JsonElement root, string password)
    {
        var crypto = Get(root, "crypto");
        if (Get(root, "version").GetInt32() != 3 || Get(crypto, "cipher").GetString() != "aes-128-ctr")
            throw new KeyFileException(path, "only version 3 with aes-128-ctr is supported.");
        var derived = Derive(path, crypto, Encoding.UTF8.GetBytes(password));
        var data = Bytes(crypto, "ciphertext");
        if (!CryptographicOperations.FixedTimeEquals(Mac(derived, data), Bytes(crypto, "mac")))
            throw new KeyFileException(path, "the password is wrong, or the file was altered.");
        ApplyCtr(derived.AsSpan(0, 16), Bytes(Get(crypto, "cipherparams"), "iv"), data);
        PrivateKey key = new(data);
        CryptographicOperations.ZeroMemory(data);
        return key;
    }

    private static byte[] Derive(string path, JsonElement crypto, byte[] password)
    {
        var parameters = Get(crypto, "kdfparams");
        var salt = Bytes(parameters, "salt");
        if (Get(parameters, "dklen").GetInt32() != 32)
            throw new KeyFileException(path, "its dklen is not 32.");
        switch (Get(crypto, "kdf").GetString())
        {
            case "scrypt":
                var (n, r, p) = (Get(parameters, "n").GetInt32(), Get(parameters, "r").GetInt32(), Get(parameters, "p").GetInt32());
                if (!System.Numerics.BitOperations.IsPow2(n) || n < 2 || r is < 1 or > 32 || p is < 1 or > 16 || 128L * n * r > MaxScryptBytes)
                    throw new KeyFileException(path, $"its scrypt parameters n = {n}, r = {r}, p = {p} are out of range.");
                return Scrypt.Derive(password, salt, n, r, p, 32);
            case "pbkdf2":
                var rounds = Get(parameters, "c").GetInt32();
                if (Get(parameters, "prf").GetString() != "hmac-sha256" || rounds is < 1 or > MaxPbkdf2Rounds)
                    throw new KeyFileException(path, $"its pbkdf2 parameters (c = {rounds}) are out of range.");
                return Rfc2898DeriveBytes.Pbkdf2(password, salt, rounds, HashAlgorithmName.SHA256, 32);
            default:
                throw new KeyFileException(path, "its kdf is neither scrypt nor pbkdf2.");
        }
    }

    private static byte[] Mac(byte[] derived, byte[] ciphertext) =>
        Keccak256.Hash([.. derived.AsSpan(16, 16), .. ciphertext]).ToArray();

    private static void ApplyCtr(ReadOnlySpan<byte> key, byte[] iv, byte[] data)
    {
        if (iv.Length != 16)
            throw new FormatException($"The iv has {iv.Length} bytes, not 16.");
        using var aes = Aes.Create();
        aes.Key = key.ToArray();
        var counter = (byte[])iv.Clone();
        for (var at = 0; at < data.Length; at += 16)
        {
            var pad = aes.EncryptEcb(counter, PaddingMode.None);
            for (var i = 0; i < 16 && at + i < data.Length; i++)
                data[at + i] ^= pad[i];
            for (var i = 15; i >= 0 && ++counter[i] == 0; i--)
            {
            }
        }
    }

    private static byte[] Bytes(JsonElement element, string name) => Hex.Decode(Get(element, name).GetString());

    // Old geth files write "Crypto".
    private static JsonElement Get(JsonElement element, string name)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase))
                return property.Value;
        }
        throw new KeyNotFoundException($"The keystore has no '{name}'.");
    }
}
