namespace TeeTee.Gateway.Jobs;

/// <summary>Where a client is in a job's stream, so that a stream that was taken up again neither repeats nor skips a token.</summary>
internal sealed class JobStreamPosition(uint start)
{
    /// <summary>Output index of the next token.</summary>
    public uint Next { get; private set; } = start;

    /// <summary>True once the job is known to be accepted.</summary>
    public bool Accepted { get; private set; }

    /// <summary>True if the client should see the event; false for what it has seen.</summary>
    /// <exception cref="JobApiException">Tokens are missing before it.</exception>
    public bool Take(JobEvent item)
    {
        switch (item)
        {
            case JobAccepted when Accepted:
                return false;
            case JobAccepted:
                Accepted = true;
                return true;
            case JobTokens tokens:
                return TakeTokens(tokens);
            default:
                return true;
        }
    }

    private bool TakeTokens(JobTokens tokens)
    {
        uint count = tokens.Count ?? (uint)(tokens.Tokens?.Length ?? 0);
        if (tokens.First > Next)
            throw new JobApiException(null, "internal", $"The stream skips from output {Next} to {tokens.First}.");
        if (tokens.First < Next)
            return tokens.First + count > Next ? throw new JobApiException(null, "internal", $"The stream goes back from output {Next} to {tokens.First}.") : false;
        Next += count;
        return true;
    }
}
