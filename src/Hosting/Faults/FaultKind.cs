namespace TeeTee.Hosting.Faults;

/// <summary>The faults that development networks can inject; <see cref="FaultCatalog"/> describes them.</summary>
public enum FaultKind
{
    WeightBit,
    ActivationBit,
    KvBit,
    SkipLayer,
    OtherLayer,
    WrongSampling,
    RandomRootInReveal,
    RevealOffLeaf,
    RandomTraceLeaf,
    WithholdReveal,
    WithholdAnswer,
    WithholdData,
    LateData,
    WrongBoundary,
    WrongFee,
    Overdraft,
    WrongStateRoot,
    MissingLayer,
    JobTwice,
    RunPastStop,
    Truncate,
    AnswerDiffers,
    OtherSeed,
    BadQuote,
    ForgedShardReceipt,
    RevealByStranger,
    SelfChallenge,
    GarbageUpstream,
}
