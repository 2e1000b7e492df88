namespace TeeTee.Inference.Tokenization;

/// <summary>
/// The pieces of a text as a doubly linked list that only ever merges neighbours, with the queue of possible merges.
/// Each merge makes at most two new candidates, so the whole takes O(n log n).
/// </summary>
internal sealed class SymbolList
{
    private readonly PriorityQueue<Candidate, ulong> _queue = new();
    private Symbol[] _symbols = [];

    public int Count { get; private set; }

    public ref Symbol this[int index] => ref _symbols[index];

    public void Reset(int capacity)
    {
        if (_symbols.Length < capacity)
            _symbols = new Symbol[capacity];
        Count = 0;
        _queue.Clear();
    }

    /// <summary>Appends a piece behind all others.</summary>
    public void Add(int start, int length, int piece)
    {
        _symbols[Count] = new Symbol { Start = start, Length = length, Piece = piece, Previous = Count - 1, Next = -1 };
        if (Count > 0)
            _symbols[Count - 1].Next = Count;
        Count++;
    }

    /// <summary>Offers to merge a symbol with the one after it; a smaller priority goes first.</summary>
    public void Offer(int left, int merged, uint priority)
    {
        int right = _symbols[left].Next;
        int length = _symbols[left].Length + _symbols[right].Length;
        _queue.Enqueue(new Candidate(left, right, length, merged), ((ulong)priority << 32) | (uint)left);
    }

    /// <summary>Does the best merge that is still possible; false when none is.</summary>
    public bool TryMerge(out int left)
    {
        while (_queue.TryDequeue(out Candidate candidate, out _))
        {
            ref Symbol symbol = ref _symbols[left = candidate.Left];
            if (symbol.Length == 0 || symbol.Next != candidate.Right
                || symbol.Length + _symbols[candidate.Right].Length != candidate.Length)
                continue;
            Merge(ref symbol, ref _symbols[candidate.Right], candidate);
            return true;
        }
        left = -1;
        return false;
    }

    private void Merge(ref Symbol left, ref Symbol right, Candidate candidate)
    {
        left.Length = candidate.Length;
        left.Piece = candidate.Merged;
        left.Next = right.Next;
        if (right.Next >= 0)
            _symbols[right.Next].Previous = candidate.Left;
        right.Length = 0;
    }

    internal struct Symbol
    {
        public int Start;
        public int Length;
        public int Piece;
        public int Previous;
        public int Next;
    }

    private readonly record struct Candidate(int Left, int Right, int Length, int Merged);
}
