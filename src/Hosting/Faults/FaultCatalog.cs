using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace TeeTee.Hosting.Faults;

/// <summary>Every fault by name, with the role that commits it. Faults exist on development networks only (see <see cref="FaultGuard"/>).</summary>
public static class FaultCatalog
{
    /// <summary>In the order of help texts.</summary>
    public static ImmutableArray<FaultInfo> All { get; } =
    [
        Shard(FaultKind.WeightBit, "Computes with one bit of one weight flipped."),
        Shard(FaultKind.ActivationBit, "Flips one bit of one element of an operator's output before anything reads it."),
        Shard(FaultKind.KvBit, "Flips one bit of a stored key row."),
        Shard(FaultKind.SkipLayer, "Leaves one layer out: its input passes on unchanged."),
        Shard(FaultKind.OtherLayer, "Computes one layer with the weights of another."),
        Shard(FaultKind.WrongSampling, "Picks one token by another temperature and seed than the request's (last slot)."),
        Shard(FaultKind.RandomRootInReveal, "Computes wrongly and reveals 32 random bytes for the operator where it did."),
        Shard(FaultKind.RevealOffLeaf, "Computes wrongly and reveals the canonical operators, which do not lead to what it signed."),
        Shard(FaultKind.RandomTraceLeaf, "Signs a trace leaf that commits to no keys and values at all."),
        Shard(FaultKind.WithholdReveal, "Computes wrongly and never reveals."),
        Shard(FaultKind.WithholdAnswer, "Computes wrongly, reveals, and never publishes what is selected."),
        Sequencer(FaultKind.WithholdData, "Serves no data of a batch and answers no challenge of it."),
        Sequencer(FaultKind.LateData, "Serves no data of a batch and publishes what is challenged in the last seconds before the deadline."),
        new(FaultKind.WrongBoundary, FaultRole.Sequencer,
            "A slot signs to have received another vector than the slot above sent, and the sequencer posts both (given to all shards and the sequencer).", true, true),
        Sequencer(FaultKind.WrongFee, "Charges one wei more than the signed prices give."),
        Sequencer(FaultKind.Overdraft, "Takes and posts a job whose fee the user has not deposited."),
        Sequencer(FaultKind.WrongStateRoot, "Posts a state in which it has earned one wei more."),
        Sequencer(FaultKind.MissingLayer, "Posts a leaf without its last slot's receipt."),
        Sequencer(FaultKind.JobTwice, "Posts one job in two leaves."),
        new(FaultKind.RunPastStop, FaultRole.Sequencer,
            "Shards go on after a stop token, and the sequencer posts and charges it (given to all shards and the sequencer).", true, true),
        new(FaultKind.Truncate, FaultRole.Sequencer,
            "Shards end the answer before its limit, and the sequencer posts it as complete (given to all shards and the sequencer).", true, true),
        Sequencer(FaultKind.AnswerDiffers, "Posts a job for one wei more than it signed to the user."),
        Sequencer(FaultKind.OtherSeed, "Has the shards run a request of its own with another seed and posts their receipts for the user's."),
        Sequencer(FaultKind.BadQuote, "Posts a quote whose signature does not hold."),
        new(FaultKind.ForgedShardReceipt, FaultRole.Sequencer, "Posts a receipt in an honest host's name that another key signed.", false, true),
        new(FaultKind.RevealByStranger, FaultRole.Attacker, "A stranger reveals a wrong list for an honest host: the contract refuses it.", false, false),
        new(FaultKind.SelfChallenge, FaultRole.Attacker,
            "A cheating host opens a dispute against itself and stays silent: it is convicted by the next one all the same.", true, false),
        new(FaultKind.GarbageUpstream, FaultRole.Attacker,
            "A slot sends garbage down and an accomplice disputes the honest slot below, which defends from its stored inputs.", true, false),
    ];

    /// <summary>The name of a kind as typed: lower case, words joined by dashes.</summary>
    public static string NameOf(FaultKind kind)
    {
        StringBuilder name = new();
        foreach (char c in kind.ToString())
        {
            if (char.IsUpper(c) && name.Length > 0)
                name.Append('-');
            name.Append(char.ToLower(c, CultureInfo.InvariantCulture));
        }
        return name.ToString();
    }

    /// <summary>The fault of a name, or null.</summary>
    public static FaultInfo? Find(string name) => All.FirstOrDefault(fault => fault.Name == name);

    /// <summary>What is known of a kind.</summary>
    public static FaultInfo Of(FaultKind kind) => All.First(fault => fault.Kind == kind);

    /// <summary>One line per fault, for help texts.</summary>
    public static string Describe(IEnumerable<FaultInfo> faults) =>
        string.Join('\n', faults.Select(fault => $"  {fault.Name,-22}{(fault.Role == FaultRole.Attacker ? "attack" : fault.Role.ToString().ToLowerInvariant()),-11}{fault.Description}"));

    private static FaultInfo Shard(FaultKind kind, string description) => new(kind, FaultRole.Shard, description, true, false);

    private static FaultInfo Sequencer(FaultKind kind, string description) => new(kind, FaultRole.Sequencer, description, false, true);
}
