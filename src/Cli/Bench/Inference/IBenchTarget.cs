namespace TeeTee.Cli.Bench.Inference;

/// <summary>An engine that is ready to run rounds.</summary>
internal interface IBenchTarget : IAsyncDisposable
{
    /// <summary>Names of the kernels.</summary>
    string Kernels { get; }

    /// <summary>What a token costs.</summary>
    ModelCost Cost { get; }

    /// <summary>Runs all sessions once, from their prompts to their last tokens. Other rounds have other prompts.</summary>
    Task<RoundFigures> RunAsync(int round, CancellationToken cancellationToken);
}
