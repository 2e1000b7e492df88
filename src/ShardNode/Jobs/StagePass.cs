using System.Runtime.InteropServices;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Sampling;
using TeeTee.Inference.Tracing;
using TeeTee.ShardNode.Faults;

namespace TeeTee.ShardNode.Jobs;

/// <summary>One job on this shard's layers: runs positions and, on the last slot, picks. All parameters come from the signed request.</summary>
internal sealed class StagePass : IDisposable
{
    private readonly AdmittedJob _job;
    private readonly ShardRuntime _runtime;
    private readonly ShardSession _session;
    private readonly float[] _logits;
    private readonly JobFault? _fault;

    public StagePass(AdmittedJob job, ShardRuntime runtime)
    {
        (_job, _runtime, _fault) = (job, runtime, runtime.Faults?.Of(job));
        _session = (_fault?.Model ?? runtime.Model).CreateSession(job.MaxPositions, salts: job.Secrets?.Salts, fault: _fault);
        _logits = job.IsLast ? new float[runtime.Model.Config.VocabularySize] : [];
    }

    public int Position => _session.Position;

    public ShardTrace Trace => _session.Trace!;

    /// <summary>Embeds and runs tokens.</summary>
    /// <returns>What leaves the last layer, fp32 little-endian, position-major.</returns>
    public byte[] Run(ReadOnlySpan<uint> tokens)
    {
        byte[] hidden = new byte[tokens.Length * _runtime.Width * sizeof(float)];
        Span<float> vectors = MemoryMarshal.Cast<byte, float>(hidden.AsSpan());
        _session.Embed(tokens, vectors);
        _session.Forward(vectors, tokens.Length, vectors);
        _runtime.Metrics.PositionsRun(tokens.Length);
        return hidden;
    }

    /// <summary>Runs vectors that came from above.</summary>
    public byte[] Run(ReadOnlySpan<byte> hiddenIn, int count)
    {
        byte[] hidden = new byte[hiddenIn.Length];
        Span<float> vectors = MemoryMarshal.Cast<byte, float>(hidden.AsSpan());
        // The frame's bytes need not be aligned for floats; the copy is.
        hiddenIn.CopyTo(hidden);
        _session.Forward(vectors, count, vectors);
        _runtime.Metrics.PositionsRun(count);
        return hidden;
    }

    /// <summary>Picks the token that follows the last position of what <see cref="Run(ReadOnlySpan{uint})"/> gave.</summary>
    public uint Pick(byte[] hidden)
    {
        ReadOnlySpan<float> vectors = MemoryMarshal.Cast<byte, float>(hidden.AsSpan());
        _session.Logits(vectors[^_runtime.Width..], _logits);
        SamplingParameters sampling = _fault?.SamplingAt(Position - 1, _job.Sampling) ?? _job.Sampling;
        return TokenPicker.Pick(_logits, sampling, (uint)Position);
    }

    public void Dispose() => _session.Dispose();
}
