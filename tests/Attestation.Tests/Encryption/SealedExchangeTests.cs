using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using TeeTee.Attestation.Encryption;
using TeeTee.Primitives;

namespace TeeTee.Attestation.Tests.Encryption;

public sealed class SealedExchangeTests : IDisposable
{
    private static readonly uint[] s_prompt = [1, 2, 3];

    private static readonly SealedBinding s_job = new(Hash(1), Address.Parse("0x00000000000000000000000000000000000000aa"), 7, Hash(2));

    private readonly EnclaveEncryptionKey _enclave = EnclaveEncryptionKey.Generate();
    private readonly EnclaveEncryptionKey _auditor = EnclaveEncryptionKey.Generate();

    [Fact]
    public void Exchange_ClientEnclaveAuditorAndUserLater_ReadTheSame()
    {
        using DataKey later = DataKey.Generate();
        using var client = Seal(DataKey.From(later.ToArray()), out byte[] input);
        Assert.True(SealedExchange.TryOpen(_enclave, s_job, input, out SealedExchange? server, out uint[]? prompt));
        uint[] all = [.. s_prompt, 40, 50];
        Bytes32 root = server.TokensRoot(all);
        byte[] records = [.. server.SealOutput(0, 40), .. server.SealOutput(1, 50)];
        byte[] published = server.SealTokens(root, all);
        using var below = SealedExchange.FromKey(DataKey.From(server.Key.ToArray()), s_job);
        using var user = SealedExchange.FromKey(DataKey.From(later.ToArray()), s_job);

        Assert.Equal(s_prompt, prompt);
        Assert.True(client.TryOpenOutputs(0, records, out uint[]? output));
        Assert.Equal([40, 50], output);
        Assert.True(client.TryOpenOutputs(1, records.AsSpan(20), out output));
        Assert.Equal([50], output);
        Assert.True(SealedExchange.TryOpenTokens(_auditor, s_job, root, published, out SealedExchange? auditor, out uint[]? audited));
        Assert.Equal(all, audited);
        Assert.True(user.TryOpenTokens(root, published, out uint[]? kept));
        Assert.Equal(all, kept);
        foreach (SealedExchange side in new[] { client, below, auditor, user })
            Assert.Equal((root, server.PromptTokensRoot(s_prompt)), (side.TokensRoot(all), side.PromptTokensRoot(s_prompt)));
        Assert.Equal(SealedFrame.SizeOf(2, 5), published.Length);
        Assert.Throws<InvalidOperationException>(() => below.SealTokens(root, all));
        server.Dispose();
        auditor.Dispose();
    }

    public static TheoryData<string, SealedBinding> OtherJobs => new()
    {
        { "job", s_job with { JobId = Hash(9) } },
        { "model", s_job with { ModelId = Hash(9) } },
        { "nonce", s_job with { Nonce = 8 } },
    };

    [Theory]
    [MemberData(nameof(OtherJobs))]
    public void TryOpen_WrapForAnotherJobModelOrNonce_IsRefused(string what, SealedBinding other)
    {
        using var client = Seal(DataKey.Generate(), out byte[] input);
        Assert.True(SealedFrame.TryRead(input, out SealedFrame? frame));

        Assert.False(SealedExchange.TryOpen(_enclave, other, input, out _, out _), what);
        Assert.False(DataKey.TryUnwrap(_enclave, frame.Wraps[0], other, out _), what);
        Assert.True(DataKey.TryUnwrap(_enclave, frame.Wraps[0], s_job, out DataKey? key));
        key.Dispose();
    }

    [Fact]
    public void TryOpen_NotTheFirstRecipientOrAStranger_IsRefused()
    {
        using var stranger = EnclaveEncryptionKey.Generate();
        using var client = Seal(DataKey.Generate(), out byte[] input);
        Bytes32 root = client.TokensRoot(s_prompt);
        byte[] published = client.SealTokens(root, s_prompt);

        // Slot 0 is whom the client has verified; an auditor's wrap makes nobody slot 0.
        Assert.False(SealedExchange.TryOpen(_auditor, s_job, input, out _, out _));
        Assert.False(SealedExchange.TryOpen(stranger, s_job, input, out _, out _));
        Assert.False(SealedExchange.TryOpenTokens(stranger, s_job, root, published, out _, out _));
        Assert.False(SealedExchange.TryOpenTokens(_auditor, s_job, Hash(5), published, out _, out _));
        Assert.False(SealedExchange.TryOpenTokens(_auditor, s_job, root, input, out _, out _));
    }

