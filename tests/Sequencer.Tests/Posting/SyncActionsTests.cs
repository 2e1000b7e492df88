using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Posting;

namespace TeeTee.Sequencer.Tests.Posting;

public sealed class SyncActionsTests
{
    private const ulong Now = 1_000;

    private static readonly Bytes32[] s_hashes = [.. Enumerable.Range(0, 6).Select(i => i == 0 ? Bytes32.Zero : Keccak256.Hash([(byte)i]))];
    private static readonly Bytes32 s_other = Keccak256.Hash("other"u8);

    public static TheoryData<string, string, string, string> Cases { get; } = new()
    {
        // what; local batches; chain; expected actions
        { "nothing anywhere", "", "next 1", "" },
        { "first batch built", "1 built", "next 1", "post 1" },
        { "only the first of two is posted", "1 built, 2 built", "next 1", "post 1" },
        { "crash after mining", "1 built", "1 open", "posted 1" },
        { "posted, nothing new", "1 posted", "1 open", "" },
        { "posted, then the next", "1 posted, 2 built", "1 open", "post 2" },
        { "crash after mining, then the next", "1 built, 2 built", "1 open", "posted 1, post 2" },
        { "final on the chain", "1 posted", "1 final", "final 1" },
        { "final at once", "1 built", "1 final", "final 1" },
        { "final on an unsettled block", "1 posted", "1 final, believed 0", "" },
        { "final undone with its block", "1 final", "1 open", "posted 1" },
        { "reorganised into another block", "1 posted at 7", "1 open", "posted 1" },
        { "dropped by a reorganisation", "1 posted", "next 1", "unposted 1, post 1" },
        { "two dropped", "1 posted, 2 posted", "next 1", "unposted 1, post 1, unposted 2" },
        { "final one dropped", "1 final", "next 1", "unposted 1, post 1" },
        { "another batch at our index", "1 built", "1 foreign", "halt" },
        { "another batch in the place of a posted one", "1 posted, 2 built", "1 foreign", "halt" },
        { "rolled back", "1 posted", "1 rolledBack", "rollback 1" },
        { "rolled back with its successor", "1 posted, 2 posted", "1 rolledBack, 2 rolledBack", "rollback 1 2" },
        { "only the successor is rolled back", "1 posted, 2 posted, 3 built", "1 open, 2 rolledBack", "rollback 2" },
        { "rolled back before it was marked", "1 built", "1 rolledBack", "rollback 1" },
        { "a final one is rolled back", "1 final", "1 rolledBack", "halt" },
        { "known as rolled back, nothing new", "1 posted, 2 gone", "1 open, 2 rolledBack", "" },
        { "known as rolled back, the next is built", "1 posted, 2 gone, 3 built on first", "1 open, 2 rolledBack", "post 3" },
        { "built on one that was rolled back", "1 posted, 2 gone, 3 built orphan", "1 open, 2 rolledBack", "abandon 3" },
        { "the roll-back is undone", "1 posted, 2 gone", "1 open, 2 open", "halt" },
        { "another parent", "1 posted, 2 built on other", "1 open", "halt" },
        { "a gap", "3 built", "1 open", "halt" },
        { "database lost", "", "1 open", "halt" },
        { "old backup", "1 posted", "1 open, 2 open", "halt" },
        { "deadline missed before it was signed", "1 built late", "next 1", "discard 1" },
        { "deadline missed after it was signed", "1 built late signed", "next 1", "abandon 1" },
        { "deadline missed but not the newest", "1 built late, 2 built", "next 1", "discard 2" },
        { "deadline missed but on the chain", "1 built late", "1 open", "posted 1" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compute_Case_GivesItsActions(string what, string local, string chain, string expected)
    {
        string[] known = Split(local);
        ulong lastUsed = known.Select(text => ulong.Parse(text.Split(' ')[0])).DefaultIfEmpty().Max();
        IReadOnlyList<SyncAction> actions = SyncActions.Compute(
            [.. known.Where(text => !text.Contains("gone")).Select(Local)], Chain(Split(chain)), lastUsed);

        Assert.Equal((what, expected), (what, string.Join(", ", actions.Select(Name))));
    }

    private static string[] Split(string text) => text.Split(", ", StringSplitOptions.RemoveEmptyEntries);

    private static LocalBatch Local(string text)
    {
        string[] words = text.Split(' ');
        ulong index = ulong.Parse(words[0]);
        LocalStatus status = Enum.Parse<LocalStatus>(words[1], ignoreCase: true);
        ulong? postedAt = status == LocalStatus.Built ? null : words.Contains("at") ? ulong.Parse(words[^1]) : index * 10;
        Bytes32 parent = words.Contains("other") ? s_other : words.Contains("first") ? s_hashes[1] : s_hashes[index - 1];
        return new LocalBatch(index, s_hashes[index], parent, status, postedAt, words.Contains("late") ? Now : Now + 1, words.Contains("signed"))
        {
            IsOrphan = words.Contains("orphan"),
        };
    }

    private static ChainView Chain(string[] parts)
    {
        Dictionary<ulong, ChainBatch> batches = [];
        ulong next = 1;
        ulong believed = ulong.MaxValue;
        foreach (string[] words in parts.Select(p => p.Split(' ')))
        {
            if (words[0] == "next")
                next = ulong.Parse(words[1]);
            else if (words[0] == "believed")
                believed = ulong.Parse(words[1]);
            else
                next = Add(batches, ulong.Parse(words[0]), words[1]) + 1;
        }

        return new ChainView
        {
            NextIndex = next,
            HeadHash = batches.Values.LastOrDefault(batch => batch.Status != BatchStatus.RolledBack)?.Hash ?? Bytes32.Zero,
            FinalIndex = Math.Min(believed, batches.Where(b => b.Value.Status == BatchStatus.Final).Select(b => b.Key).DefaultIfEmpty(0UL).Max()),
            Time = Now,
            Batches = batches,
        };
    }

    private static ulong Add(Dictionary<ulong, ChainBatch> batches, ulong index, string kind)
    {
        bool foreign = kind == "foreign";
        BatchStatus status = foreign ? BatchStatus.Open : Enum.Parse<BatchStatus>(kind, ignoreCase: true);
        batches[index] = new ChainBatch(foreign ? s_other : s_hashes[index], index * 10, status);
        return index;
    }

    private static string Name(SyncAction action) => action switch
    {
        MarkPosted a => $"posted {a.Index}",
        MarkFinal a => $"final {a.Index}",
        MarkUnposted a => $"unposted {a.Index}",
        PostBatch a => $"post {a.Index}",
        DiscardBatch a => $"discard {a.Index}",
        AbandonBatch a => $"abandon {a.Index}",
        MarkRolledBack a => $"rollback {string.Join(' ', a.Indices)}",
        _ => "halt",
    };
}
