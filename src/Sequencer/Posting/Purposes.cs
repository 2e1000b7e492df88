using TeeTee.Primitives;

namespace TeeTee.Sequencer.Posting;

/// <summary>Names of pieces of work in the outbox.</summary>
internal static class Purposes
{
    public static string Post(ulong index) => $"post:{index}";

    public static string Finalize(ulong index) => $"finalize:{index}";

    public static string Answer(Address module, ulong challenge) => $"answer:{module}:{challenge}";

    public static string WithdrawBonds(Address module) => $"bonds:{module}";

    public static string Claim(Address owner) => $"claim:{owner}";
}
