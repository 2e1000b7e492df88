using TeeTee.Hosting.Observability;

namespace TeeTee.Sequencer.Posting;

/// <summary>Whether posting has stopped until a person has looked. A halt by a revert lasts until a restart.</summary>
internal sealed class PostingHalt(Readiness readiness)
{
    private const string Part = "posting";

    private string? _permanent;
    private string? _current;

    /// <summary>Why nothing is posted; null if posting goes on.</summary>
    public string? Reason => _permanent ?? _current;

    /// <summary>Stops posting until a restart.</summary>
    public void Stop(string reason)
    {
        _permanent ??= reason;
        readiness.Block(Part, _permanent);
    }

    /// <summary>Stops posting as long as database and contract contradict each other; null ends that.</summary>
    public void Set(string? reason)
    {
        _current = reason;
        if (Reason is { } why)
            readiness.Block(Part, why);
        else
            readiness.Clear(Part);
    }
}
