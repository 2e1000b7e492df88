using System.Buffers.Binary;
using TeeTee.Inference.Kernels;
using TeeTee.Primitives;

namespace TeeTee.Inference.Models.Packed;

/// <summary>
/// The first bytes of a packed file: magic, versions, what it was made of, whose weights it holds, one packing number per tensor, and the
/// SHA-256 of all that. Integers are little-endian.
/// </summary>
/// <param name="Source">The model file.</param>
/// <param name="Identity">The model.</param>
/// <param name="Packings">In the file's order: 0 for binary32, else the number of a <see cref="WeightPacking"/>.</param>
internal sealed record PackedHeader(SourceStamp Source, ModelIdentity Identity, byte[] Packings)
{
    /// <summary>Changes with any byte that this format lays out in another way.</summary>
    public const uint FormatVersion = 1;

    private const int VersionsAt = 8;
    private const int SourceAt = VersionsAt + 2 * sizeof(uint);
    private const int IdentityAt = SourceAt + 2 * sizeof(long) + 2 * Bytes32.Size;
    private const int CountAt = IdentityAt + 4 * Bytes32.Size;
    private const int PackingsAt = CountAt + sizeof(uint);

    private static ReadOnlySpan<byte> Magic => "TTPACKED"u8;

    /// <summary>Bytes of the header of a model with that many tensors.</summary>
    public static int Bytes(int tensors) => PackingsAt + tensors + Bytes32.Size;

    /// <summary>Writes the header.</summary>
    public byte[] Encode()
    {
        byte[] bytes = new byte[Bytes(Packings.Length)];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(VersionsAt), FormatVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(VersionsAt + sizeof(uint)), PackedMatrix.LayoutVersion);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(SourceAt), Source.Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(SourceAt + sizeof(long)), Source.WrittenTicks);
        Write(bytes.AsSpan(SourceAt + 2 * sizeof(long)), Source.Metadata, Source.Sample);
        Write(bytes.AsSpan(IdentityAt), Identity.ModelId, Identity.WeightsRoot, Identity.ConfigHash, Identity.TokenizerHash);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(CountAt), (uint)Packings.Length);
        Packings.CopyTo(bytes, PackingsAt);
        Write(bytes.AsSpan(bytes.Length - Bytes32.Size), Sha256.Hash(bytes.AsSpan(0, bytes.Length - Bytes32.Size)));
        return bytes;
    }

    /// <summary>Reads and checks a header as far as it can be judged alone.</summary>
    /// <param name="bytes">As many as the header of the model has.</param>
    /// <param name="tensors">Tensors of the model.</param>
    /// <exception cref="PackedFileException">Foreign, of another version, or damaged.</exception>
    public static PackedHeader Parse(ReadOnlySpan<byte> bytes, int tensors)
    {
        if (!bytes.StartsWith(Magic))
            throw new PackedFileException(PackedFault.Foreign, "it is no packed model");
        uint format = BinaryPrimitives.ReadUInt32LittleEndian(bytes[VersionsAt..]);
        uint packing = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(VersionsAt + sizeof(uint))..]);
        if (format != FormatVersion || packing != PackedMatrix.LayoutVersion)
            throw new PackedFileException(PackedFault.OtherVersion,
                $"it has format {format} and packing {packing}, this program uses {FormatVersion} and {PackedMatrix.LayoutVersion}");
        if (Sha256.Hash(bytes[..^Bytes32.Size]) != ReadHash(bytes, bytes.Length - Bytes32.Size))
            throw new PackedFileException(PackedFault.Damaged, "its header does not have the hash that it states");
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[CountAt..]) != (uint)tensors)
            throw new PackedFileException(PackedFault.OtherSource, "it holds another number of tensors");
        return new PackedHeader(
            new SourceStamp(
                BinaryPrimitives.ReadInt64LittleEndian(bytes[SourceAt..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[(SourceAt + sizeof(long))..]),
                ReadHash(bytes, SourceAt + 2 * sizeof(long)), ReadHash(bytes, SourceAt + 2 * sizeof(long) + Bytes32.Size)),
            new ModelIdentity(
                ReadHash(bytes, IdentityAt), ReadHash(bytes, IdentityAt + Bytes32.Size),
                ReadHash(bytes, IdentityAt + 2 * Bytes32.Size), ReadHash(bytes, IdentityAt + 3 * Bytes32.Size)),
            bytes.Slice(PackingsAt, tensors).ToArray());
    }

    private static Bytes32 ReadHash(ReadOnlySpan<byte> bytes, int at) => new(bytes.Slice(at, Bytes32.Size));

    private static void Write(Span<byte> target, params ReadOnlySpan<Bytes32> hashes)
    {
        for (int i = 0; i < hashes.Length; i++)
            hashes[i].CopyTo(target[(i * Bytes32.Size)..]);
    }
}