    [Fact]
    public void TryOpen_AnyBitChangedOrCut_IsRefused()
    {
        using var client = Seal(DataKey.Generate(), out byte[] input);
        Bytes32 root = client.TokensRoot(s_prompt);
        byte[] published = client.SealTokens(root, s_prompt);
        for (int cut = 0; cut < input.Length; cut++)
            Assert.False(SealedExchange.TryOpen(_enclave, s_job, input.AsMemory(0, cut), out _, out _));
        for (int i = 0; i < input.Length; i++)
        {
            byte[] wrong = QuoteFixture.Flip(input, i, (byte)(1 << (i % 8)));
            Assert.False(SealedExchange.TryOpen(_enclave, s_job, wrong, out _, out _), $"input byte {i}");
        }
        for (int i = 0; i < published.Length; i++)
            Assert.False(client.TryOpenTokens(root, QuoteFixture.Flip(published, i, (byte)(1 << (i % 8))), out _), $"published byte {i}");
        Assert.True(client.TryOpenTokens(root, published, out _));
    }

    [Fact]
    public void TryOpen_WrapsOfAnotherJobOrDroppedOrSwapped_AreRefused()
    {
        using var client = Seal(DataKey.Generate(), out byte[] input);
        using var second = SealedExchange.Seal(
            DataKey.Generate(), s_job with { JobId = Hash(3) }, [Public(_enclave), Public(_auditor)], s_prompt, out byte[] other);
        int header = input.Length - s_prompt.Length * 4 - 16;
        byte[] foreignHeader = [.. other[..header], .. input[header..]];
        byte[] foreignPrompt = [.. input[..header], .. other[header..]];
        byte[] dropped = [input[0], 1, .. input[2..114], .. input[header..]];
        byte[] swapped = [.. input[..2], .. input[114..226], .. input[2..114], .. input[header..]];

        foreach (byte[] wrong in new[] { foreignHeader, foreignPrompt, dropped, swapped })
            Assert.False(SealedExchange.TryOpen(_enclave, s_job, wrong, out _, out _));
        Assert.True(SealedExchange.TryOpen(_enclave, s_job, input, out SealedExchange? server, out _));
        server.Dispose();
    }

    [Fact]
    public void TryOpenOutputs_SwappedReorderedTruncatedOrForeign_IsRefused()
    {
        using var client = Seal(DataKey.Generate(), out _);
        using var other = SealedExchange.FromKey(DataKey.From(client.Key.ToArray()), s_job with { JobId = Hash(3) });
        byte[] records = [.. Enumerable.Range(0, 4).SelectMany(i => client.SealOutput((uint)i, (uint)i + 90))];
        byte[] swapped = [.. records[20..40], .. records[..20], .. records[40..]];

        Assert.True(client.TryOpenOutputs(0, records, out _));
        Assert.False(client.TryOpenOutputs(0, swapped, out _));
        Assert.False(client.TryOpenOutputs(1, records, out _));
        Assert.False(client.TryOpenOutputs(0, records.AsSpan(20), out _));
        Assert.False(client.TryOpenOutputs(0, records.AsSpan(0, 79), out _));
        Assert.False(other.TryOpenOutputs(0, records, out _));
        for (int i = 0; i < records.Length; i++)
            Assert.False(client.TryOpenOutputs(0, QuoteFixture.Flip(records, i), out _));
        // Fewer whole records open: it is their count and the root in the receipts that tell.
        Assert.True(client.TryOpenOutputs(0, records.AsSpan(0, 40), out uint[]? fewer));
        Assert.NotEqual(client.TokensRoot([.. s_prompt, 90, 91, 92, 93]), client.TokensRoot([.. s_prompt, .. fewer]));
    }

