namespace TeeTee.Inference.Kernels;

/// <summary>Which kernels an engine takes. Results never depend on it; only speed does.</summary>
public enum KernelPreference
{
    /// <summary>The fastest that this machine runs.</summary>
    Auto,

    /// <summary>The fastest of those that the .NET runtime compiles: no machine code is written by this program.</summary>
    Managed,

    /// <summary>The scalar definition, by which all others are measured.</summary>
    Scalar,
}
