using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Posting;

namespace TeeTee.Sequencer.Batching;

/// <summary>A batch as the database has it.</summary>
internal sealed record StoredBatch(
    ulong Index, Bytes32 ParentHash, Bytes32 Hash, BatchHeader Header, LocalStatus Status, ulong? PostedAt, Bytes32? Transaction)
{
    public static LocalStatus StatusOf(string name) => name switch
    {
        "built" => LocalStatus.Built,
        "posted" => LocalStatus.Posted,
        "final" => LocalStatus.Final,
        _ => LocalStatus.RolledBack,
    };

    public static string NameOf(LocalStatus status) => status switch
    {
        LocalStatus.Built => "built",
        LocalStatus.Posted => "posted",
        LocalStatus.Final => "final",
        _ => "rolledBack",
    };
}
