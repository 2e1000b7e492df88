using System.Buffers.Binary;
using TeeTee.Cli.Devnet.Local;
using TeeTee.Primitives;

namespace TeeTee.Cli.Bench.Honest;

/// <summary>One job of an honest run.</summary>
/// <param name="PromptTokens">Length of the prompt.</param>
/// <param name="OutputTokens">Most tokens asked for.</param>
/// <param name="Greedy">Whether the largest logit is picked; otherwise the seed draws.</param>
internal sealed record HonestJob(int PromptTokens, uint OutputTokens, bool Greedy);

/// <summary>What one honest run does; drawn from the seed and the run's number alone, so that it can be run again by itself.</summary>
/// <param name="Run">Counted from 1.</param>
/// <param name="Jobs">Asked at once.</param>
/// <param name="Faults">How the verifier's second endpoint misbehaves.</param>
/// <param name="Rate">How often it does.</param>
/// <param name="RestartsVerifier">Whether the verifier is stopped in the middle and started again.</param>
internal sealed record HonestPlan(int Run, IReadOnlyList<HonestJob> Jobs, EndpointFaults Faults, double Rate, bool RestartsVerifier)
{
    /// <summary>Runs of one network, one after another.</summary>
    public const int RunsPerNetwork = 25;

    private const int MostPrompt = 96;
    private const int MostOutput = 24;
    private const int MostShards = 4;

    private static readonly EndpointFaults[] s_faults =
    [
        EndpointFaults.All, EndpointFaults.Errors | EndpointFaults.CutShort, EndpointFaults.Lags, EndpointFaults.OmitsLogs, EndpointFaults.OldState,
        EndpointFaults.OtherFork, EndpointFaults.None,
    ];

    /// <summary>The plan of a run.</summary>
    public static HonestPlan Draw(int seed, int run)
    {
        Random random = RandomOf(seed, run);
        HonestJob[] jobs = [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => new HonestJob(1 + random.Next(MostPrompt), 1 + (uint)random.Next(MostOutput), random.Next(2) == 0))];
        return new HonestPlan(run, jobs, s_faults[random.Next(s_faults.Length)], 0.01 + random.NextDouble() / 25, random.Next(8) == 0);
    }

    /// <summary>The network that a run belongs to, counted from 0.</summary>
    public static int NetworkOf(int run) => (run - 1) / RunsPerNetwork;

    /// <summary>Shards of a network.</summary>
    public static int ShardsOf(int network) => 1 + network % MostShards;

    /// <summary>A random source of the run's own.</summary>
    public static Random RandomOf(int seed, int run)
    {
        byte[] text = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(text, seed);
        BinaryPrimitives.WriteInt32BigEndian(text.AsSpan(4), run);
        return new Random(BinaryPrimitives.ReadInt32BigEndian(Keccak256.Hash(text).ToArray()));
    }
}
