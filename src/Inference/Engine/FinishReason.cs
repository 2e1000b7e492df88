namespace TeeTee.Inference.Engine;

/// <summary>Why a run ended.</summary>
public enum FinishReason
{
    /// <summary>The last token is a stop token.</summary>
    Stop = 1,

    /// <summary>The limit of tokens or the context was reached.</summary>
    Length = 2,
}
