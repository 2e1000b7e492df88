using System.Runtime.InteropServices;
using Google.Protobuf;
using TeeTee.Attestation.Encryption;
using TeeTee.Grpc;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Storage;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Tests.Jobs;

public sealed class SealedJobTests
{
    [Fact]
    public async Task OpenJob_Sealed_OnlyTheClientAndTheAuditorReadTheAnswer()
    {
        await using Cluster cluster = await StartAsync(2);
        using var auditor = EnclaveEncryptionKey.Generate();
        uint[] prompt = TestModel.Prompt(12);
        TestJob job = TestJob.CreateSealed(prompt, 10).SealTo(out SealedExchange client, cluster.Hosts[0].EncryptionKey, Public(auditor));

        JobRun run = await cluster.RunAsync(job).Bound();
        JobRun replay = await cluster.RunAsync(job, 4).Bound();

        var expected = TestModel.Run(prompt, 10, 2, job.Sampling);
        uint[] all = [.. prompt, .. expected.OutputTokens];
        JobFinished finished = run.Require();
        Bytes32 root = new(finished.TokensRoot.Span);
        Assert.True(client.TryOpenOutputs(0, run.Payload, out uint[]? outputs));
        Assert.Equal(expected.OutputTokens, outputs);
        Assert.True(client.TryOpenOutputs(4, replay.Payload, out uint[]? rest));
        Assert.Equal(expected.OutputTokens.Skip(4), rest);
        Assert.Equal(client.TokensRoot(all), root);
        Assert.True(SealedExchange.TryOpenTokens(auditor, job.Binding, root, finished.Tokens.Memory, out SealedExchange? audit, out uint[]? audited));
        Assert.Equal(all, audited);
        AssertReexecutes(finished, audited, prompt.Length, job, audit.Salts);
        Assert.DoesNotContain(WireMessages.EncodeTokens(prompt), finished.ToByteArray());
        Assert.NotEqual(TokenCommitment.Root(all), root);
        client.Dispose();
        audit.Dispose();
    }

    [Fact]
    public async Task OpenJob_SealedOverOneTwoAndFourSlots_GivesTheSameAnswerAndRoot()
    {
        uint[] prompt = TestModel.Prompt(11);
        TestJob job = TestJob.CreateSealed(prompt, 8);
        List<(string Output, Bytes32 Root)> results = [];
        foreach (int slots in new[] { 1, 2, 4 })
        {
            await using Cluster cluster = await StartAsync(slots);
            TestJob sent = job.SealTo(out SealedExchange client, cluster.Hosts[0].EncryptionKey);
            JobRun run = await cluster.RunAsync(sent).Bound();
            Assert.Equal(slots, run.Require().Shards.Count);
            Assert.True(client.TryOpenOutputs(0, run.Payload, out uint[]? output));
            results.Add((string.Join(',', output), new Bytes32(run.Finished!.TokensRoot.Span)));
            client.Dispose();
        }

        Assert.Single(results.Distinct());
        Assert.Equal(string.Join(',', TestModel.Run(prompt, 8, 1, job.Sampling).OutputTokens), results[0].Output);
    }

