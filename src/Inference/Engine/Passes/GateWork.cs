using TeeTee.Inference.Kernels;

namespace TeeTee.Inference.Engine.Passes;

/// <summary>The gated activation, quantised for the last product of a layer.</summary>
internal sealed class GateWork(ForwardPass pass) : RowWork(pass)
{
    protected override NonFinite Apply(int row, int worker)
    {
        int width = Pass.Model.Config.FeedForwardLength;
        Span<float> gate = Row(Buffers.Gate, row, width), up = Row(Buffers.Up, row, width);
        NonFinite failure = Product(gate);
        if (failure.IsNone)
            failure = Product(up);
        if (failure.IsNone)
            failure = Vectors.SiluGate(gate, up, gate);
        return failure.IsNone ? Buffers.Batch.Write(row, gate, Vectors) : failure;
    }
}
