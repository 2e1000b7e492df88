using TeeTee.Attestation.Encryption;
using TeeTee.Rollup.Messages;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Jobs;

/// <summary>Reads the prompt of an OpenJob, plain or sealed, and checks it against the signed root.</summary>
internal static class InputReader
{
    /// <summary>The prompt, and the job with its secrets if it is sealed.</summary>
    /// <exception cref="JobException">INVALID_REQUEST naming the rule, never a token.</exception>
    public static (uint[] Prompt, AdmittedJob Job) Read(AdmittedJob job, OpenJobRequest open, ShardRuntime runtime)
    {
        bool isSealed = job.Request.Privacy == PrivacyMode.Sealed;
        if (isSealed != (open.InputCase == OpenJobRequest.InputOneofCase.Sealed))
            throw JobException.Invalid($"The request is {job.Request.Privacy}, the input {open.InputCase}.");
        (uint[] prompt, SealedExchange? secrets) = isSealed ? OpenSealed(job, open, runtime) : (ReadPlain(open), null);
        AdmittedJob ready = job with { Secrets = secrets };
        if (prompt.Length == job.PromptTokens && !prompt.Any(id => id >= runtime.Self.Model.VocabularySize) && ready.IsPrompt(prompt))
            return (prompt, ready);
        secrets?.Dispose();
        throw JobException.Invalid("The input is not the prompt that promptTokensRoot commits, or leaves the vocabulary.");
    }

    private static uint[] ReadPlain(OpenJobRequest open) => WireMessages.TryReadTokens(open.Tokens.Span, out uint[]? prompt)
        ? prompt
        : throw JobException.Invalid($"{open.Tokens.Length} bytes of tokens are no whole number of ids.");

    private static (uint[] Prompt, SealedExchange Secrets) OpenSealed(AdmittedJob job, OpenJobRequest open, ShardRuntime runtime) =>
        SealedExchange.TryOpen(runtime.Keys.Encryption, job.Binding, open.Sealed.Memory, out SealedExchange? secrets, out uint[]? prompt)
            ? (prompt, secrets)
            : throw JobException.Invalid("The sealed input does not open with this shard's key for this job.");
}
