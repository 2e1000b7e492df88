using TeeTee.Hosting.Faults;

namespace TeeTee.Sequencer.Faults;

/// <summary>What the faults of a sequencer have it leave out. Without a switch, as always in production, nothing.</summary>
internal static class SequencerFaults
{
    /// <summary>Whether an answer is taken that breaks the rules of a leaf.</summary>
    public static bool TakesAnyAnswer(this FaultSwitch? faults) =>
        faults?.Active?.Kind is FaultKind.RunPastStop or FaultKind.Truncate or FaultKind.WrongBoundary or FaultKind.OtherSeed;

    /// <summary>The fee that is signed to the client; with one fault another one than is posted.</summary>
    public static UInt128 PromisedFee(this FaultSwitch? faults, UInt128 fee) => faults?.Is(FaultKind.AnswerDiffers) == true && fee > 0 ? fee - 1 : fee;

    /// <summary>Whether batch data is not served.</summary>
    public static bool ServesNoData(this FaultSwitch? faults) => faults?.Active?.Kind is FaultKind.WithholdData or FaultKind.LateData;

    /// <summary>The fault that the next batch is built with; null where it is built honestly.</summary>
    public static Fault? OfBatch(this FaultSwitch? faults) =>
        faults?.Active is { } fault && FaultCatalog.Of(fault.Kind).Sequencer && !faults.ServesNoData() ? fault : null;
}
