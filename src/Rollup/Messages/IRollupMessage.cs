using TeeTee.Rollup.Abi;

namespace TeeTee.Rollup.Messages;

/// <summary>A struct of the protocol with one ABI encoding; <see cref="MessageCodec"/> encodes and decodes it.</summary>
public interface IRollupMessage<TSelf>
    where TSelf : class, IRollupMessage<TSelf>
{
    /// <summary>Whether the struct has a dynamic member, so that <c>abi.encode</c> of it starts with an offset.</summary>
    static abstract bool IsDynamic { get; }

    /// <summary>Writes the members in order.</summary>
    void WriteMembers(TupleWriter writer);

    /// <summary>Reads the members in order; meaningless if the reader has failed afterwards.</summary>
    static abstract TSelf ReadMembers(ref TupleReader reader);
}
