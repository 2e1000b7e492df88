namespace TeeTee.Rollup.Requests;

/// <summary>Which rule of protocol section 4 a request breaks.</summary>
public enum RequestFaultCode
{
    UserIsZero,
    NonceIsZero,
    WrongModel,
    WrongSequencer,
    PromptEmpty,
    PromptTooLong,
    OutputLimitIsZero,
    TooManyStopTokens,
    StopTokensNotAscending,
    StopTokenOutOfRange,
    TopKUnsupported,
    TemperatureOutOfRange,
    MaxFeeTooSmall,
    DeadlinePassed,
    SignatureInvalid,
    SignerNotAllowed,
    SessionEnded,
    SessionCapExceeded,
}
