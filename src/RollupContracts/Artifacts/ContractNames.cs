namespace TeeTee.RollupContracts;

/// <summary>The contracts that a deployment has.</summary>
internal static class ContractNames
{
    public const string Rollup = "TeeTeeRollup";
    public const string Registry = "HostRegistry";
    public const string Credits = "Credits";
    public const string TcbRegistry = "TcbRegistry";
    public const string TdxQuoteVerifier = "TdxQuoteVerifier";
    public const string QuoteChallenges = "QuoteChallenges";
    public const string DisputeHub = "DisputeHub";
    public const string DisputeGame = "DisputeGame";
    public const string OpeningRules = "OpeningRules";
    public const string ListRules = "ListRules";
    public const string StepVerifier = "StepVerifier";
    public const string MatrixStep = "MatrixStep";
    public const string VectorStep = "VectorStep";
    public const string NormStep = "NormStep";
    public const string GateStep = "GateStep";
    public const string AttentionStep = "AttentionStep";
    public const string PickStep = "PickStep";

    public const string FormFaults = "FormFaults";
    public const string RequestFaults = "RequestFaults";
    public const string PipelineFaults = "PipelineFaults";
    public const string FinishFaults = "FinishFaults";
    public const string TokenFaults = "TokenFaults";
    public const string AccountFaults = "AccountFaults";
    public const string EntryFaults = "EntryFaults";
    public const string ChunkAnswers = "ChunkAnswers";
    public const string Compensations = "Compensations";
    public const string SequencerFaults = "SequencerFaults";
    public const string DataChallenges = "DataChallenges";
    public const string AnswerChallenges = "AnswerChallenges";
    public const string WeightChallenges = "WeightChallenges";

    public static IReadOnlyList<string> All { get; } =
    [
        Rollup, Registry, Credits, TcbRegistry, TdxQuoteVerifier, QuoteChallenges, DisputeHub, DisputeGame, OpeningRules, ListRules, StepVerifier,
        MatrixStep, VectorStep, NormStep, GateStep, AttentionStep, PickStep, FormFaults, RequestFaults, PipelineFaults, FinishFaults, TokenFaults, AccountFaults,
        EntryFaults, ChunkAnswers, Compensations, SequencerFaults, DataChallenges, AnswerChallenges, WeightChallenges,
    ];
}
