using TeeTee.Primitives;
using TeeTee.Rollup.Abi;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Links;

/// <summary>A poster's word for the TLS key of its sequencer (protocol section 11), signed by EIP-712: the domain holds chain id and rollup.</summary>
/// <param name="PublicKeyHash">Keccak-256 of the certificate's SubjectPublicKeyInfo (DER).</param>
/// <param name="NotBefore">First second of the certificate's validity, Unix.</param>
/// <param name="NotAfter">Last second of the certificate's validity, Unix.</param>
public sealed record SequencerLink(Bytes32 PublicKeyHash, ulong NotBefore, ulong NotAfter)
    : ITypedMessage<SequencerLink>
{
    internal const string Type = "SequencerLink(bytes32 publicKeyHash,uint64 notBefore,uint64 notAfter)";

    private static readonly Bytes32 s_typeHash = TypedData.TypeHash(Type);

    static bool IRollupMessage<SequencerLink>.IsDynamic => false;

    /// <inheritdoc/>
    public Bytes32 StructHash() => TypedData.StructHash(s_typeHash, WriteMembers);

    /// <inheritdoc/>
    public void WriteMembers(TupleWriter writer) => writer.Hash(PublicKeyHash).Number(NotBefore).Number(NotAfter);

    static SequencerLink IRollupMessage<SequencerLink>.ReadMembers(ref TupleReader reader) => new(reader.Hash(), reader.U64(), reader.U64());
}
