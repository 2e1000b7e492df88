namespace TeeTee.Rollup.Messages;

/// <summary>What pays for a job (protocol section 4).</summary>
public enum PaymentKind : byte
{
    /// <summary>Credits that the user deposited in the contract.</summary>
    Credits = 0,

    /// <summary>The user's own finalised earnings as a host.</summary>
    Earnings = 1,
}
