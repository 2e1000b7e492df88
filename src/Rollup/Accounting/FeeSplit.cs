using System.Collections.Immutable;
using System.Numerics;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Accounting;

/// <summary>How a fee is divided (protocol section 9, rule 3). The shares always sum to the fee.</summary>
public static class FeeSplit
{
    private const uint AllBps = 10_000;

    /// <summary>The hosts' shares in pipeline order, then the sequencer's with the remainder.</summary>
    /// <exception cref="ArgumentException">More than 10,000 bps, or the slots have not exactly the layers of the model.</exception>
    public static ImmutableArray<FeeShare> Compute(UInt128 fee, IReadOnlyList<Slot> slots, AccountingTerms terms)
    {
        ArgumentNullException.ThrowIfNull(slots);
        ArgumentNullException.ThrowIfNull(terms);
        Check(slots, terms);
        BigInteger rest = (BigInteger)fee - (BigInteger)fee * terms.SequencerShareBps / AllBps;
        var shares = ImmutableArray.CreateBuilder<FeeShare>(slots.Count + 1);
        UInt128 remainder = fee;
        foreach (Slot slot in slots)
        {
            UInt128 share = (UInt128)(rest * slot.LayerCount / terms.LayerCount);
            shares.Add(new FeeShare(PayeeRole.Host, slot.Operator, slot.SlotId, share));
            remainder -= share;
        }

        shares.Add(new FeeShare(PayeeRole.Sequencer, terms.Sequencer, null, remainder));
        return shares.MoveToImmutable();
    }

    private static void Check(IReadOnlyList<Slot> slots, AccountingTerms terms)
    {
        if (terms.SequencerShareBps > AllBps)
            throw new ArgumentException($"A share of {terms.SequencerShareBps} bps is more than {AllBps}.", nameof(terms));
        long layers = slots.Sum(s => (long)s.LayerCount);
        if (layers != terms.LayerCount)
            throw new ArgumentException($"The slots have {layers} layers; the model has {terms.LayerCount}.", nameof(slots));
    }
}
