using System.Collections;

namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>Collects mutations by what they lead to.</summary>
internal sealed class MutationList : IEnumerable<Mutation>
{
    private readonly List<Mutation> _all = [];

    public void Accept(string name, Action<QuoteDraft> apply, int weight = 1) => _all.Add(new Mutation(name, Expectation.Accepted, weight, apply));

    public void Refuse(string name, Action<QuoteDraft> apply, int weight = 1) => _all.Add(new Mutation(name, Expectation.Refused, weight, apply));

    /// <summary>Changes the finished quote in place.</summary>
    public void RefuseEdited(string name, Action<byte[], QuoteOffsets, Random> edit, int weight = 1) => Refuse(
        name,
        draft => draft.Finish.Add((quote, at) =>
        {
            edit(quote, at, draft.Random);
            return quote;
        }),
        weight);

    public void Agree(string name, Action<QuoteDraft> apply, int weight = 1) => _all.Add(new Mutation(name, Expectation.Agreed, weight, apply));

    public void Differ(string name, Expectation expected, Action<QuoteDraft> apply) => _all.Add(new Mutation(name, expected, 1, apply));

    public IEnumerator<Mutation> GetEnumerator() => _all.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
