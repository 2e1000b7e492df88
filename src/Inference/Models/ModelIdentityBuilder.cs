using System.Buffers.Binary;
using System.Text;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Tokenization;
using TeeTee.Primitives;

namespace TeeTee.Inference.Models;

/// <summary>Computes the three parts of a model identity, each from what it commits to alone.</summary>
internal static class ModelIdentityBuilder
{
    private const uint Absent = uint.MaxValue;
    internal static readonly MerkleTag WeightsTag = new("TT/wght1");
    private static readonly MerkleTag s_vocabulary = new("TT/vocb1");

    private static readonly AbiType s_config = AbiType.Parse(
        "(uint32,uint32,uint32,uint32,uint32,uint32,uint32,uint32,uint32,uint32,uint32,uint32,uint32,bool)");

    private static readonly AbiType s_tokenizer = AbiType.Parse(
        "(uint32,bytes32,bytes32,bytes32,bytes32,uint32,uint32,uint32,uint32,bool,bool)");

    public static Bytes32 HashConfig(ModelConfig config) => Hash(s_config,
        (uint)config.Architecture, (uint)config.VocabularySize, (uint)config.EmbeddingLength, (uint)config.FeedForwardLength,
        (uint)config.LayerCount, (uint)config.HeadCount, (uint)config.KvHeadCount, (uint)config.HeadDimension,
        (uint)config.RopeDimensions, (uint)config.ContextLength, config.RmsEpsilonBits, config.AttentionScaleBits,
        (uint)config.RopePairing, config.TiedOutput);

    public static Bytes32 HashTokenizer(Tokenizer tokenizer, string? chatTemplate) => Hash(s_tokenizer,
        (uint)tokenizer.Kind, HashVocabulary(tokenizer), HashMerges(tokenizer.Merges),
        HashText(tokenizer.PreTokenizerName), HashText(chatTemplate),
        tokenizer.BosId ?? Absent, tokenizer.EosId ?? Absent, tokenizer.EotId ?? Absent, tokenizer.UnknownId ?? Absent,
        tokenizer.AddsBos, tokenizer.AddsSpacePrefix);

    public static Bytes32 HashWeights(ReadOnlySpan<Bytes32> leaves)
    {
        MerkleFrontier<Sha256Merkle> tree = new();
        tree.Append(leaves);
        return tree.Root(WeightsTag);
    }

    private static Bytes32 Hash(AbiType type, params object[] values) => Keccak256.Hash(AbiCodec.Encode([type], [values]));

    private static Bytes32 HashText(string? text) => Keccak256.Hash(Encoding.UTF8.GetBytes(text ?? ""));

    private static Bytes32 HashVocabulary(Tokenizer tokenizer)
    {
        Bytes32[] leaves = new Bytes32[tokenizer.VocabularySize];
        for (uint id = 0; id < leaves.Length; id++)
        {
            ReadOnlySpan<byte> text = tokenizer.FileText(id);
            byte[] leaf = new byte[8 + text.Length];
            BinaryPrimitives.WriteUInt32BigEndian(leaf, (uint)tokenizer.TypeOf(id));
            BinaryPrimitives.WriteSingleBigEndian(leaf.AsSpan(4), tokenizer.Score(id));
            text.CopyTo(leaf.AsSpan(8));
            leaves[id] = Sha256Merkle.Leaf(leaf);
        }
        MerkleFrontier<Sha256Merkle> tree = new();
        tree.Append(leaves);
        return tree.Root(s_vocabulary);
    }

    private static Bytes32 HashMerges(GgufStrings? merges)
    {
        Keccak256 hash = new();
        Span<byte> length = stackalloc byte[4];
        for (int i = 0; i < (merges?.Count ?? 0); i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(length, (uint)merges![i].Length);
            hash.Append(length);
            hash.Append(merges[i]);
        }
        return hash.Finish();
    }
}
