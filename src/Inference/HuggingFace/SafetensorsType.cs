namespace TeeTee.Inference.HuggingFace;

/// <summary>Element types of safetensors files that can be imported.</summary>
public enum SafetensorsType
{
    /// <summary>A type that is not imported; the tensor may be there as long as nobody needs it.</summary>
    Other,

    /// <summary>Binary32.</summary>
    F32,

    /// <summary>Binary16.</summary>
    F16,

    /// <summary>The upper half of binary32.</summary>
    BF16,
}
