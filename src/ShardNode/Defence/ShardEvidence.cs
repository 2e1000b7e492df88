using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using TeeTee.Attestation.Encryption;
using TeeTee.Inference.Disputes;
using TeeTee.Inference.Engine;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Messages;
using TeeTee.ShardNode.Faults;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Storage;
using TeeTee.ShardProtocol.Mapping;

namespace TeeTee.ShardNode.Defence;

/// <summary>
/// A host's own evidence: receipt, ids and the file of vectors that entered its first layer. It needs nobody else's word, so that a host whose upstream sent
/// garbage can show that it computed rightly from it.
/// </summary>
internal sealed class ShardEvidence(ShardSelf self, ShardModel model, ShardStore store, AtRestCipher atRest, string inputFolder, ShardFaults? faults) : IDefenceEvidence
{
    private int RowBytes => self.EmbeddingLength * sizeof(float);

    /// <inheritdoc/>
    public bool TryFind(DisputeContext context, [NotNullWhen(true)] out DefenceMaterial? material, out string cause)
    {
        material = null;
        if (context.ModelId != self.Slot.ModelId || context.Slot != self.Slot.SlotId || context.FirstLayer != self.Slot.FirstLayer || context.LayerCount != self.Slot.LayerCount)
        {
            cause = $"it is about slot {context.Slot}, layers from {context.FirstLayer}, {context.LayerCount} of them, which this shard does not serve";
            return false;
        }
        if (store.FindEvidence(context.TraceRoot, context.TokensRoot) is not { } evidence)
        {
            cause = $"no receipt with trace {context.TraceRoot} is kept here";
            return false;
        }
        return TryOpen(context, evidence, out material, out cause);
    }

    private bool TryOpen(DisputeContext context, KeptEvidence evidence, [NotNullWhen(true)] out DefenceMaterial? material, out string cause)
    {
        material = null;
        SealedExchange? secrets = null;
        if (!TryReadTokens(evidence, ref secrets, out uint[]? tokens) || !WireMessages.TryReadHashes(evidence.Leaves, out Bytes32[]? leaves))
        {
            cause = "the kept tokens do not open with this enclave's key";
            return false;
        }
        if (context.Position >= leaves.Length || context.Position >= tokens.Length)
        {
            secrets?.Dispose();
            cause = $"position {context.Position} is none of the {leaves.Length} that were signed";
            return false;
        }
        if (!TryReadInputs(evidence.JobId, (int)context.Position, tokens, secrets is not null, out float[]? inputs, out cause))
        {
            secrets?.Dispose();
            return false;
        }
        material = new DefenceMaterial
        {
            Model = model,
            HiddenIn = inputs,
            Leaves = leaves,
            Tokens = tokens,
            Salts = secrets?.Salts,
            Secret = secrets,
            Cheat = faults?.Of(evidence.JobId, (int)context.PromptTokens),
        };
        return true;
    }

    private bool TryReadTokens(KeptEvidence evidence, ref SealedExchange? secrets, [NotNullWhen(true)] out uint[]? tokens)
    {
        JobRequest request = evidence.Request.Message;
        if (request.Privacy != PrivacyMode.Sealed)
            return WireMessages.TryReadTokens(evidence.Tokens, out tokens);
        tokens = null;
        if (!atRest.TryOpen(evidence.JobId, evidence.Tokens, out byte[]? opened) || opened.Length < DataKey.Size)
            return false;
        secrets = SealedExchange.FromKey(DataKey.From(opened.AsSpan(0, DataKey.Size)), new SealedBinding(evidence.JobId, request.User, request.Nonce, request.ModelId));
        return WireMessages.TryReadTokens(opened.AsSpan(DataKey.Size), out tokens);
    }

    private bool TryReadInputs(Bytes32 jobId, int position, uint[] tokens, bool isSealed, [NotNullWhen(true)] out float[]? inputs, out string cause)
    {
        cause = "";
        if (self.IsFirst)
        {
            inputs = OperatorExpansion.Inputs([model], tokens.AsSpan(0, position + 1), throughLast: false, CancellationToken.None);
            return true;
        }
        inputs = null;
        float[] read = new float[(position + 1) * self.EmbeddingLength];
        try
        {
            for (int p = 0; p <= position; p++)
            {
                if (InputFile.Read(inputFolder, jobId, p, RowBytes, isSealed ? atRest : null) is not { } row)
                {
                    cause = $"the file of inputs does not hold position {p}";
                    return false;
                }
                MemoryMarshal.Cast<byte, float>(row).CopyTo(read.AsSpan(p * self.EmbeddingLength));
            }
        }
        catch (IOException fault)
        {
            cause = $"the file of inputs cannot be read: {fault.Message}";
            return false;
        }
        inputs = read;
        return true;
    }
}
