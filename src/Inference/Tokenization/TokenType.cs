namespace TeeTee.Inference.Tokenization;

/// <summary>What a token is, numbered as in the file.</summary>
public enum TokenType
{
    /// <summary>Ordinary text.</summary>
    Normal = 1,

    /// <summary>Stands for what the vocabulary cannot say.</summary>
    Unknown = 2,

    /// <summary>Structure, never text.</summary>
    Control = 3,

    /// <summary>Text that is always one token.</summary>
    UserDefined = 4,

    /// <summary>In the vocabulary, not in use.</summary>
    Unused = 5,

    /// <summary>One byte.</summary>
    Byte = 6,
}
