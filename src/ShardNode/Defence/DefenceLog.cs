using Microsoft.Extensions.Logging;
using TeeTee.Primitives;

namespace TeeTee.ShardNode.Defence;

/// <summary>What defenders log. Ids 300 to 319; never an activation, prompt or answer.</summary>
internal static partial class DefenceLog
{
    [LoggerMessage(300, LogLevel.Warning, "Dispute {Dispute} is open against {Operator}: slot {Slot}, position {Position} of a job in batch {Batch}; {Seconds} s to reveal")]
    public static partial void Disputed(ILogger logger, ulong dispute, Address @operator, uint slot, uint position, ulong batch, ulong seconds);

    [LoggerMessage(301, LogLevel.Information, "Groups {First} to {Last} of {Groups} are revealed for dispute {Dispute}")]
    public static partial void Revealed(ILogger logger, ulong dispute, int first, int last, int groups);

    [LoggerMessage(302, LogLevel.Information, "Entry {Index} of group {Group} is published for dispute {Dispute}")]
    public static partial void Answered(ILogger logger, ulong dispute, uint group, uint index);

    [LoggerMessage(303, LogLevel.Information, "Dispute {Dispute} is won: its challenger let the deadline pass")]
    public static partial void Won(ILogger logger, ulong dispute);

    [LoggerMessage(304, LogLevel.Critical, "Dispute {Dispute} cannot be defended: {Cause}. The stake will be slashed")]
    public static partial void Undefended(ILogger logger, ulong dispute, string cause);

    [LoggerMessage(305, LogLevel.Warning, "Disputes cannot be looked for now: {Fault}")]
    public static partial void Faulted(ILogger logger, string fault);

    [LoggerMessage(306, LogLevel.Information, "{Moves} moves of an earlier run ended meanwhile")]
    public static partial void Resumed(ILogger logger, int moves);

    [LoggerMessage(307, LogLevel.Warning, "Page {Page} of row {Row} of tensor {Tensor} is demanded by challenge {Challenge}; {Seconds} s to show it")]
    public static partial void PageDemanded(ILogger logger, uint page, uint row, uint tensor, ulong challenge, ulong seconds);

    [LoggerMessage(308, LogLevel.Information, "Page {Page} of row {Row} of tensor {Tensor} is published for challenge {Challenge}")]
    public static partial void PageShown(ILogger logger, uint page, uint row, uint tensor, ulong challenge);

    [LoggerMessage(309, LogLevel.Critical, "The page that challenge {Challenge} demands cannot be shown: {Cause}. Unless another host shows it, the model is suspended")]
    public static partial void PageWithheld(ILogger logger, ulong challenge, string cause);

    [LoggerMessage(310, LogLevel.Warning, "Demands for weight pages cannot be looked for now: {Fault}")]
    public static partial void WeightsFaulted(ILogger logger, string fault);
}
