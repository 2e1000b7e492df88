namespace TeeTee.Cli.Bench;

/// <summary>What a crash run kills.</summary>
internal enum CrashTarget
{
    /// <summary>The sequencer, with the gateway in it.</summary>
    Sequencer,

    /// <summary>One shard or several.</summary>
    Shards,
}
