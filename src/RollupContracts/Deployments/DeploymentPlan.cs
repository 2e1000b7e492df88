using TeeTee.Attestation.Verification;
using TeeTee.Primitives;
using TeeTee.Rollup.Faults;

namespace TeeTee.RollupContracts;

/// <summary>
/// The contracts of a deployment in the order in which one account creates them. Their addresses follow from it, so that contracts which need
/// one another can be deployed one after another.
/// </summary>
/// <remarks>Who adds a contract adds it here, before the hub, and a kind of dispute to <see cref="s_kinds"/> too.</remarks>
internal sealed class DeploymentPlan
{
    /// <summary>In the order of <see cref="DisputeKind"/>.</summary>
    private static readonly string[] s_kinds =
    [
        ContractNames.QuoteChallenges, ContractNames.DisputeGame, ContractNames.SequencerFaults, ContractNames.DataChallenges,
        ContractNames.AnswerChallenges, ContractNames.WeightChallenges,
    ];

    /// <summary>The parts of StepVerifier, in the order of its constructor.</summary>
    private static readonly string[] s_steps =
    [
        ContractNames.MatrixStep, ContractNames.VectorStep, ContractNames.NormStep, ContractNames.GateStep, ContractNames.AttentionStep,
        ContractNames.PickStep,
    ];

    private readonly Address _sender;
    private readonly ulong _firstNonce;
    private readonly List<PlannedContract> _contracts = [];

    /// <summary>A plan for an account that sends nothing else until it is carried out.</summary>
    /// <param name="firstNonce">The account's next nonce.</param>
    public DeploymentPlan(
        Address sender, ulong firstNonce, RollupParameters parameters, ModuleTerms terms, AttestationPolicy policy, Address owner, Address primary)
    {
        (_sender, _firstNonce) = (sender, firstNonce);
        AddBase(policy);
        AddGame(terms.Game);
        Add(ContractNames.QuoteChallenges, () => [Rollup, Hub, terms.Quotes.Bond, terms.Quotes.Penalty, terms.Quotes.Bounty]);
        AddFaults(terms.Faults);
        Add(ContractNames.DisputeHub, () => [Rollup, Kinds()]);
        Add(ContractNames.Rollup, () =>
        [
            parameters.ToTuple(), owner, primary, this[ContractNames.Registry], this[ContractNames.Credits],
            this[ContractNames.TdxQuoteVerifier], Hub,
        ]);
    }

    /// <summary>In order of creation.</summary>
    public IReadOnlyList<PlannedContract> Contracts => _contracts;

    /// <summary>Where a contract will be.</summary>
    /// <exception cref="ArgumentException">The plan has none of this name.</exception>
    public Address this[string name]
    {
        get
        {
            int index = _contracts.FindIndex(c => c.Name == name);
            return index >= 0
                ? ContractAddress.Create(_sender, _firstNonce + (ulong)index)
                : throw new ArgumentException($"The plan has no contract {name}.", nameof(name));
        }
    }

    private Address Rollup => this[ContractNames.Rollup];

    private Address Hub => this[ContractNames.DisputeHub];

    private void AddBase(AttestationPolicy policy)
    {
        ReadOnlyMemory<byte> root = policy.Root.PublicKey;
        Add(ContractNames.TcbRegistry, () => [_sender, policy.LooseningDelay]);
        Add(ContractNames.TdxQuoteVerifier, () =>
            [this[ContractNames.TcbRegistry], new Bytes32(root.Span[..Bytes32.Size]), new Bytes32(root.Span[Bytes32.Size..])]);
        Add(ContractNames.Registry, () => [Rollup]);
        Add(ContractNames.Credits, () => [Rollup]);
    }

    private void AddGame(DisputeTerms terms)
    {
        foreach (string step in s_steps)
            Add(step, () => []);
        Add(ContractNames.StepVerifier, () => [s_steps.Select(s => (object)this[s]).ToArray()]);
        Add(ContractNames.OpeningRules, () => [Rollup]);
        Add(ContractNames.ListRules, () => []);
        Add(ContractNames.DisputeGame, () =>
        [
            Rollup, Hub, this[ContractNames.OpeningRules], this[ContractNames.ListRules], this[ContractNames.StepVerifier], terms.ToTuple(),
        ]);
    }

    private void AddFaults(FaultTerms terms)
    {
        string[] judges = [.. Enum.GetNames<FaultJudge>()];
        foreach (string judge in judges)
            Add(judge, () => [Rollup]);
        Add(ContractNames.ChunkAnswers, () => [Rollup]);
        Add(ContractNames.Compensations, () => [Rollup, Hub]);
        Address Compensations() => this[ContractNames.Compensations];
        Add(ContractNames.SequencerFaults, () =>
            [Rollup, Hub, Compensations(), judges.Select(j => (object)this[j]).ToArray(), terms.Penalty, terms.Bounty]);
        Add(ContractNames.DataChallenges, () => [Rollup, Hub, Compensations(), this[ContractNames.ChunkAnswers], .. Of(terms.Data)]);
        Add(ContractNames.AnswerChallenges, () => [Rollup, Hub, this[ContractNames.SequencerFaults], .. Of(terms.Answers)]);
        Add(ContractNames.WeightChallenges, () => [Rollup, Hub, .. Of(terms.Weights)]);
    }

    private static object[] Of(ChallengeTerms terms) => [terms.Bond, terms.Penalty, terms.Bounty];

    private object[] Kinds() => [.. s_kinds.Select(k => (object)this[k])];

    private void Add(string name, Func<object[]> arguments) => _contracts.Add(new PlannedContract(name, arguments));
}

/// <summary>A contract that a plan creates.</summary>
/// <param name="Name">Of its artifact.</param>
/// <param name="Arguments">Of its constructor; asked for once the plan is complete.</param>
internal sealed record PlannedContract(string Name, Func<object[]> Arguments);