    [Fact]
    public void Seal_EqualPromptsTwice_ShareNothing()
    {
        using var first = Seal(DataKey.Generate(), out byte[] one);
        using var second = Seal(DataKey.Generate(), out byte[] two);

        Assert.NotEqual(first.PromptTokensRoot(s_prompt), second.PromptTokensRoot(s_prompt));
        Assert.NotEqual(first.TokensRoot(s_prompt), second.TokensRoot(s_prompt));
        Assert.NotEqual(first.SealOutput(0, 5), second.SealOutput(0, 5));
        // Version, count and the recipients' public keys are all that is equal.
        Assert.Equal(2 + 64, SharedPieces(one, two));
    }

    [Fact]
    public void Seal_WithAKeyThatHasSealed_Throws()
    {
        using DataKey key = DataKey.Generate();
        using var first = Seal(key, out _);

        Assert.Throws<InvalidOperationException>(() => Seal(key, out _));
    }

    [Fact]
    public void Seal_WrongRecipients_Throws()
    {
        Assert.Throws<ArgumentException>(() => SealedExchange.Seal(DataKey.Generate(), s_job, [], s_prompt, out _));
        Assert.Throws<ArgumentException>(() => SealedExchange.Seal(DataKey.Generate(), s_job, [Public(_enclave), Public(_enclave)], s_prompt, out _));
        Assert.Throws<ArgumentException>(() => SealedExchange.Seal(DataKey.Generate(), s_job, [Bytes32.Zero], s_prompt, out _));
        Assert.False(Hpke.IsRecipient(new byte[32]));
        Assert.False(Hpke.IsRecipient(new byte[31]));
        Assert.True(Hpke.IsRecipient(_enclave.PublicKey.Span));
    }

    [Fact]
    public void TryOpen_AnyBytes_NeverThrowAndNeverOpen()
    {
        Gen<byte[]> bytes = from size in Gen.Choose(0, 600)
                            from seed in Gen.Choose(0, int.MaxValue)
                            from own in Gen.Elements(true, false)
                            select Noise(size, seed, own);
        Prop.ForAll(bytes.ToArbitrary(), data =>
            !SealedExchange.TryOpen(_enclave, s_job, data, out _, out _)
            && !SealedExchange.TryOpenTokens(_enclave, s_job, Hash(1), data, out _, out _)).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
    }

