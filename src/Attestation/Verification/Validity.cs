namespace TeeTee.Attestation.Verification;

/// <summary>The first and the last second at which a signed thing holds.</summary>
/// <param name="Name">What it is, for causes.</param>
/// <param name="From">First second.</param>
/// <param name="Until">Last second, inclusive.</param>
internal readonly record struct Validity(string Name, DateTimeOffset From, DateTimeOffset Until)
{
    /// <summary>Why it does not hold at a moment; empty where it does.</summary>
    public string FindFault(DateTimeOffset now)
    {
        if (now < From)
            return $"{Name} is from the future: {From:u}, now {now:u}";
        return now > Until ? $"{Name} expired {Until:u}, now {now:u}" : "";
    }
}
