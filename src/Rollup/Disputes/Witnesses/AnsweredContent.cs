using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>What `answer` published for an entry, cut as its operator's form dictates. The contract has bound it by hash.</summary>
internal sealed class AnsweredContent
{
    private readonly byte[] _content;
    private readonly int _salt;

    private AnsweredContent(byte[] content, int salt) => (_content, _salt) = (content, salt);

    /// <summary>The whole bytes: a flat content or row behind its salt.</summary>
    public byte[] Whole => _content;

    /// <summary>The same without the salt.</summary>
    public ReadOnlySpan<byte> Unsalted => _content.AsSpan(_salt);

    /// <summary>The salt in front of a flat content, row or head; empty in a public job.</summary>
    public byte[] Salt => _content[.._salt];

    /// <summary>The 3n leaf hashes of a head.</summary>
    public Bytes32[] Leaves => [.. _content[_salt..].Chunk(Bytes32.Size).Select(hash => new Bytes32(hash))];

    /// <summary>Reads an answer; null where its length is not what the place dictates.</summary>
    public static AnsweredContent? Read(OperatorList own, EntryPlace place, ReadOnlySpan<byte> content)
    {
        byte[] expected = own.AnswerContent(place.Group, place.Index);
        return content.Length == expected.Length ? new AnsweredContent(content.ToArray(), own.IsSealed ? Bytes32.Size : 0) : null;
    }

    /// <summary>The pages of a segment, each behind its salt.</summary>
    public byte[][] Pages() => [.. _content.Chunk(_salt + SegmentShape.PageSize)];

    /// <summary>The elements of a segment, plane after plane with their padding, without salts.</summary>
    public float[] Elements() => StepScope.Floats(Pages().SelectMany(page => page[_salt..]).ToArray());
}
