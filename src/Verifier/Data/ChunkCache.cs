using TeeTee.Primitives;

namespace TeeTee.Verifier.Data;

/// <summary>Chunks by hash up to a number of bytes; the oldest go first. Safe for concurrent use.</summary>
internal sealed class ChunkCache(long maxBytes)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Bytes32, byte[]> _chunks = [];
    private readonly Queue<Bytes32> _order = [];
    private long _bytes;

    public byte[]? Find(Bytes32 hash)
    {
        lock (_lock)
        {
            return _chunks.GetValueOrDefault(hash);
        }
    }

    public void Add(IEnumerable<KeyValuePair<Bytes32, byte[]>> chunks)
    {
        lock (_lock)
        {
            foreach ((Bytes32 hash, byte[] bytes) in chunks)
            {
                if (!_chunks.TryAdd(hash, bytes))
                    continue;
                _order.Enqueue(hash);
                _bytes += bytes.Length;
            }

            while (_bytes > maxBytes && _order.TryDequeue(out Bytes32 oldest))
            {
                _chunks.Remove(oldest, out byte[]? bytes);
                _bytes -= bytes!.Length;
            }
        }
    }
}
