using System.Globalization;
using System.Text.Json.Nodes;
using TeeTee.Primitives;

namespace TeeTee.Ethereum.Tests;

/// <summary>Generated keys, digests and transactions, compared with viem in one node process, and a few with cast.</summary>
public sealed class ViemTests
{
    [Fact]
    public async Task Sign_RandomInputs_EqualsViem()
    {
        Random random = new(41);
        var keys = Enumerable.Range(0, 150).Select(_ => (Secret: Secret(random), Digest: Keccak256.Hash(BitConverter.GetBytes(random.Next())))).ToArray();
        var transactions = keys.Select((_, i) => Transaction(random, i)).ToArray();
        JsonObject input = new()
        {
            ["transactions"] = new JsonArray([.. keys.Zip(transactions).Select(item => new JsonObject
            {
                ["key"] = Hex.Encode(item.First.Secret),
                ["transaction"] = ToJson(item.Second),
            })]),
            ["digests"] = new JsonArray([.. keys.Select(item => new JsonObject
            {
                ["key"] = Hex.Encode(item.Secret),
                ["digest"] = item.Digest.ToString(),
                ["ours"] = new PrivateKey(item.Secret).Sign(item.Digest).ToString(),
            })]),
        };
        var answer = await ExternalPrograms.NodeAsync(input, "tests", "Ethereum.Tests", "Node", "ethereum.mjs");
        for (var i = 0; i < keys.Length; i++)
        {
            PrivateKey key = new(keys[i].Secret);
            var signed = transactions[i].Sign(key);
            var theirs = answer.GetProperty("transactions")[i];
            Assert.Equal(theirs.GetProperty("raw").GetString(), Hex.Encode(signed.Raw));
            Assert.Equal(theirs.GetProperty("hash").GetString(), signed.Hash.ToString());
            var decoded = SignedTransaction.Decode(signed.Raw);
            Assert.Equal(transactions[i], decoded.Transaction);
            Assert.Equal(key.Address, decoded.Sender());

            var signature = answer.GetProperty("signatures")[i];
            Assert.Equal(signature.GetProperty("address").GetString(), key.Address.ToString());
            Assert.Equal(signature.GetProperty("signature").GetString(), key.Sign(keys[i].Digest).ToString());
            Assert.Equal(signature.GetProperty("recovered").GetString(), key.Address.ToString());
        }
    }

    [Fact]
    public async Task Sign_RandomDigests_EqualsCast()
    {
        Random random = new(42);
        for (var i = 0; i < 6; i++)
        {
            var secret = Secret(random);
            var digest = Keccak256.Hash(BitConverter.GetBytes(i));
            Assert.Equal(
                await ExternalPrograms.CastAsync("wallet", "sign", "--no-hash", "--private-key", Hex.Encode(secret), digest.ToString()),
                new PrivateKey(secret).Sign(digest).ToString());
        }
    }

    [Fact]
    public void Decode_TruncationsAndMutations_IsMalformedOrCanonical()
    {
        Random random = new(43);
        var raw = Transaction(random, 3).Sign(new PrivateKey(Secret(random))).Raw.ToArray();
        for (var length = 0; length < raw.Length; length++)
            Assert.Throws<MalformedDataException>(() => SignedTransaction.Decode(raw.AsSpan(0, length)));
        for (var i = 0; i < 5_000; i++)
        {
            var mutated = (byte[])raw.Clone();
            mutated[random.Next(raw.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Assert.Equal(mutated, SignedTransaction.Decode(mutated).Raw.ToArray());
            }
            catch (MalformedDataException)
            {
                // Refused, as it should be.
            }
        }
    }

    private static byte[] Secret(Random random)
    {
        var secret = new byte[32];
        random.NextBytes(secret);
        secret[0] &= 0x7f;
        return secret;
    }

    private static Eip1559Transaction Transaction(Random random, int index)
    {
        var data = new byte[random.Next(3) * random.Next(200)];
        random.NextBytes(data);
        var address = new byte[20];
        random.NextBytes(address);
        var slot = Keccak256.Hash(address);
        return new Eip1559Transaction
        {
            ChainId = (ulong)random.Next(1, 100_000),
            Nonce = (ulong)random.Next(3) * (ulong)random.Next(),
            MaxPriorityFeePerGas = (UInt128)random.Next(1_000),
            MaxFeePerGas = (UInt128)random.NextInt64(1_000, long.MaxValue),
            GasLimit = (ulong)random.Next(21_000, 16_000_000),
            To = index % 7 == 0 ? null : new Address(address),
            Value = index % 3 == 0 ? 0 : (UInt128)random.NextInt64() << random.Next(60),
            Data = data,
            AccessList = index % 4 == 0 ? [new(new Address(address), [slot, Bytes32.Zero]), new(Address.Zero, [])] : [],
        };
    }

    private static JsonObject ToJson(Eip1559Transaction transaction)
    {
        JsonObject json = new()
        {
            ["chainId"] = transaction.ChainId,
            ["nonce"] = transaction.Nonce.ToString(CultureInfo.InvariantCulture),
            ["maxPriorityFeePerGas"] = transaction.MaxPriorityFeePerGas.ToString(CultureInfo.InvariantCulture),
            ["maxFeePerGas"] = transaction.MaxFeePerGas.ToString(CultureInfo.InvariantCulture),
            ["gas"] = transaction.GasLimit.ToString(CultureInfo.InvariantCulture),
            ["value"] = transaction.Value.ToString(CultureInfo.InvariantCulture),
            ["data"] = Hex.Encode(transaction.Data.Span),
            ["accessList"] = new JsonArray([.. transaction.AccessList.Select(entry => new JsonObject
            {
                ["address"] = entry.Address.ToString(),
                ["storageKeys"] = new JsonArray([.. entry.StorageKeys.Select(key => (JsonNode)key.ToString())]),
            })]),
        };
        if (transaction.To is { } to)
            json["to"] = to.ToString();
        return json;
    }
}
