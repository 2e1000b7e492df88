namespace TeeTee.Inference.Models.Packed;

/// <summary>Counts the bytes of one stretch of work for whoever watches it.</summary>
internal sealed class LoadMeter(IProgress<LoadProgress>? watcher, LoadStage stage, long total)
{
    private long _done;

    public void Add(long bytes)
    {
        _done += bytes;
        watcher?.Report(new LoadProgress(stage, _done, total));
    }
}
