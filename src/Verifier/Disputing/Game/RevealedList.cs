using TeeTee.Rollup.Disputes;

namespace TeeTee.Verifier.Disputing;

/// <summary>What an accused operator revealed.</summary>
/// <param name="Entries">Its list.</param>
/// <param name="Opening">What its leaf opens to.</param>
internal sealed record RevealedList(OperatorEntries Entries, TraceOpening Opening);
