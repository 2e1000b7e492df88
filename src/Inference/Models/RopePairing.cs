namespace TeeTee.Inference.Models;

/// <summary>Which elements of a head are rotated together; the numbers are those of docs/protocol.md, section 3.</summary>
public enum RopePairing
{
    /// <summary>Pairs (2i, 2i + 1), as the llama architecture of GGUF has them.</summary>
    Norm = 0,

    /// <summary>Pairs (i, i + n/2).</summary>
    Neox = 1,
}
