using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Tests.Support;

/// <summary>The events of one OpenJob call; checks their order as they come.</summary>
internal sealed class JobRun
{
    private readonly List<byte> _payload = [];

    public JobAccepted? Accepted { get; private set; }

    public JobFinished? Finished { get; private set; }

    public JobFailed? Failed { get; private set; }

    public uint? First { get; private set; }

    public uint Count { get; private set; }

    public byte[] Payload => [.. _payload];

    public uint[] Tokens => WireMessages.TryReadTokens(Payload, out uint[]? tokens) ? tokens : throw new InvalidOperationException("Not tokens.");

    public void Add(JobEvent item)
    {
        Assert.True(Accepted is null == item.Accepted is not null);
        Assert.Null(Finished);
        Assert.Null(Failed);
        Accepted ??= item.Accepted;
        Finished = item.Finished;
        Failed = item.Failed;
        if (item.OutputChunk is not { } chunk)
            return;
        First ??= chunk.FirstOutputIndex;
        Assert.Equal(First + Count, chunk.FirstOutputIndex);
        _payload.AddRange(chunk.Payload);
        Count += chunk.TokenCount;
    }

    /// <summary>The finish, or the failure's text.</summary>
    public JobFinished Require() => Finished ?? throw new InvalidOperationException($"The job failed: {Failed}");
}
