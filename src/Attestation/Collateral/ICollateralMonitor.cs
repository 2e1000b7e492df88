namespace TeeTee.Attestation.Collateral;

/// <summary>A provider that can tell how what it holds stands against its dates.</summary>
public interface ICollateralMonitor
{
    /// <summary>How the collateral of every platform stands that is held or was asked for.</summary>
    IReadOnlyList<CollateralReport> Report();
}
