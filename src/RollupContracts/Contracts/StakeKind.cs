namespace TeeTee.RollupContracts;

/// <summary>What a stake stands for, numbered as in the contract.</summary>
public enum StakeKind : byte
{
    Slot = 0,
    Poster = 1,
    Model = 2,
}
