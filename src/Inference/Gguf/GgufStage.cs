namespace TeeTee.Inference.Gguf;

/// <summary>The part of a GGUF file in which a fault was found, in file order.</summary>
public enum GgufStage
{
    /// <summary>Magic, version and counts.</summary>
    Header,

    /// <summary>Keys and values.</summary>
    Metadata,

    /// <summary>Names, shapes, types and offsets of tensors.</summary>
    TensorInfo,

    /// <summary>The bytes of tensors.</summary>
    TensorData,
}
