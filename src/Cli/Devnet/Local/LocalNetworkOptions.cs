using TeeTee.Sequencer;
using TeeTee.ShardNode;
using TeeTee.Verifier;

namespace TeeTee.Cli.Devnet.Local;

/// <summary>What a local network is started with. The three changes see the options that would be used, and give those that are.</summary>
internal sealed record LocalNetworkOptions
{
    /// <summary>Folder, model, shards, windows and prices.</summary>
    public required DevnetOptions Devnet { get; init; }

    /// <summary>Changes a shard's options; the index is its place in the pipeline.</summary>
    public Func<int, ShardNodeOptions, ShardNodeOptions> Shard { get; init; } = (_, options) => options;

    /// <summary>Changes the sequencer's options.</summary>
    public Func<SequencerOptions, SequencerOptions> Sequencer { get; init; } = options => options;

    /// <summary>Changes the verifier's options.</summary>
    public Func<VerifierOptions, VerifierOptions> Verifier { get; init; } = options => options;

    /// <summary>Stake of each slot in wei; the contract's minimum when null.</summary>
    public UInt128? SlotStake { get; init; }

    /// <summary>Logs of the services go to files below the folder.</summary>
    public bool Log { get; init; } = true;
}
