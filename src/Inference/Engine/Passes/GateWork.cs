using TeeTee.Inference.Kernels;

namespace TeeTee.Inference.Engine.Passes;

/// <summary>The gated activation, quantised for the last product of a layer.</summary>
internal sealed class GateWork(ForwardPass pass) : RowWork(pass)
{
    protected override NonFinite Apply(int row, int worker)
    {
        int width = Pass.Model.Config.FeedForwardLength;
        Span<float> gate = Row(Buffers.Gate, row, width), up = Row(Buffers.Up, row, width);
        Span<float> gated = Row(Buffers.Gated, worker, width);
        NonFinite failure = Vectors.SiluGate(gate, up, gated);
        return failure.IsNone ? Buffers.Batch.Write(row, gated, Vectors) : First(gate, up, failure);
    }

    /// <summary>A product that is not finite never gives a finite element, so only a failure need ask whether a product was to blame.</summary>
    private static NonFinite First(ReadOnlySpan<float> gate, ReadOnlySpan<float> up, NonFinite failure)
    {
        NonFinite product = Product(gate);
        if (product.IsNone)
            product = Product(up);
        return product.IsNone ? failure : product;
    }
}
