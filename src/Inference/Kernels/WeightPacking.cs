namespace TeeTee.Inference.Kernels;

/// <summary>How a tile holds its quants. Both are the same canonical Q8_0 weights and give the same bits in every operator.</summary>
internal enum WeightPacking
{
    /// <summary>A byte per quant.</summary>
    Q8 = 1,

    /// <summary>Four bits per quant, for tensors whose quants all lie in [-8, 7]: those that were Q4_0.</summary>
    Q4 = 2,
}
