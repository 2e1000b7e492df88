using TeeTee.Primitives;

namespace TeeTee.Sequencer.Posting;

/// <summary>Names of pieces of work in the outbox.</summary>
internal static class Purposes
{
    public static string Post(ulong index) => $"post:{index}";

    /// <summary>An empty transaction in the place of one that would post a batch too late.</summary>
    public static string Cancel(string purpose) => $"cancel:{purpose}";

    public static bool IsPost(string purpose) => purpose.StartsWith("post:", StringComparison.Ordinal);

    public static string Finalize(ulong index) => $"finalize:{index}";

    public static string Answer(Address module, ulong challenge) => $"answer:{module}:{challenge}";

    public static string WithdrawBonds(Address module) => $"bonds:{module}";

    public static string Claim(Address owner) => $"claim:{owner}";
}
