using System.Buffers.Binary;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.Sequencer.Storage;

namespace TeeTee.Sequencer.Jobs;

/// <summary>Checks what came beside a request: the very prompt that was signed, or something sealed. Pure.</summary>
internal static class JobInputs
{
    /// <exception cref="JobApiException"><c>invalid_request</c>.</exception>
    public static JobInput Read(JobSubmission submission, ModelLimits model)
    {
        JobRequest request = submission.Request;
        bool isSealed = request.Privacy == PrivacyMode.Sealed;
        if (submission.Tokens is null == submission.Sealed is null)
            throw Refusal.Invalid("Exactly one of tokens and sealed must be given.");
        if (isSealed != submission.Sealed is not null)
            throw Refusal.Invalid($"A {(isSealed ? "sealed" : "public")} job needs {(isSealed ? "sealed" : "tokens")}.");
        if (submission.Sealed is { } ciphertext)
            return new JobInput(true, CheckSealed(request, ciphertext));
        return new JobInput(false, ReadTokens(request, submission.Tokens!.Value.AsSpan(), model));
    }

    // What only the shard can open is stored before anybody has paid for it, so it has to have the form and exactly the size of a sealed prompt.
    private static byte[] CheckSealed(JobRequest request, byte[] input)
    {
        if (!SealedFrame.TryRead(input, out SealedFrame? frame))
            throw Refusal.Invalid($"sealed has {input.Length} bytes and not the form of sealed input (version {SealedFrame.Version}, 1 to {SealedFrame.MostWraps} wraps).");
        return frame.TokenCount == request.PromptTokens
            ? input
            : throw Refusal.Invalid($"sealed holds {frame.TokenCount} tokens; promptTokens is {request.PromptTokens}.");
    }

    private static byte[] ReadTokens(JobRequest request, ReadOnlySpan<uint> tokens, ModelLimits model)
    {
        if (tokens.Length != request.PromptTokens)
            throw Refusal.Invalid($"{tokens.Length} tokens were given; promptTokens is {request.PromptTokens}.");
        byte[] bytes = new byte[tokens.Length * sizeof(uint)];
        for (int i = 0; i < tokens.Length; i++)
        {
            if (tokens[i] >= model.VocabularySize)
                throw Refusal.Invalid($"Token {i} is not below the vocabulary size {model.VocabularySize}.");
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)), tokens[i]);
        }
        Bytes32 root = TokenCommitment.Root(tokens);
        return root == request.PromptTokensRoot
            ? bytes
            : throw Refusal.Invalid($"The tokens have root {root}; promptTokensRoot is {request.PromptTokensRoot}.");
    }
}
