using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Numerics;

namespace TeeTee.Inference.Engine.Passes;

/// <summary>Attention: an item is one kv head for some consecutive positions of one session, with all query heads that share it.</summary>
internal sealed class AttentionWork(ForwardPass pass, int maxRows) : IPoolWork
{
    // Queries of an item: they share every load of keys and values, and the kernel takes so many at a time.
    private const int BlockQueries = 128;

    // Multiplications below which waking other threads costs more than they save.
    private const long InlineWork = 60_000;

    private readonly ModelConfig _config = pass.Model.Config;
    private readonly (int Run, int Offset)[] _blocks = new (int, int)[maxRows];
    private readonly int _blockPositions = Math.Max(1, BlockQueries / pass.Model.Config.HeadsPerKvHead);
    private int _count;

    /// <summary>Cuts the runs of the pass into items; once per pass.</summary>
    public void Plan()
    {
        _count = 0;
        for (int run = 0; run < pass.RunCount; run++)
        {
            for (int offset = 0; offset < pass.Runs[run].Count; offset += _blockPositions)
                _blocks[_count++] = (run, offset);
        }
    }

    public void Run()
    {
        int items = _count * _config.KvHeadCount;
        if (pass.AttentionCost < InlineWork)
        {
            for (int item = 0; item < items; item++)
                Execute(item, 0);
            return;
        }
        pass.Model.Pool.Run(items, this);
    }

    public void Execute(int item, int worker)
    {
        // The longest come first: later positions read more.
        (int block, int head) = Math.DivRem(item, _config.KvHeadCount);
        (int index, int offset) = _blocks[_count - 1 - block];
        PassRun run = pass.Runs[index];
        int count = Math.Min(_blockPositions, run.Live - offset);
        if (count <= 0)
            return;
        if (!Attend(run, offset, count, head, worker, out int failed).IsNone)
            pass.Fail(run.FirstRow + offset + failed / _config.HeadsPerKvHead, Diagnose(run, offset + failed / _config.HeadsPerKvHead));
    }

    private NonFinite Attend(PassRun run, int offset, int count, int head, int worker, out int failed)
    {
        KvCache cache = run.Session.Cache;
        int group = _config.HeadsPerKvHead * _config.HeadDimension;
        int width = _config.QueryLength;
        long start = (long)(run.FirstRow + offset) * width + (long)head * group;
        int length = (count - 1) * width + group;
        AttentionBlock block = new()
        {
            Pages = cache.Addresses,
            KeyOffset = cache.Layout.Keys(pass.CurrentLayer, head),
            ValueOffset = cache.Layout.Values(pass.CurrentLayer, head),
            Dimension = _config.HeadDimension,
            FirstPosition = run.FirstPosition + offset,
            Count = count,
            Heads = _config.HeadsPerKvHead,
            Scale = _config.AttentionScale,
            Query = pass.Buffers.Query.Slice(start, length),
            QueryStride = width,
            Output = pass.Buffers.Attended.Slice(start, length),
            OutputStride = width,
            Scratch = pass.Buffers.Scratch.Slice((long)worker * pass.Buffers.ScratchLength, pass.Buffers.ScratchLength),
        };
        return pass.Model.Kernels.Vectors.Attend(block, out failed);
    }

    /// <summary>
    /// The failure that the definition meets first in this row, head by head; heads run on several threads, so that the first one found need
    /// not be it.
    /// </summary>
    private NonFinite Diagnose(PassRun run, int offset)
    {
        int positions = run.FirstPosition + offset + 1;
        float[] scores = new float[positions], output = new float[_config.HeadDimension];
        ushort[] keys = new ushort[positions * _config.HeadDimension], values = new ushort[keys.Length];
        for (int head = 0; head < _config.HeadCount; head++)
        {
            int kvHead = Attention.KvHeadOf(head, _config.HeadCount, _config.KvHeadCount);
            run.Session.Cache.CopyRows(pass.CurrentLayer, values: false, kvHead, positions, keys);
            run.Session.Cache.CopyRows(pass.CurrentLayer, values: true, kvHead, positions, values);
            long start = (long)(run.FirstRow + offset) * _config.QueryLength + (long)head * _config.HeadDimension;
            try
            {
                Attention.Head(pass.Buffers.Query.Slice(start, _config.HeadDimension), keys, values, _config.AttentionScale, scores, output);
            }
            catch (NonFiniteException failure)
            {
                return new NonFinite(failure.Operator, failure.Index);
            }
        }
        throw new InvalidOperationException("A kernel reported a failure in attention that the definition does not have.");
    }
}
