using TeeTee.Inference.Kernels;

namespace TeeTee.Inference.Engine.Passes;

/// <summary>Quantises what attention gave, for the output product.</summary>
internal sealed class AttendedWork(ForwardPass pass) : RowWork(pass)
{
    protected override NonFinite Apply(int row, int worker) =>
        Buffers.Batch.Write(row, Row(Buffers.Attended, row, Pass.Model.Config.QueryLength), Vectors);
}
