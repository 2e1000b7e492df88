using FsCheck;
using FsCheck.Fluent;
using TeeTee.Attestation.Encryption;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardNode.Sealing;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Tests.Jobs;

public sealed class SealedJobTests
{
    [Fact]
    public async Task OpenJob_Sealed_OnlyTheClientReadsTheAnswer()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        uint[] prompt = TestModel.Prompt(12);
        TestJob job = TestJob.Create(prompt, 10, r => r with { Privacy = PrivacyMode.Sealed });
        using var client = SealedExchange.Seal(cluster.Hosts[0].EncryptionKey, job.JobId, prompt, out byte[] input);

        JobRun run = await cluster.RunAsync(job with { Sealed = input }).Bound();
        JobRun replay = await cluster.RunAsync(job with { Sealed = input }, 4).Bound();

        var expected = TestModel.Run(prompt, 10, 2, job.Sampling);
        Assert.True(client.TryOpenOutputs(0, run.Payload, out uint[]? outputs));
        Assert.Equal(expected.OutputTokens, outputs);
        Assert.True(client.TryOpenOutputs(4, replay.Payload, out uint[]? rest));
        Assert.Equal(expected.OutputTokens.Skip(4), rest);
        JobFinished finished = run.Require();
        Assert.True(client.TryOpenTokens(new Bytes32(finished.TokensRoot.Span), finished.Tokens.Span, out uint[]? all));
        Assert.Equal(prompt.Concat(expected.OutputTokens), all);
        Assert.False(client.TryOpenOutputs(1, run.Payload, out _));
    }

    [Fact]
    public async Task OpenJob_SealedToAnotherKeyOrJob_IsRefused()
    {
        await using Cluster cluster = await Cluster.StartAsync(1);
        uint[] prompt = TestModel.Prompt(12);
        TestJob job = TestJob.Create(prompt, 10, r => r with { Privacy = PrivacyMode.Sealed });
        using var stranger = EnclaveEncryptionKey.Generate();
        using var wrongKey = SealedExchange.Seal(new Bytes32(stranger.PublicKey.Span), job.JobId, prompt, out byte[] toStranger);
        using var wrongJob = SealedExchange.Seal(cluster.Hosts[0].EncryptionKey, Bytes32.Zero, prompt, out byte[] ofOther);

        foreach (byte[] input in new[] { toStranger, ofOther, [], new byte[31] })
        {
            JobRun run = await cluster.RunAsync(job with { Sealed = input }).Bound();
            Assert.Equal(JobFailure.InvalidRequest, run.Failed?.Code);
        }
    }

    [Fact]
    public void TryOpen_AnyDamage_IsRefused()
    {
        using var key = EnclaveEncryptionKey.Generate();
        Bytes32 job = Keccak256.Hash([1]);
        using var client = SealedExchange.Seal(new Bytes32(key.PublicKey.Span), job, [1, 2, 3], out byte[] input);
        Assert.True(SealedExchange.TryOpen(key, job, input, out SealedExchange? server, out uint[]? prompt));
        Assert.Equal([1, 2, 3], prompt);
        byte[] tokens = server.SealTokens(job, [4, 5, 6]);
        server.Dispose();

        for (int cut = 0; cut < input.Length; cut++)
            Assert.False(SealedExchange.TryOpen(key, job, input.AsSpan(0, cut), out _, out _));
        Prop.ForAll(Gen.Choose(0, (input.Length * 8) - 1).ToArbitrary(), bit =>
        {
            byte[] damaged = [.. input];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            // The top bit of an X25519 public key is ignored by RFC 7748, but HPKE hashes the key as sent.
            return !SealedExchange.TryOpen(key, job, damaged, out _, out _);
        }).QuickCheckThrowOnFailure();
        for (int i = 0; i < tokens.Length; i++)
        {
            byte[] damaged = [.. tokens];
            damaged[i] ^= 1;
            Assert.False(client.TryOpenTokens(job, damaged, out _));
        }
        Assert.True(client.TryOpenTokens(job, tokens, out uint[]? opened));
        Assert.Equal([4, 5, 6], opened);
    }
}
