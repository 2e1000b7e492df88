using System.Numerics;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Requests;

/// <summary>The static rules of a request (protocol section 4). Pure; each method gives the first broken rule, or null.</summary>
public static class JobRequestRules
{
    /// <summary>Most stop tokens.</summary>
    public const int MostStopTokens = 16;

    /// <summary>Least 1/temperature: 2^-7.</summary>
    public const float LeastInverseTemperature = 1f / 128;

    /// <summary>Greatest 1/temperature: 2^10.</summary>
    public const float GreatestInverseTemperature = 1024;

    /// <summary>Every rule that needs nothing but the request and its model; what a posted request must pass as well.</summary>
    public static RequestFault? CheckForm(JobRequest request, ModelLimits model)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(model);
        return CheckParties(request, model) ?? CheckStopTokens(request, model) ?? CheckSampling(request.Sampling)
            ?? CheckLimits(request, model);
    }

    /// <summary>The rules of form, and that this sequencer may start the job now.</summary>
    /// <param name="now">Unix seconds.</param>
    public static RequestFault? CheckAdmission(JobRequest request, ModelLimits model, Address sequencer, ulong now)
    {
        RequestFault? fault = CheckForm(request, model);
        if (fault is not null)
            return fault;
        if (request.Sequencer != sequencer)
            return Fault(RequestFaultCode.WrongSequencer, $"The request names sequencer {request.Sequencer}; this is {sequencer}.");
        return now > request.Deadline
            ? Fault(RequestFaultCode.DeadlinePassed, $"The deadline {request.Deadline} has passed; it is {now}.")
            : null;
    }

    /// <summary>Whether the user or one of its session keys signed.</summary>
    /// <param name="session">The contract's session of the user and the recovered key, or null if it holds none.</param>
    /// <param name="time">Unix seconds at which the session must be active.</param>
    public static RequestFault? CheckSigner(
        Signed<JobRequest> request, RollupDomain domain, ISignatureRecovery recovery, Func<Address, Address, SessionGrant?> session, ulong time)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentNullException.ThrowIfNull(session);
        Address? signer = domain.Signer(request, recovery);
        if (signer is null)
            return Fault(RequestFaultCode.SignatureInvalid, "The request's signature is not one of any key.");
        Address user = request.Message.User;
        return signer == user ? null : CheckSession(request.Message, signer.Value, session(user, signer.Value), time);
    }

    /// <summary>
    /// The most output tokens that the request, the context and the fee allow together; 0 if not even one.
    /// </summary>
    public static uint EffectiveOutputLimit(JobRequest request, uint contextLength)
    {
        ArgumentNullException.ThrowIfNull(request);
        BigInteger forOutput = (BigInteger)request.MaxFee - PromptFee(request);
        if (request.PromptTokens >= contextLength || forOutput < 0)
            return 0;
        BigInteger limit = BigInteger.Min(request.MaxOutputTokens, contextLength - request.PromptTokens);
        if (request.OutputPrice > 0)
            limit = BigInteger.Min(limit, forOutput / (BigInteger)request.OutputPrice);
        return (uint)limit;
    }

    /// <summary>promptTokens x promptPrice + outputTokens x outputPrice in wei; null if it passes 2^128.</summary>
    public static UInt128? Fee(JobRequest request, uint outputTokens)
    {
        ArgumentNullException.ThrowIfNull(request);
        BigInteger fee = PromptFee(request) + (BigInteger)request.OutputPrice * outputTokens;
        return fee > (BigInteger)UInt128.MaxValue ? null : (UInt128)fee;
    }

    private static RequestFault? CheckParties(JobRequest request, ModelLimits model)
    {
        if (request.User.IsZero)
            return Fault(RequestFaultCode.UserIsZero, "The request names no user.");
        if (request.Nonce == 0)
            return Fault(RequestFaultCode.NonceIsZero, "Nonces start at 1.");
        return request.ModelId != model.ModelId
            ? Fault(RequestFaultCode.WrongModel, $"The request asks for model {request.ModelId}; this is {model.ModelId}.")
            : null;
    }

    private static RequestFault? CheckStopTokens(JobRequest request, ModelLimits model)
    {
        var tokens = request.StopTokens;
        if (tokens.Length > MostStopTokens)
            return Fault(RequestFaultCode.TooManyStopTokens, $"{tokens.Length} stop tokens; at most {MostStopTokens}.");
        for (int i = 1; i < tokens.Length; i++)
        {
            if (tokens[i - 1] >= tokens[i])
                return Fault(RequestFaultCode.StopTokensNotAscending, $"Stop token {tokens[i]} follows {tokens[i - 1]}.");
        }

        return tokens.Length > 0 && tokens[^1] >= model.VocabularySize
            ? Fault(RequestFaultCode.StopTokenOutOfRange, $"Stop token {tokens[^1]} of a vocabulary of {model.VocabularySize}.")
            : null;
    }

    private static RequestFault? CheckSampling(Sampling sampling)
    {
        if (sampling.TopK != 0)
            return Fault(RequestFaultCode.TopKUnsupported, $"topK is {sampling.TopK}; version 1 demands 0.");
        float value = sampling.InverseTemperature;
        return sampling.Greedy || value is >= LeastInverseTemperature and <= GreatestInverseTemperature
            ? null
            : Fault(
                RequestFaultCode.TemperatureOutOfRange,
                $"1/temperature is {value}; it must be in [{LeastInverseTemperature}, {GreatestInverseTemperature}].");
    }

    private static RequestFault? CheckLimits(JobRequest request, ModelLimits model)
    {
        if (request.PromptTokens == 0)
            return Fault(RequestFaultCode.PromptEmpty, "The prompt has no tokens.");
        if (request.PromptTokens >= model.ContextLength)
        {
            return Fault(
                RequestFaultCode.PromptTooLong, $"{request.PromptTokens} prompt tokens leave no room in a context of {model.ContextLength}.");
        }

        if (request.MaxOutputTokens == 0)
            return Fault(RequestFaultCode.OutputLimitIsZero, "maxOutputTokens is 0; at least 1.");
        BigInteger least = PromptFee(request) + (BigInteger)request.OutputPrice;
        return least > (BigInteger)request.MaxFee
            ? Fault(RequestFaultCode.MaxFeeTooSmall, $"maxFee is {request.MaxFee} wei; prompt and one output token cost {least}.")
            : null;
    }

    private static RequestFault? CheckSession(JobRequest request, Address signer, SessionGrant? session, ulong time)
    {
        if (session is null || session.User != request.User || session.Key != signer)
            return Fault(RequestFaultCode.SignerNotAllowed, $"{signer} signed for {request.User} without a session.");
        if (!session.IsActiveAt(time))
            return Fault(RequestFaultCode.SessionEnded, $"The session of {signer} ended before {time}.");
        return request.CumulativeMax > session.Cap
            ? Fault(RequestFaultCode.SessionCapExceeded, $"cumulativeMax {request.CumulativeMax} passes the session's cap {session.Cap}.")
            : null;
    }

    private static BigInteger PromptFee(JobRequest request) => (BigInteger)request.PromptPrice * request.PromptTokens;

    private static RequestFault Fault(RequestFaultCode code, string message) => new(code, message);
}
