using FsCheck;
using FsCheck.Fluent;
using TeeTee.Gateway.OpenAi;

namespace TeeTee.Gateway.Tests.OpenAi;

public sealed class StopFilterTests
{
    [Fact]
    public void Append_AnySplitOfAnyText_ShowsExactlyWhatIsBeforeTheFirstStop()
    {
        // Small alphabets make overlapping and nested stop strings common.
        Gen<string> word = Gen.Elements('a', 'b', 'c').NonEmptyListOf().Select(letters => string.Concat(letters));
        var cases = from text in word.ListOf() from stops in word.ListOf() select (text, stops);
        Prop.ForAll(cases.ToArbitrary(), item =>
        {
            List<string> stops = [.. item.stops.Where(s => s.Length <= 4).Take(4)];
            string whole = string.Concat(item.text);
            int[] hits = [.. stops.Select(s => whole.IndexOf(s, StringComparison.Ordinal)).Where(at => at >= 0)];
            // Seen as a stream, the stop string that is complete first wins.
            string expected = Oracle(item.text, stops);
            StopFilter filter = new(stops);

            string shown = string.Concat(item.text.Select(filter.Append)) + filter.Finish();

            return shown == expected && filter.Stopped == hits.Length > 0;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Append_NothingLikeAStop_IsShownAtOnce()
    {
        StopFilter filter = new(["stop"]);

        Assert.Equal("one", filter.Append("one"));
        Assert.Equal(" ", filter.Append(" st"));
        Assert.Equal("star", filter.Append("ar"));
    }

    /// <summary>After each piece, looks for the first stop in all text so far.</summary>
    private static string Oracle(IEnumerable<string> pieces, List<string> stops)
    {
        string text = "";
        foreach (string piece in pieces)
        {
            text += piece;
            int[] hits = [.. stops.Select(s => text.IndexOf(s, StringComparison.Ordinal)).Where(at => at >= 0)];
            if (hits.Length > 0)
                return text[..hits.Min()];
        }
        return text;
    }
}
