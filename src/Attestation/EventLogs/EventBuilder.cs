using System.Runtime.CompilerServices;
using System.Text;

namespace TeeTee.Attestation.EventLogs;

/// <summary>Makes events of what a reader found, by the rules that all forms share, and counts them.</summary>
internal sealed class EventBuilder
{
    private readonly List<MeasuredEvent> _events = [];

    public IReadOnlyList<MeasuredEvent> Events => _events;

    private string Where => $"event {_events.Count}";

    /// <summary>Adds an event of one of dstack's forms, whose registers count from 0.</summary>
    /// <param name="register">As written.</param>
    /// <param name="type">As written.</param>
    /// <param name="digest">As written: 48 bytes, or empty for a runtime event.</param>
    /// <param name="name">As written.</param>
    /// <param name="payload">As written.</param>
    /// <param name="version">1, or 2 with a preimage.</param>
    /// <param name="preimage">The preimage of a version 2 digest; null where there is none.</param>
    public void Add(
        uint register, uint type, ReadOnlyMemory<byte> digest, string name, ReadOnlyMemory<byte> payload, int version = 1, ReadOnlyMemory<byte>? preimage = null)
    {
        Require(register <= 3, $"register {register} is not 0..3");
        Require(payload.Length <= EventLogLimits.PayloadBytes, $"payload of {payload.Length} bytes, at most {EventLogLimits.PayloadBytes}");
        Require(name.Length <= EventLogLimits.NameBytes, $"name of {name.Length} characters, at most {EventLogLimits.NameBytes}");
        bool runtime = register == 3 && type == MeasuredEvent.RuntimeType;
        Require(version is 1 or 2, $"version {version} is neither 1 nor 2");
        Require(runtime || (version == 1 && preimage is null), "only a runtime event has a version or a preimage");
        if (runtime)
            digest = Recompute(digest.Span, name, payload.Span, version, preimage);
        Append(new MeasuredEvent((int)register, type, name, payload, digest) { IsRuntime = runtime });
    }

    /// <summary>Adds an event whose form is checked already, up to the digest's length.</summary>
    public void Append(MeasuredEvent added)
    {
        Require(added.Digest.Length == RuntimeDigest.Size, $"digest of {added.Digest.Length} bytes, not {RuntimeDigest.Size}");
        MalformedEventLogException.Require(_events.Count < EventLogLimits.Events, EventLogStage.Form, $"more than {EventLogLimits.Events} events");
        _events.Add(added);
    }

    private byte[] Recompute(ReadOnlySpan<byte> claimed, string name, ReadOnlySpan<byte> payload, int version, ReadOnlyMemory<byte>? preimage)
    {
        byte[] computed = version == 1 ? RuntimeDigest.Version1(Utf8(name), payload) : RuntimeDigest.Version2(name, payload);
        if (version == 2)
        {
            Agree(preimage is not null, $"\"{name}\" is version 2 and has no preimage");
            Agree(preimage!.Value.Span.SequenceEqual(RuntimeDigest.Preimage(name, payload)), $"\"{name}\" has a preimage that is not the canonical one");
        }
        else
        {
            Agree(preimage is null, $"\"{name}\" has a preimage and is not version 2");
        }
        // An empty digest claims nothing; a wrong one is a lie that a reader who trusts digests would believe.
        Agree(
            claimed.IsEmpty || claimed.SequenceEqual(computed),
            $"\"{name}\" claims digest {Short(claimed)}, its name and payload give {Short(computed)}");
        return computed;
    }

    private byte[] Utf8(string name)
    {
        try
        {
            return EventLog.StrictUtf8.GetBytes(name);
        }
        catch (EncoderFallbackException)
        {
            throw new MalformedEventLogException(EventLogStage.Event, $"{Where}: the name is no text");
        }
    }

    private void Require(bool condition, [InterpolatedStringHandlerArgument(nameof(condition))] ref MalformedEventLogException.Cause cause)
    {
        if (!condition)
            throw new MalformedEventLogException(EventLogStage.Event, $"{Where}: {cause.ToStringAndClear()}");
    }

    private void Require(bool condition, string cause) =>
        MalformedEventLogException.Require(condition, EventLogStage.Event, $"{Where}: {cause}");

    private void Agree(bool agreement, [InterpolatedStringHandlerArgument(nameof(agreement))] ref MalformedEventLogException.Cause cause)
    {
        if (!agreement)
            throw new MalformedEventLogException(EventLogStage.RuntimeDigest, $"{Where}: {cause.ToStringAndClear()}");
    }

    private static string Short(ReadOnlySpan<byte> digest) => Convert.ToHexStringLower(digest[..Math.Min(8, digest.Length)]);
}
