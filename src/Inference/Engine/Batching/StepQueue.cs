namespace TeeTee.Inference.Engine.Batching;

/// <summary>Steps in order of arrival, linked through themselves. Any can leave at once. Not safe for concurrent use.</summary>
internal sealed class StepQueue
{
    private PendingStep? _first;
    private PendingStep? _last;

    public int Count { get; private set; }

    public void Add(PendingStep step)
    {
        (step.Previous, step.Next) = (_last, null);
        if (_last is null)
            _first = step;
        else
            _last.Next = step;
        _last = step;
        Count++;
    }

    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PendingStep? step)
    {
        step = _first;
        if (step is null)
            return false;
        Remove(step);
        return true;
    }

    public void Remove(PendingStep step)
    {
        if (step.Previous is null)
            _first = step.Next;
        else
            step.Previous.Next = step.Next;
        if (step.Next is null)
            _last = step.Previous;
        else
            step.Next.Previous = step.Previous;
        (step.Previous, step.Next) = (null, null);
        Count--;
    }
}
