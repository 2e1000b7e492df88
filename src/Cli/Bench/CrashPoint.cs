namespace TeeTee.Cli.Bench;

/// <summary>The part of a run's life that the kill falls into.</summary>
internal enum CrashPoint
{
    /// <summary>Just before the questions are asked.</summary>
    BeforeAsking,

    /// <summary>While requests are checked and accepted.</summary>
    Accepting,

    /// <summary>In mid-answer.</summary>
    Answering,

    /// <summary>Between the last answer and its batch, while epochs are sealed and the batch is built and posted.</summary>
    Batching,

    /// <summary>After a batch is on chain, before it is final.</summary>
    Posted,
}
