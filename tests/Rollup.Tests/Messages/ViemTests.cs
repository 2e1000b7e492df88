using System.Text.Json;
using System.Text.Json.Nodes;
using TeeTee.Primitives;
using TeeTee.Rollup.Json;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Tests.Support;

namespace TeeTee.Rollup.Tests.Messages;

/// <summary>Every message's ABI encoding and EIP-712 digest against viem, on the same generated values.</summary>
public sealed class ViemTests
{
    private static readonly RollupDomain s_domain = new(84532, Address.Parse("0x5fbdb2315678afecb367f032d93f642f64180aa3"));

    private readonly JsonArray _items = [];
    private readonly List<JsonObject> _expected = [];

    [Fact]
    public void Encode_GeneratedMessages_AgreesWithViem()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            Samples samples = new(1000 + seed);
            AddSigned(samples.JobRequest(), samples.Signature());
            AddSigned(samples.CancelJob(), samples.Signature());
            AddSigned(samples.ShardReceipt(), samples.Signature());
            AddSigned(samples.AnswerReceipt(), samples.Signature());
            AddSigned(samples.SequencerLink(), samples.Signature());
            Add(samples.ShardClaims());
            Add(samples.QueryReceipt());
            Add(samples.QuoteRecord());
            Add(samples.Account());
            Add(samples.BatchHeader());
        }

        JsonObject input = new()
        {
            ["domain"] = new JsonObject { ["chainId"] = s_domain.ChainId, ["rollup"] = s_domain.Rollup.ToString() },
            ["items"] = _items,
        };
        JsonArray actual = JsonNode.Parse(Node.Run("oracle.mjs", input.ToJsonString()))!.AsArray();

        Assert.Equal(_expected.Count, actual.Count);
        for (int i = 0; i < _expected.Count; i++)
            Assert.True(JsonNode.DeepEquals(_expected[i], actual[i]), $"{_items[i]}\n{_expected[i]}\n{actual[i]}");
    }

    private void Add<T>(T message)
        where T : class, IRollupMessage<T>
    {
        _items.Add(new JsonObject
        {
            ["type"] = typeof(T).Name,
            ["message"] = JsonSerializer.SerializeToNode(message, RollupJson.Options),
        });
        _expected.Add(new JsonObject { ["abi"] = Hex.Encode(message.Encode()) });
    }

    private void AddSigned<T>(T message, Signature signature)
        where T : class, ITypedMessage<T>
    {
        Signed<T> signed = new(message, signature);
        Add(message);
        _items[^1]!["signature"] = signature.ToString();
        _expected[^1]["digest"] = s_domain.Digest(message).ToString();
        _expected[^1]["signed"] = Hex.Encode(signed.Encode());
        _expected[^1]["signedHash"] = signed.Hash().ToString();
    }
}
