namespace TeeTee.Sequencer.Storage;

/// <summary>Where an accepted job stands.</summary>
internal enum JobState
{
    /// <summary>Accepted; money is held.</summary>
    Running,

    /// <summary>Answered and charged.</summary>
    Answered,

    /// <summary>Lost for good: nothing is charged, the nonce is consumed.</summary>
    Void,
}
