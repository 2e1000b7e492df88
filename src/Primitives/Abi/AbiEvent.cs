using System.Text;

namespace TeeTee.Primitives;

/// <summary>A contract's (not anonymous) event, as found in logs.</summary>
public sealed class AbiEvent
{
    private readonly AbiType[] _data;

    private AbiEvent(string name, List<AbiParameter> inputs)
    {
        (Name, Inputs) = (name, inputs);
        Signature = $"{name}({string.Join(',', inputs.Select(parameter => parameter.Type))})";
        Topic = Keccak256.Hash(Encoding.UTF8.GetBytes(Signature));
        _data = [.. inputs.Where(parameter => !parameter.IsIndexed).Select(parameter => parameter.Type)];
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The parameters, in order of declaration.</summary>
    public IReadOnlyList<AbiParameter> Inputs { get; }

    /// <summary>The canonical signature, <c>name(type,...)</c>.</summary>
    public string Signature { get; }

    /// <summary>Topic 0: the signature's Keccak-256.</summary>
    public Bytes32 Topic { get; }

    /// <summary>The event of <c>event Name(type indexed name, ...)</c>.</summary>
    /// <exception cref="FormatException">The text is no event, or more than three parameters are indexed.</exception>
    public static AbiEvent Parse(string text)
    {
        var (name, inputs, outputs) = AbiParser.ParseDeclaration(text, "event");
        if (outputs.Count > 0 || inputs.Count(parameter => parameter.IsIndexed) > 3)
            throw new FormatException($"\"{text}\" is not an event: it returns values or has more than three indexed parameters.");
        return new AbiEvent(name, inputs);
    }

    /// <summary>Whether a log with these topics is of this event.</summary>
    public bool Matches(IReadOnlyList<Bytes32> topics)
    {
        ArgumentNullException.ThrowIfNull(topics);
        return topics.Count == 1 + Inputs.Count - _data.Length && topics[0] == Topic;
    }

    /// <summary>
    /// All values in order of declaration. Of an indexed array, tuple, string or bytes the log keeps only the hash: its
    /// value is that topic as <see cref="Bytes32"/>.
    /// </summary>
    /// <exception cref="MalformedDataException">A log of another event, or malformed.</exception>
    public object[] Decode(IReadOnlyList<Bytes32> topics, ReadOnlySpan<byte> data)
    {
        if (!Matches(topics))
            throw new MalformedDataException($"The log is not of the event {Signature}.");
        var plain = AbiCodec.Decode(_data, data);
        var values = new object[Inputs.Count];
        var (nextTopic, nextPlain) = (1, 0);
        for (var i = 0; i < values.Length; i++)
            values[i] = Inputs[i].IsIndexed ? FromTopic(Inputs[i].Type, topics[nextTopic++]) : plain[nextPlain++];
        return values;
    }

    /// <summary>The topic that a log has for <paramref name="value"/> of an elementary static type, for filters.</summary>
    /// <exception cref="ArgumentException">The type is not elementary and static, or the value does not fit it.</exception>
    public static Bytes32 ToTopic(AbiType type, object value)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (!IsElementary(type))
            throw new ArgumentException($"A log keeps only the hash of a value of type {type}.", nameof(type));
        Span<byte> word = stackalloc byte[AbiWords.Size];
        AbiWords.Encode(type, value, word);
        return new Bytes32(word);
    }

    public override string ToString() => Signature;

    private static object FromTopic(AbiType type, Bytes32 topic) => IsElementary(type) ? AbiWords.Decode(type, topic.ToArray()) : topic;

    private static bool IsElementary(AbiType type) => !type.IsDynamic && type.Kind is not (AbiKind.FixedArray or AbiKind.Tuple);
}
