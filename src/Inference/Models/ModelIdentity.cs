using TeeTee.Primitives;

namespace TeeTee.Inference.Models;

/// <summary>What two importers of equal models agree on (docs/protocol.md, section 3).</summary>
/// <param name="ModelId">Commits to the other three and the arithmetic version.</param>
/// <param name="WeightsRoot">Merkle root over every page of every canonical tensor, the rotary tables included.</param>
/// <param name="ConfigHash">Hash of shape and constants.</param>
/// <param name="TokenizerHash">Hash of vocabulary, merges, pre-tokenizer and chat template.</param>
public sealed record ModelIdentity(Bytes32 ModelId, Bytes32 WeightsRoot, Bytes32 ConfigHash, Bytes32 TokenizerHash)
{
    /// <summary>The version of the arithmetic that the model identifier binds.</summary>
    public const uint ArithmeticVersion = 1;

    private static readonly AbiType[] s_types =
        [AbiType.Parse("bytes32"), AbiType.Parse("bytes32"), AbiType.Parse("bytes32"), AbiType.Parse("uint32")];

    /// <summary>Derives the model identifier from its three parts.</summary>
    public static ModelIdentity Create(Bytes32 weightsRoot, Bytes32 configHash, Bytes32 tokenizerHash) => new(
        Keccak256.Hash(AbiCodec.Encode(s_types, [weightsRoot, configHash, tokenizerHash, ArithmeticVersion])),
        weightsRoot, configHash, tokenizerHash);
}