    /// <summary>A key and nonce meet one plaintext, also where a job ends twice at different places: equal records for equal outputs, another key for other tokens.</summary>
    [Fact]
    public async Task CancelJob_SealedJobThatElsewhereRunsOn_RepeatsItsRecordsAndSealsItsTokensApart()
    {
        TestJob job = TestJob.CreateSealed(TestModel.Prompt(10), 85);
        await using Cluster whole = await StartAsync(1);
        await using Cluster cut = await StartAsync(2);
        using GrpcChannel channel = cut.Channel(0);
        Signed<Rollup.Messages.CancelJob> cancel = Cluster.Domain.Sign(new Rollup.Messages.CancelJob(job.JobId, 60), TestJob.User);

        JobRun full = await whole.RunAsync(job.SealTo(out SealedExchange first, whole.Hosts[0].EncryptionKey)).Bound();
        JobRun ended = await cut.RunAsync(job.SealTo(out SealedExchange second, cut.Hosts[0].EncryptionKey), 0,
            _ => channel.UnaryAsync(ShardMethods.CancelJob, new CancelJobRequest { Cancel = cancel.ToWire() })).Bound();

        Assert.Equal((Finish.Cancelled, 60u), (ended.Require().Finish, ended.Finished!.OutputTokens));
        Assert.Equal(full.Payload[..(60 * SealedFrame.RecordSize)], ended.Payload[..(60 * SealedFrame.RecordSize)]);
        Bytes32 fullRoot = new(full.Require().TokensRoot.Span), endedRoot = new(ended.Finished.TokensRoot.Span);
        Assert.True(second.TryOpenTokens(endedRoot, ended.Finished.Tokens.Memory, out uint[]? tokens));
        Assert.Equal(70, tokens.Length);
        Assert.Equal(second.TokensRoot(tokens), endedRoot);
        Assert.False(first.TryOpenTokens(fullRoot, ended.Finished.Tokens.Memory, out _));
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task OpenJob_TwoSealedJobsWithEqualPrompts_ShareNoCommitment()
    {
        await using Cluster cluster = await StartAsync(2);
        uint[] prompt = TestModel.Prompt(9);
        HashSet<Bytes32> seen = [];
        int count = 0;
        for (int i = 0; i < 2; i++)
        {
            TestJob job = TestJob.CreateSealed(prompt, 5).SealTo(out SealedExchange client, cluster.Hosts[0].EncryptionKey);
            client.Dispose();
            JobFinished finished = (await cluster.RunAsync(job).Bound()).Require();
            Bytes32[] hashes =
            [
                job.Signed.Message.PromptTokensRoot, new Bytes32(finished.TokensRoot.Span),
                .. finished.Shards.SelectMany(s => WireMessages.TryReadHashes(s.Leaves.Span, out Bytes32[]? leaves) ? leaves : []),
            ];
            count += hashes.Length;
            seen.UnionWith(hashes);
        }
        JobFinished open = (await cluster.RunAsync(TestJob.Create(prompt, 5)).Bound()).Require();
        JobFinished again = (await cluster.RunAsync(TestJob.Create(prompt, 5)).Bound()).Require();

        Assert.Equal(2 * (2 + (2 * 13)), count);
        Assert.Equal(count, seen.Count);
        Assert.Equal(open.Shards[1].Leaves, again.Shards[1].Leaves);
    }

    /// <summary>The leaf of position 0 tells an unsalted job's first token to whoever tries the vocabulary (the attack is shown first), a sealed one's it does not.</summary>
    [Fact]
    public async Task Leaves_DictionaryOverTheVocabulary_FindsThePublicTokenOnly()
    {
        await using Cluster cluster = await StartAsync(2);
        uint[] prompt = TestModel.Prompt(5);
        JobFinished open = (await cluster.RunAsync(TestJob.Create(prompt, 2)).Bound()).Require();
        TestJob job = TestJob.CreateSealed(prompt, 2).SealTo(out SealedExchange client, cluster.Hosts[0].EncryptionKey);
        JobFinished closed = (await cluster.RunAsync(job).Bound()).Require();
        client.Dispose();

        Assert.Equal(prompt[0], FirstTokenBehind(open.Shards[0].Leaves.Span[..32].ToArray()));
        Assert.Null(FirstTokenBehind(closed.Shards[0].Leaves.Span[..32].ToArray()));
    }

    [Fact]
    public async Task OpenJob_SealedToAnotherKeyOrJobOrPrompt_IsRefused()
    {
        await using Cluster cluster = await StartAsync(1);
        Bytes32 enclave = cluster.Hosts[0].EncryptionKey;
        uint[] prompt = TestModel.Prompt(12);
        TestJob job = TestJob.CreateSealed(prompt, 10);
        using var stranger = EnclaveEncryptionKey.Generate();
        byte[][] inputs =
        [
            Sealed(job.Binding, [Public(stranger)], prompt, job.DataKey!),
            Sealed(job.Binding, [Public(stranger), enclave], prompt, job.DataKey!),
            Sealed(job.Binding with { JobId = Bytes32.Zero }, [enclave], prompt, job.DataKey!),
            Sealed(job.Binding with { ModelId = Bytes32.Zero }, [enclave], prompt, job.DataKey!),
            Sealed(job.Binding with { Nonce = job.Binding.Nonce + 1 }, [enclave], prompt, job.DataKey!),
            Sealed(job.Binding, [enclave], TestModel.Prompt(12, seed: 8), job.DataKey!),
            Sealed(job.Binding, [enclave], prompt, new byte[32]),
            Sealed(job.Binding, [enclave], prompt[..11], job.DataKey!),
            [], new byte[31], [.. Sealed(job.Binding, [enclave], prompt, job.DataKey!), 0],
        ];

        foreach (byte[] input in inputs)
        {
            JobRun run = await cluster.RunAsync(job with { Sealed = input }).Bound();
            Assert.Equal(JobFailure.InvalidRequest, run.Failed?.Code);
        }
        (await cluster.RunAsync(job with { Sealed = Sealed(job.Binding, [enclave], prompt, job.DataKey!) }).Bound()).Require();
    }

    [Fact]
    public async Task OpenJob_SealedOverPlainLinks_IsRefusedUnlessAllowed()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        TestJob job = TestJob.CreateSealed(TestModel.Prompt(6), 4).SealTo(out SealedExchange client, cluster.Hosts[0].EncryptionKey);
        client.Dispose();

        JobRun refused = await cluster.RunAsync(job).Bound();
        JobRun open = await cluster.RunAsync(TestJob.Create(TestModel.Prompt(6), 4)).Bound();

        Assert.Equal(JobFailure.InvalidRequest, refused.Failed?.Code);
        Assert.Contains("not attested", refused.Failed!.Message, StringComparison.Ordinal);
        Assert.Equal(4u, open.Require().OutputTokens);
        await using Cluster alone = await Cluster.StartAsync(1);
        TestJob there = TestJob.CreateSealed(TestModel.Prompt(6), 4).SealTo(out client, alone.Hosts[0].EncryptionKey);
        client.Dispose();
        Assert.Equal(4u, (await alone.RunAsync(there).Bound()).Require().OutputTokens);
    }

