namespace TeeTee.Inference.Models.Packed;

/// <summary>Why a packed file is of no use.</summary>
internal enum PackedFault
{
    /// <summary>It is no packed file.</summary>
    Foreign,

    /// <summary>Another version of this program wrote it, in another form.</summary>
    OtherVersion,

    /// <summary>It was made of another model file, or the model file has changed.</summary>
    OtherSource,

    /// <summary>It is shorter or longer than it says, or a byte is wrong.</summary>
    Damaged,
}
