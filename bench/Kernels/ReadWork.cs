using TeeTee.Inference.Kernels;

namespace TeeTee.Bench.Kernels;

/// <summary>Reads memory and does nothing with it, one ascending stream per item: what a product could reach at most.</summary>
internal sealed unsafe class ReadWork(ReadLoop loop, byte* memory, long bytes, int streams) : IPoolWork
{
    private readonly ulong[] _kept = new ulong[streams];

    public void Execute(int item, int worker) => _kept[item] = loop.Run(memory + bytes / streams * item, bytes / streams);
}
