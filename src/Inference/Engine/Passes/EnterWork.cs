using TeeTee.Inference.Kernels;

namespace TeeTee.Inference.Engine.Passes;

/// <summary>What enters the shard: tokens are looked up, vectors are taken as they are; then the first layer's norm.</summary>
internal sealed class EnterWork(ForwardPass pass) : RowWork(pass)
{
    protected override NonFinite Apply(int row, int worker)
    {
        int width = Pass.Width;
        PassRun run = Pass.RunOf(row);
        Span<float> hidden = Row(Buffers.Hidden, row, width);
        if (!run.Tokens.IsEmpty)
            Pass.Model.EmbeddingMatrix.DequantizeRow((int)run.Tokens.Span[row - run.FirstRow], hidden);
        NonFinite failure = FiniteScan.Find(hidden, "hiddenIn");
        if (!failure.IsNone)
            return failure;
        if (run.Session.Trace is not null)
            hidden.CopyTo(Row(Buffers.Entering, row, width));
        return Pass.Normalize(row, worker, Pass.Model.Layer(0).AttentionNorm);
    }
}
