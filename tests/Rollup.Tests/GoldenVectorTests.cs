using System.Text.Json;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Json;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;

namespace TeeTee.Rollup.Tests;

/// <summary>tests/vectors/rollup, which an independent script made.</summary>
public sealed class GoldenVectorTests
{
    private static readonly JsonElement s_messages = Load("messages.json");
    private static readonly JsonElement s_state = Load("state.json");

    public static TheoryData<int> Messages => [.. Enumerable.Range(0, s_messages.GetProperty("messages").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Digest_GoldenMessage_IsTheVectors(int index)
    {
        JsonElement vector = s_messages.GetProperty("messages")[index];
        switch (vector.GetProperty("type").GetString())
        {
            case nameof(JobRequest): Check<JobRequest>(vector); break;
            case nameof(CancelJob): Check<CancelJob>(vector); break;
            case nameof(ShardReceipt): Check<ShardReceipt>(vector); break;
            case nameof(AnswerReceipt): Check<AnswerReceipt>(vector); break;
            default: Assert.Fail("Unknown type."); break;
        }
    }

    [Fact]
    public void Root_GoldenAccounts_IsTheVectors()
    {
        Account[] accounts = s_state.GetProperty("accounts").Deserialize<Account[]>(RollupJson.Options)!;
        AccountTree tree = AccountTree.Load(accounts);

        Assert.Equal(Hash(s_state, "stateRoot"), tree.Root);
        Assert.All(accounts, a => Assert.True(AccountTree.Verify(tree.Root, a, tree.Prove(a.Owner))));
        Assert.All(accounts, a => Assert.False(AccountTree.Verify(tree.Root, a with { Earned = a.Earned + 1 }, tree.Prove(a.Owner))));
    }

    [Fact]
    public void Of_GoldenBatch_IsTheVectors()
    {
        JsonElement batch = s_state.GetProperty("batch");
        BatchHeader header = batch.GetProperty("header").Deserialize<BatchHeader>(RollupJson.Options)!;

        Assert.Equal(
            Hash(batch, "batchHash"), BatchHash.Of(Domain(s_state), batch.GetProperty("index").GetUInt64(), Hash(batch, "parentHash"), header));
    }

    [Fact]
    public void Root_GoldenEpoch_IsTheVectors()
    {
        JsonElement execution = s_state.GetProperty("execution");
        Bytes32[] digests = execution.GetProperty("digests").Deserialize<Bytes32[]>()!;
        ExecutionTree tree = new(digests);

        Assert.Equal(Hash(execution, "root"), tree.Root);
        Assert.All(digests, d => Assert.True(ExecutionTree.Verify(tree.Root, d, tree.Prove(d)!)));
        Assert.False(ExecutionTree.Verify(tree.Root, digests[0], tree.Prove(digests[1])!));
        Assert.Null(tree.Prove(Bytes32.Zero));
        Assert.Throws<ArgumentException>(() => new ExecutionTree([]));
        Assert.Throws<ArgumentException>(() => new ExecutionTree([digests[0], digests[0]]));
    }

    [Fact]
    public void ForEpoch_GoldenReportData_IsTheVectors()
    {
        JsonElement data = s_state.GetProperty("reportData");
        RollupDomain domain = Domain(s_state);
        uint slot = data.GetProperty("slot").GetUInt32();
        Address host = data.GetProperty("operator").Deserialize<Address>();
        Address signingKey = data.GetProperty("signingKey").Deserialize<Address>();
        Bytes32 root = Hash(s_state.GetProperty("execution"), "root");
        byte[] poea = ReportData.ForEpoch(
            domain, Hash(data, "modelId"), slot, host, data.GetProperty("epoch").GetUInt64(), root, signingKey, Hash(data, "encryptionKey"));

        Assert.Equal(data.GetProperty("poea").GetString(), Hex.Encode(poea));
        byte[] registration = ReportData.ForRegistration(domain, slot, host, Hash(data, "nonce"), signingKey, Hash(data, "encryptionKey"));
        Assert.Equal(data.GetProperty("registration").GetString(), Hex.Encode(registration));
    }

    [Fact]
    public void ForTlsAndAttestation_GoldenReportData_IsTheVectors()
    {
        JsonElement data = s_state.GetProperty("reportData");
        RollupDomain domain = Domain(s_state);
        uint slot = data.GetProperty("slot").GetUInt32();
        Address host = data.GetProperty("operator").Deserialize<Address>();
        Address signingKey = data.GetProperty("signingKey").Deserialize<Address>();
        Bytes32 encryptionKey = Hash(data, "encryptionKey");
        byte[] tls = ReportData.ForTls(
            domain, Hash(data, "modelId"), slot, host, Hash(data, "publicKeyHash"), data.GetProperty("notBefore").GetUInt64(),
            data.GetProperty("notAfter").GetUInt64(), signingKey, encryptionKey);
        byte[] attestation = ReportData.ForAttestation(domain, Hash(data, "modelId"), slot, host, Hash(data, "nonce"), signingKey, encryptionKey);

        Assert.Equal(data.GetProperty("tls").GetString(), Hex.Encode(tls));
        Assert.Equal(data.GetProperty("attestation").GetString(), Hex.Encode(attestation));
        Assert.Equal(data.GetProperty("legacy").GetString(), Hex.Encode(ReportData.ForLegacyAttestation(signingKey, Hash(data, "nonce"))));
    }

    [Fact]
    public void Encode_GoldenChunk_IsTheVectors()
    {
        JsonElement chunk = s_state.GetProperty("chunk");
        ItemKey item = new(chunk.GetProperty("leaf").GetUInt32(), (DataKind)chunk.GetProperty("kind").GetByte(), chunk.GetProperty("part").GetUInt16());
        ChunkRecord record = new(item, chunk.GetProperty("number").GetUInt32(), chunk.GetProperty("itemLength").GetUInt32(), Hash(chunk, "hash"));

        Assert.Equal(chunk.GetProperty("leafData").GetString(), Hex.Encode(record.Encode()));
        Assert.Equal(Hash(chunk, "dataRoot"), new DataManifest([record]).Root());
        Assert.True(ChunkRecord.TryDecode(record.Encode(), out ChunkRecord decoded));
        Assert.Equal(record.Hash, decoded.Hash);
    }

    private static void Check<T>(JsonElement vector)
        where T : class, ITypedMessage<T>
    {
        Signed<T> signed = vector.GetProperty("signed").Deserialize<Signed<T>>(RollupJson.Options)!;

        Assert.Equal(vector.GetProperty("abi").GetString(), Hex.Encode(signed.Message.Encode()));
        Assert.Equal(Hash(vector, "digest"), Domain(s_messages).Digest(signed.Message));
        Assert.Equal(Hash(vector, "signedHash"), signed.Hash());
    }

    private static RollupDomain Domain(JsonElement file) =>
        new(file.GetProperty("chainId").GetUInt64(), file.GetProperty("rollup").Deserialize<Address>());

    private static Bytes32 Hash(JsonElement element, string name) => element.GetProperty(name).Deserialize<Bytes32>();

    private static JsonElement Load(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("tests", "vectors", "rollup", file)));
        return document.RootElement.Clone();
    }
}
