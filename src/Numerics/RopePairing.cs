namespace TeeTee.Numerics;

/// <summary>Which elements of a head rotate together; the values are those of the model configuration.</summary>
public enum RopePairing
{
    /// <summary>Pairs (2i, 2i + 1), as the llama architecture stores its rows.</summary>
    Norm = 0,

    /// <summary>Pairs (i, i + n/2).</summary>
    NeoX = 1,
}
