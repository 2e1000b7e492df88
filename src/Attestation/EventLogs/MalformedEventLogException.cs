using System.Runtime.CompilerServices;

namespace TeeTee.Attestation.EventLogs;

/// <summary>Carries a refusal from the depth of a reader to the edge of this folder, where it becomes an <see cref="EventLogError"/>.</summary>
internal sealed class MalformedEventLogException(EventLogStage stage, string cause) : Exception(cause)
{
    private const int MaxCause = 400;

    public EventLogError Error { get; } = new(stage, Shown(cause));

    public static void Require(bool condition, EventLogStage stage, string cause)
    {
        if (!condition)
            throw new MalformedEventLogException(stage, cause);
    }

    /// <summary>The same with a cause that is only put together when it is needed: readers ask this of every event.</summary>
    public static void Require(bool condition, EventLogStage stage, [InterpolatedStringHandlerArgument(nameof(condition))] ref Cause cause)
    {
        if (!condition)
            throw new MalformedEventLogException(stage, cause.ToStringAndClear());
    }

    /// <summary>Causes quote the sender's text: nothing that moves a terminal's cursor, and two registers fit.</summary>
    private static string Shown(string cause) => new([.. cause.Take(MaxCause).Select(c => char.IsControl(c) ? '?' : c)]);

    /// <summary>An interpolated cause of a condition that failed.</summary>
    [InterpolatedStringHandler]
    internal ref struct Cause
    {
        private DefaultInterpolatedStringHandler _text;

        public Cause(int literalLength, int formattedCount, bool condition, out bool isNeeded)
        {
            isNeeded = !condition;
            _text = isNeeded ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
        }

        public void AppendLiteral(string text) => _text.AppendLiteral(text);

        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

        public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

        public string ToStringAndClear() => _text.ToStringAndClear();
    }
}
