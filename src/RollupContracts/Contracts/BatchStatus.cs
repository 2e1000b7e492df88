namespace TeeTee.RollupContracts;

/// <summary>Where a batch stands, numbered as in the contract.</summary>
public enum BatchStatus
{
    None = 0,
    Open = 1,
    Final = 2,
    RolledBack = 3,
}
