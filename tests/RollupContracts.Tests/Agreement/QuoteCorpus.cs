namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>
/// Quotes, good and bad, by a seed: which quote each index gets and what is done to it depends on the seed alone. Keys and signatures are
/// new each time.
/// </summary>
internal sealed class QuoteCorpus
{
    private readonly AgreementPki _pki;
    private readonly MachinePool _pool;
    private readonly Mutation[] _round;

    public QuoteCorpus(AgreementPki pki, int seed)
    {
        (_pki, Seed) = (pki, seed);
        _pool = new MachinePool(pki, new Random(seed));
        MutationList list = new();
        BodyMutations.AddTo(list, pki, _pool);
        FormMutations.AddTo(list);
        CertificateMutations.AddTo(list, pki);
        DifferenceMutations.AddTo(list, pki);
        Mutations = [.. list];
        _round = [.. Mutations.SelectMany(mutation => Enumerable.Repeat(mutation, mutation.Weight))];
    }

    public int Seed { get; }

    public IReadOnlyList<Mutation> Mutations { get; }

    /// <summary>So many quotes in which every mutation of a round occurs by its weight.</summary>
    public IEnumerable<AgreementCase> Generate(int count)
    {
        for (int i = 0; i < count; i++)
            yield return Make(i, _round[i % _round.Length]);
    }

    /// <summary>One quote with one mutation.</summary>
    public AgreementCase Make(int index, Mutation mutation)
    {
        QuoteDraft draft = new(_pki, _pool, new Random(Seed + (7919 * index)));
        mutation.Apply(draft);
        return draft.Make(index, mutation.Name, mutation.Expected);
    }
}
