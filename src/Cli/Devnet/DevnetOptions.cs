namespace TeeTee.Cli.Devnet;

/// <summary>What a development network is started with.</summary>
internal sealed record DevnetOptions
{
    /// <summary>Keys, databases, chain state and logs; started again on the same folder, the network goes on where it stopped.</summary>
    public required string StateFolder { get; init; }

    /// <summary>GGUF file that the shards serve.</summary>
    public required string ModelPath { get; init; }

    /// <summary>Shards, each with its own operator.</summary>
    public int Shards { get; init; } = 2;

    /// <summary>Challenge window in seconds.</summary>
    public uint WindowSeconds { get; init; } = 30;

    /// <summary>Longest life of a dispute in seconds; each move may take a tenth of it.</summary>
    public uint DisputeSeconds { get; init; } = 60;

    /// <summary>How long an answer to a data challenge may take, in seconds; a third of the window when null.</summary>
    public uint? ResponseSeconds { get; init; }

    /// <summary>Oldest age in seconds of a receipt that waits for a batch.</summary>
    public uint BatchSeconds { get; init; } = 5;

    /// <summary>Epoch length in seconds: how often shards quote.</summary>
    public uint EpochSeconds { get; init; } = 5;

    /// <summary>The sequencer's port; 0 takes free ports for everything.</summary>
    public int Port { get; init; } = 8550;

    /// <summary>An external chain, or null to start anvil.</summary>
    public Uri? Chain { get; init; }

    /// <summary>Wei per prompt token.</summary>
    public UInt128 PromptPrice { get; init; } = 1_000_000_000;

    /// <summary>Wei per output token.</summary>
    public UInt128 OutputPrice { get; init; } = 3_000_000_000;
}
