namespace TeeTee.ShardNode.Chain;

/// <summary>What registering a slot and its key needs.</summary>
public sealed record SlotRegistrationOptions
{
    /// <summary>Key file of the operator, who pays gas and stake.</summary>
    public required string OperatorKeyFile { get; init; }

    /// <summary>Password file of an encrypted operator key.</summary>
    public string? OperatorPasswordFile { get; init; }

    /// <summary>Stake in wei of a slot that has to be opened; the contract's minimum when null.</summary>
    public UInt128? Stake { get; init; }
}
