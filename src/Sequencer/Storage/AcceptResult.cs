namespace TeeTee.Sequencer.Storage;

/// <summary>The outcome with the totals that it was judged by.</summary>
internal readonly record struct AcceptResult(AcceptOutcome Outcome, UserTotals Totals);
