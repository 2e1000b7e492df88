using System.Diagnostics.CodeAnalysis;
using TeeTee.Rollup.Abi;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Batches;

/// <summary>Batch data of kind 7: a quote record and the quote itself.</summary>
public sealed record QuoteItem(QuoteRecord Record, ReadOnlyMemory<byte> Quote)
{
    /// <summary>Most bytes of a quote that a decoder takes.</summary>
    public const int LongestQuote = 65_536;

    /// <summary><c>abi.encode(QuoteRecord, bytes quote)</c>.</summary>
    public byte[] Encode() => new TupleWriter().Message(Record).Blob(Quote.Span).ToArray();

    /// <summary>Decodes exactly what <see cref="Encode"/> can give; false for any other bytes.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> abi, [NotNullWhen(true)] out QuoteItem? item)
    {
        TupleReader reader = new(abi);
        QuoteRecord record = reader.Message<QuoteRecord>();
        ReadOnlySpan<byte> quote = reader.Blob(LongestQuote);
        item = new QuoteItem(record, quote.ToArray());
        if (reader.Failed || !abi.SequenceEqual(item.Encode()))
            item = null;
        return item is not null;
    }

    public bool Equals(QuoteItem? other) => other is not null && Record == other.Record && Quote.Span.SequenceEqual(other.Quote.Span);

    public override int GetHashCode() => Record.GetHashCode();
}
