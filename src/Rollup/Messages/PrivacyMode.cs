namespace TeeTee.Rollup.Messages;

/// <summary>Who may read a job's tokens (protocol section 4).</summary>
public enum PrivacyMode : byte
{
    /// <summary>Prompt and answer are published as batch data.</summary>
    Public = 0,

    /// <summary>The input is encrypted to the attested key of slot 0; batch data holds the ciphertext.</summary>
    Sealed = 1,
}
