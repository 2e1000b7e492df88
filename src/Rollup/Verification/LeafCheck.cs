using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;

namespace TeeTee.Rollup.Verification;

/// <summary>The leaf under judgement and what was found so far.</summary>
internal sealed class LeafCheck
{
    private readonly List<LeafFinding> _findings = [];

    public LeafCheck(BatchLeaf leaf, IReadOnlyList<QuoteItem> quotes, BatchContext context)
    {
        (Leaf, Quotes, Context) = (leaf, quotes, context);
        Request = leaf.Request.Message;
        JobId = context.Domain.Digest(Request);
        Model = context.View.Model(Request.ModelId);
    }

    public BatchLeaf Leaf { get; }

    public QueryReceipt Receipt => Leaf.Receipt;

    public JobRequest Request { get; }

    public IReadOnlyList<QuoteItem> Quotes { get; }

    public BatchContext Context { get; }

    public Bytes32 JobId { get; }

    public ModelLimits? Model { get; }

    /// <summary>T; meaningless unless <see cref="QueryReceipt.OutputTokens"/> is at least 1.</summary>
    public long Positions => (long)Receipt.PromptTokens + Receipt.OutputTokens - 1;

    public IReadOnlyList<LeafFinding> Findings => _findings;

    public bool Equal<T>(LeafFault fault, T expected, T actual, int? part = null)
        where T : IEquatable<T>
    {
        bool equal = expected.Equals(actual);
        if (!equal)
            Add(fault, $"{expected}", $"{actual}", part);
        return equal;
    }

    public void Add(LeafFault fault, string expected, string actual, int? part = null) =>
        _findings.Add(new LeafFinding(fault, part, expected, actual));
}