    [Fact]
    public void Golden_VectorOfNode_OpensToItsContent()
    {
        using var vector = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("tests", "vectors", "sealed", "job.json")));
        JsonElement json = vector.RootElement;
        SealedBinding job = new(
            new Bytes32(Bytes(json, "jobId")), new Address(Bytes(json, "user")), json.GetProperty("nonce").GetUInt64(), new Bytes32(Bytes(json, "modelId")));
        string[] keys = [.. json.GetProperty("recipientPrivate").EnumerateArray().Select(k => k.GetString()!)];
        using var enclave = EnclaveEncryptionKey.FromPrivateKey(Convert.FromHexString(keys[0]));
        using var auditor = EnclaveEncryptionKey.FromPrivateKey(Convert.FromHexString(keys[1]));
        uint[] prompt = Ids(json, "prompt"), output = Ids(json, "output");
        Bytes32 root = new(Bytes(json, "tokensRoot"));

        Assert.True(SealedExchange.TryOpen(enclave, job, Bytes(json, "input"), out SealedExchange? server, out uint[]? opened));
        Assert.Equal(prompt, opened);
        Assert.Equal(Bytes(json, "dataKey"), server.Key.ToArray());
        Assert.Equal(Bytes(json, "promptTokensRoot"), server.PromptTokensRoot(prompt).ToArray());
        Assert.Equal(root, server.TokensRoot([.. prompt, .. output]));
        Assert.Equal(Bytes(json, "records"), output.SelectMany((token, i) => server.SealOutput((uint)i, token)));
        Assert.Equal(Bytes(json, "tokens"), server.SealTokens(root, [.. prompt, .. output]));
        Assert.True(SealedExchange.TryOpenTokens(auditor, job, root, Bytes(json, "tokens"), out SealedExchange? audit, out uint[]? all));
        Assert.Equal([.. prompt, .. output], all);
        server.Dispose();
        audit.Dispose();
    }

    [Fact]
    public async Task Exchange_WithNodeCrypto_IsUnderstoodBothWays()
    {
        byte[] secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
        using var node = EnclaveEncryptionKey.FromPrivateKey(secret);
        using var client = SealedExchange.Seal(DataKey.Generate(), s_job, [Public(node), Public(_auditor)], s_prompt, out byte[] input);
        uint[] all = [.. s_prompt, 70_000, 0];
        Bytes32 root = client.TokensRoot(all);
        string request = JsonSerializer.Serialize(new
        {
            jobId = Convert.ToHexStringLower(s_job.JobId.ToArray()),
            user = Convert.ToHexStringLower(s_job.User.ToArray()),
            nonce = s_job.Nonce,
            modelId = Convert.ToHexStringLower(s_job.ModelId.ToArray()),
            recipientPrivate = Convert.ToHexStringLower(secret),
            recipient = Convert.ToHexStringLower(_enclave.PublicKey.Span),
            input = Convert.ToHexStringLower(input),
            records = Convert.ToHexStringLower([.. client.SealOutput(0, 70_000), .. client.SealOutput(1, 0)]),
            tokensRoot = Convert.ToHexStringLower(root.ToArray()),
            tokens = Convert.ToHexStringLower(client.SealTokens(root, all)),
            plainPrompt = s_prompt,
            plainTokens = all,
        });

        string script = Repository.PathOf("tests", "Attestation.Tests", "Encryption", "sealed.mjs");
        using var reply = JsonDocument.Parse(await ChildProcess.RunAsync("node", [script], request));

        JsonElement json = reply.RootElement;
        Assert.Equal(client.Key.ToArray(), Bytes(json, "dataKey"));
        Assert.Equal(s_prompt, Ids(json, "prompt"));
        Assert.Equal([70_000, 0], Ids(json, "output"));
        Assert.Equal(all, Ids(json, "tokens"));
        Assert.Equal(
            [client.PromptTokensRoot(s_prompt), root],
            json.GetProperty("roots").EnumerateArray().Select(r => new Bytes32(Convert.FromHexString(r.GetString()!))));
        JsonElement made = json.GetProperty("sealed");
        Assert.True(SealedExchange.TryOpen(_enclave, s_job, Bytes(made, "input"), out SealedExchange? server, out uint[]? prompt));
        Assert.Equal([9, 8, 7], prompt);
        Assert.Equal(Bytes(made, "promptTokensRoot"), server.PromptTokensRoot(prompt).ToArray());
        Assert.True(server.TryOpenOutputs(0, Bytes(made, "records"), out uint[]? output));
        Assert.Equal([6, 5], output);
        Assert.True(SealedExchange.TryOpenTokens(node, s_job, new Bytes32(Bytes(made, "tokensRoot")), Bytes(made, "tokens"), out SealedExchange? audit, out uint[]? audited));
        Assert.Equal([9, 8, 7, 6, 5], audited);
        server.Dispose();
        audit.Dispose();
    }

    public void Dispose()
    {
        _enclave.Dispose();
        _auditor.Dispose();
    }

    private SealedExchange Seal(DataKey key, out byte[] input) =>
        SealedExchange.Seal(key, s_job, [Public(_enclave), Public(_auditor)], s_prompt, out input);

    // How many bytes stand in runs of at least four that are equal at the same place; two equal random runs are one in 2^32 per place.
    private static int SharedPieces(byte[] one, byte[] two)
    {
        int shared = 0;
        for (int i = 0, run = 0; i <= one.Length; i++)
        {
            if (i < one.Length && one[i] == two[i])
            {
                run++;
                continue;
            }
            shared += run >= 4 ? run : 0;
            run = 0;
        }
        return shared;
    }

    private byte[] Noise(int size, int seed, bool own)
    {
        byte[] data = new byte[size];
        new Random(seed).NextBytes(data);
        if (size < 34)
            return data;
        (data[0], data[1]) = (SealedFrame.Version, (byte)((data[1] % 4) + 1));
        if (own)
            _enclave.PublicKey.Span.CopyTo(data.AsSpan(2));
        return data;
    }

    private static Bytes32 Public(EnclaveEncryptionKey key) => new(key.PublicKey.Span);

    private static Bytes32 Hash(byte number) => Keccak256.Hash([number]);

    private static byte[] Bytes(JsonElement json, string name) => Convert.FromHexString(json.GetProperty(name).GetString()!);

    private static uint[] Ids(JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(id => id.GetUInt32())];
}
