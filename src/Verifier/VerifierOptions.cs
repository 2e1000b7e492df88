using System.Net;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Verification;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Models;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Disputing;

namespace TeeTee.Verifier;

/// <summary>How a verifier works.</summary>
public sealed record VerifierOptions
{
    /// <summary>JSON-RPC endpoints, at least one. Of several, all must agree at the same block, or the verdict waits.</summary>
    public required IReadOnlyList<Uri> ChainUrls { get; init; }

    /// <summary>The contracts.</summary>
    public required Deployment Deployment { get; init; }

    /// <summary>Where batch data is asked for, in order of preference: the sequencer and its mirrors; at least one.</summary>
    public required IReadOnlyList<Uri> DataUrls { get; init; }

    /// <summary>GGUF files of the models that can be re-executed; jobs of others are not to be had.</summary>
    public required IReadOnlyList<string> ModelFiles { get; init; }

    /// <summary>Where their packed forms are kept, and who hears of the work on them.</summary>
    public ModelStoreOptions ModelStore { get; init; } = new();

    /// <summary>The block on whose state batches are followed: latest for development, safe or finalized in production.</summary>
    public BlockTag Tag { get; init; } = BlockTag.Safe;

    /// <summary>X25519 key file (PKCS #8 PEM, mode 600) with which sealed jobs are read whose clients wrapped the data key to it; null reads none.</summary>
    public string? AuditKeyFile { get; init; }

    /// <summary>Share of answered jobs that can be read of each batch to run again, 0 to 1; above 0 at least one per batch.</summary>
    public double SampleRate { get; init; } = 1;

    /// <summary>The root that quotes must lead to.</summary>
    public TrustedRoot QuoteRoot { get; init; } = TrustedRoot.Intel;

    /// <summary>Where the collateral of the quotes' platforms is held.</summary>
    public required ICollateralProvider Collateral { get; init; }

    /// <summary>Attributes, measurements and TCB statuses that pass; whether simulated quotes pass is <see cref="AllowSimulated"/>'s alone.</summary>
    public QuotePolicy QuotePolicy { get; init; } = new();

    /// <summary>Whether quotes of a simulated TEE count; for development only, and needed where the root is one.</summary>
    public bool AllowSimulated { get; init; }

    /// <summary>Folder of evidence files; null writes none.</summary>
    public string? EvidenceFolder { get; init; }

    /// <summary>File of verdicts and states, so that a restart goes on; null keeps them in memory. The sampling secret lies beside it.</summary>
    public string? StateFile { get; init; }

    /// <summary>Seconds between looks at the chain.</summary>
    public double PollSeconds { get; init; } = 2;

    /// <summary>Most seconds for one judgement of a batch; what was re-executed until then is not done again.</summary>
    public double BatchTimeoutSeconds { get; init; } = 600;

    /// <summary>Most seconds for one answer of a data source.</summary>
    public double DataTimeoutSeconds { get; init; } = 10;

    /// <summary>How often every data source is asked for the same thing within one judgement.</summary>
    public int DataAttempts { get; init; } = 4;

    /// <summary>The pause after all sources failed once; it doubles with every further time.</summary>
    public TimeSpan DataPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Times, sizes and retries of calls to the chain.</summary>
    public JsonRpcOptions Rpc { get; init; } = new();

    /// <summary>Most bytes of data of one batch.</summary>
    public long MaxBatchBytes { get; init; } = 1L << 30;

    /// <summary>Threads that re-execute; results do not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Where /livez, /readyz, /metrics and /v1/verdicts are served; null serves nothing. Port 0 takes a free one.</summary>
    public IPEndPoint? Listen { get; init; }

    /// <summary>Whether the verifier ends when its standard input does.</summary>
    public bool ExitWithParent { get; init; }

    /// <summary>What it does on chain about what it finds.</summary>
    public ChallengerOptions Challenger { get; init; } = new();

    /// <summary>Further logging providers.</summary>
    public Action<ILoggingBuilder>? ConfigureLogging { get; init; }

    /// <summary>Refuses what cannot work.</summary>
    /// <exception cref="FailureException"><c>invalid_configuration</c> with every fault.</exception>
    public void Validate()
    {
        List<string> faults = [];
        Require(ChainUrls.Count > 0, "at least one chain URL is needed");
        Require(DataUrls.Count > 0, "at least one data URL is needed");
        foreach (Uri url in ChainUrls.Concat(DataUrls))
            Require(url.IsAbsoluteUri && url.Scheme is "http" or "https", $"{url.OriginalString} is no http or https address");
        Require(SampleRate is >= 0 and <= 1, $"the sample rate {SampleRate} is not in [0, 1]");
        Require(PollSeconds is > 0 and <= 3_600, $"{PollSeconds} seconds between polls are not in (0, 3600]");
        Require(BatchTimeoutSeconds is > 0 and <= 1_000_000, $"{BatchTimeoutSeconds} seconds for a batch are not in (0, 1000000]");
        Require(DataTimeoutSeconds is > 0 and <= 3_600, $"{DataTimeoutSeconds} seconds for an answer are not in (0, 3600]");
        Require(DataAttempts is >= 1 and <= 100, $"{DataAttempts} attempts are not in [1, 100]");
        Require(MaxBatchBytes is >= 16_384 and <= 1L << 36, $"{MaxBatchBytes} bytes for a batch are not in [2^14, 2^36]");
        Require(Threads is >= 1 and <= 1_024, $"{Threads} threads are not in [1, 1024]");
        Require(AllowSimulated || !QuoteRoot.IsSimulated, $"{QuoteRoot} is pinned, but simulated quotes are not allowed");
        if (Challenger.Mode != ChallengerMode.Watchtower)
        {
            Require(Challenger.Key is not null, $"mode {Challenger.Mode} needs the key of an account");
            Require(EvidenceFolder is not null, $"mode {Challenger.Mode} needs an evidence folder: disputes go on from it after a crash");
        }

        Require(Challenger.PollSeconds is > 0 and <= 3_600, $"{Challenger.PollSeconds} seconds between looks at disputes are not in (0, 3600]");
        Require(Challenger.MissingBeforeChallenge is >= 1 and <= 1_000, $"{Challenger.MissingBeforeChallenge} looks before data is demanded are not in [1, 1000]");
        if (faults.Count > 0)
            throw new FailureException(ExitCode.Configuration, "invalid_configuration", $"The verifier cannot start: {string.Join("; ", faults)}.");

        void Require(bool holds, string fault)
        {
            if (!holds)
                faults.Add(fault);
        }
    }
}
