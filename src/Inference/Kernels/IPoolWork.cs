namespace TeeTee.Inference.Kernels;

/// <summary>Work that is cut into items which do not depend on each other.</summary>
internal interface IPoolWork
{
    /// <summary>Runs one item.</summary>
    /// <param name="item">Its number, from 0.</param>
    /// <param name="worker">Unique among those running, below <see cref="WorkerPool.Threads"/>: an index for scratch memory.</param>
    void Execute(int item, int worker);
}
