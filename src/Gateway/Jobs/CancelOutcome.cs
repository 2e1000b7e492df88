namespace TeeTee.Gateway.Jobs;

/// <summary>What became of a cancellation.</summary>
public enum CancelOutcome
{
    /// <summary>The job ends at the signed count.</summary>
    Accepted,

    /// <summary>The job had ended, or is past the signed count: it finishes as it would have.</summary>
    TooLate,
}