    [Fact]
    public async Task OpenJob_SealedOverAttestedLinks_RunsOverEverySlot()
    {
        await using Cluster cluster = await Cluster.StartAsync(4, attested: true);
        uint[] prompt = TestModel.Prompt(6);
        TestJob job = TestJob.CreateSealed(prompt, 4).SealTo(out SealedExchange client, cluster.Hosts[0].EncryptionKey);

        JobRun run = await cluster.RunAsync(job).Bound();

        Assert.Equal(4, run.Require().Shards.Count);
        Assert.True(client.TryOpenOutputs(0, run.Payload, out uint[]? output));
        Assert.Equal(TestModel.Run(prompt, 4, 1, job.Sampling).OutputTokens, output);
        client.Dispose();
    }

    [Fact]
    public async Task Open_SealedOverAPlainLink_IsNotTaken()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        await using RawLink link = new(cluster);
        await link.GreetAsync();

        await link.SendAsync(link.OpenFrame(TestJob.CreateSealed(TestModel.Prompt(4), 2)));

        Abort? abort = (await link.NextAsync()).Abort;
        Assert.Equal(JobFailure.InvalidRequest, abort?.Code);
        Assert.Contains("not attested", abort!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PrivacyMode.Sealed, 0)]
    [InlineData(PrivacyMode.Sealed, 31)]
    [InlineData(PrivacyMode.Sealed, 33)]
    [InlineData(PrivacyMode.Public, 32)]
    public async Task Open_DataKeyThatDoesNotFitThePrivacy_IsRefused(PrivacyMode privacy, int length)
    {
        await using Cluster cluster = await StartAsync(2);
        await using RawLink link = new(cluster);
        await link.GreetAsync();
        TestJob job = privacy == PrivacyMode.Sealed ? TestJob.CreateSealed(TestModel.Prompt(4), 2) : TestJob.Create(TestModel.Prompt(4), 2);
        LinkFrame frame = link.OpenFrame(job);
        frame.Open.DataKey = ByteString.CopyFrom(new byte[length]);

        await link.SendAsync(frame);

        Assert.Equal(JobFailure.InvalidRequest, (await link.NextAsync()).Abort?.Code);
    }

    [Theory]
    [InlineData("honest")]
    [InlineData("other key")]
    [InlineData("unsalted")]
    public async Task Close_OfASealedJob_IsSignedUnderItsOwnSaltsOnly(string how)
    {
        await using Cluster cluster = await StartAsync(2);
        TestJob job = TestJob.CreateSealed(TestModel.Prompt(9), 6);
        using DataKey key = DataKey.From(how == "other key" ? new byte[32] : job.DataKey!);
        await using RawLink link = new(cluster, how == "unsalted" ? null : key.SaltsOf(job.JobId));
        await link.GreetAsync();

        (LinkFrame close, _) = await link.RunToCloseAsync(job);
        await link.SendAsync(close);
        LinkFrame reply = await link.NextAsync();

        Assert.Equal(how == "honest" ? 2 : null, reply.Receipts?.Shards.Count);
        Assert.Equal(how == "honest" ? null : JobFailure.BoundaryMismatch, reply.Abort?.Code);
    }

    /// <summary>What a public job leaves on disk is found by the scan, so the scan can find; of a sealed one nothing is.</summary>
    [Fact]
    public async Task Disk_AfterASealedJob_HoldsNoIdsVectorsOrKey()
    {
        await using Cluster cluster = await StartAsync(2);
        uint[] openPrompt = TestModel.Prompt(12, seed: 40), prompt = TestModel.Prompt(12, seed: 90);
        TestJob open = TestJob.Create(openPrompt, 6);
        TestJob job = TestJob.CreateSealed(prompt, 6).SealTo(out SealedExchange client, cluster.Hosts[0].EncryptionKey);
        client.Dispose();

        (await cluster.RunAsync(open).Bound()).Require();
        (await cluster.RunAsync(job).Bound()).Require();

        Assert.True(IsOnDisk(cluster, 0, WireMessages.EncodeTokens(openPrompt)) && IsOnDisk(cluster, 1, WireMessages.EncodeTokens(openPrompt)));
        Assert.True(IsOnDisk(cluster, 1, Hidden(openPrompt, 3)));
        uint[] answer = [.. TestModel.Run(prompt, 6, 1, job.Sampling).OutputTokens];
        foreach (byte[] secret in new[] { WireMessages.EncodeTokens(prompt[..4]), WireMessages.EncodeTokens(prompt[8..]), WireMessages.EncodeTokens(answer), Hidden(prompt, 0), Hidden(prompt, 3), job.DataKey! })
        {
            Assert.False(IsOnDisk(cluster, 0, secret));
            Assert.False(IsOnDisk(cluster, 1, secret));
        }
        Assert.All(cluster.Log.Lines, line => Assert.DoesNotContain(Convert.ToHexString(job.DataKey!), line, StringComparison.OrdinalIgnoreCase));
        using ShardKeys keys = ShardKeys.LoadOrCreate(cluster.StateFolder(1)), others = ShardKeys.LoadOrCreate(cluster.StateFolder(0));
        AtRestCipher own = new(keys.Encryption), other = new(others.Encryption);
        string inputs = InputFile.FolderOf(cluster.StateFolder(1));
        Assert.Equal(Hidden(prompt, 3), InputFile.Read(inputs, job.JobId, 3, 64 * 4, own));
        Assert.Null(InputFile.Read(inputs, job.JobId, 3, 64 * 4, other));
        Assert.Null(InputFile.Read(inputs, job.JobId, 17, 64 * 4, own));
        Assert.Equal(Hidden(openPrompt, 3), InputFile.Read(inputs, open.JobId, 3, 64 * 4, null));
        Assert.Equal(InputFile.SizeOf(17, 64 * 4, isSealed: true), new FileInfo(InputFile.PathOf(inputs, job.JobId)).Length);
    }

    [Fact]
    public void AtRest_SealedTwice_DiffersAndOpensForItsJobAndKeyOnly()
    {
        using var key = EnclaveEncryptionKey.Generate();
        using var stranger = EnclaveEncryptionKey.Generate();
        AtRestCipher cipher = new(key);
        Bytes32 job = Keccak256.Hash([1]);
        byte[] first = cipher.Seal(job, "secret"u8), second = cipher.Seal(job, "secret"u8);

        Assert.NotEqual(first, second);
        Assert.True(cipher.TryOpen(job, first, out byte[]? content));
        Assert.Equal("secret"u8.ToArray(), content);
        Assert.False(cipher.TryOpen(Bytes32.Zero, first, out _));
        Assert.False(new AtRestCipher(stranger).TryOpen(job, first, out _));
        for (int i = 0; i < first.Length; i++)
        {
            byte[] wrong = [.. first];
            wrong[i] ^= 1;
            Assert.False(cipher.TryOpen(job, wrong, out _));
            Assert.False(cipher.TryOpen(job, first.AsSpan(0, i), out _));
        }
    }

    private static Task<Cluster> StartAsync(int shards) => Cluster.StartAsync(shards, options => options with { AllowPlainSealedJobs = true });

    private static void AssertReexecutes(JobFinished finished, uint[] tokens, int promptTokens, TestJob job, CommitmentSalts salts)
    {
        using CanonicalModel model = CanonicalModel.Import(TestModel.Path);
        ShardModel[] shards = [.. LayerRange.Split(TestModel.Layers, 2).Select(range => ShardModel.Load(model, range, 1))];
        ReexecutionResult result = Reexecutor.Run(shards, new ReexecutionRequest(tokens, promptTokens, job.Sampling, Salts: salts), CancellationToken.None);
        Assert.Null(result.WrongPick);
        Assert.Null(result.FirstDifference([.. finished.Shards.Select(s => WireMessages.TryReadHashes(s.Leaves.Span, out Bytes32[]? leaves) ? leaves : [])]));
        Array.ForEach(shards, shard => shard.Dispose());
    }

    private static uint? FirstTokenBehind(byte[] leaf)
    {
        using CanonicalModel model = CanonicalModel.Import(TestModel.Path);
        using var shard = ShardModel.Load(model, new LayerRange(0, TestModel.Layers / 2), 1);
        for (uint id = 0; id < TestModel.Vocabulary; id++)
        {
            using ShardSession session = shard.CreateSession(1);
            float[] hidden = new float[64];
            session.Embed([id], hidden);
            session.Forward(hidden, 1, hidden);
            if (session.Trace!.Leaves[0].ToArray().AsSpan().SequenceEqual(leaf))
                return id;
        }
        return null;
    }

    /// <summary>What enters slot 1 at a position.</summary>
    private static byte[] Hidden(uint[] prompt, int position)
    {
        using CanonicalModel model = CanonicalModel.Import(TestModel.Path);
        using var shard = ShardModel.Load(model, new LayerRange(0, TestModel.Layers / 2), 1);
        using ShardSession session = shard.CreateSession(prompt.Length);
        float[] hidden = new float[prompt.Length * 64];
        session.Embed(prompt, hidden);
        session.Forward(hidden, prompt.Length, hidden);
        return MemoryMarshal.AsBytes(hidden.AsSpan(position * 64, 64)).ToArray();
    }

    private static bool IsOnDisk(Cluster cluster, int shard, byte[] secret) =>
        Directory.EnumerateFiles(cluster.StateFolder(shard), "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "lock").Any(file => Contents(file).AsSpan().IndexOf(secret) >= 0);

    private static byte[] Contents(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static byte[] Sealed(SealedBinding binding, Bytes32[] recipients, uint[] prompt, byte[] key)
    {
        using var client = SealedExchange.Seal(DataKey.From(key), binding, recipients, prompt, out byte[] input);
        return input;
    }

    private static Bytes32 Public(EnclaveEncryptionKey key) => new(key.PublicKey.Span);
}
