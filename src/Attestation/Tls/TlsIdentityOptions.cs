namespace TeeTee.Attestation.Tls;

/// <summary>How long certificates live and what is told of their renewal.</summary>
public sealed record TlsIdentityOptions
{
    /// <summary>Validity of a certificate; renewed after two thirds of it. 24 h.</summary>
    public TimeSpan Validity { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How far a certificate's start lies in the past, for peers whose clocks are behind. 5 min.</summary>
    public TimeSpan Backdating { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>First pause after a renewal that failed; it doubles. 5 s.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest pause after a renewal that failed. 10 min.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Told of each renewal with the new end of validity.</summary>
    public Action<DateTimeOffset>? Renewed { get; init; }

    /// <summary>Told of each failure with the present end of validity: the alarm, a third of the validity before anything breaks.</summary>
    public Action<Exception, DateTimeOffset>? Failed { get; init; }
}
