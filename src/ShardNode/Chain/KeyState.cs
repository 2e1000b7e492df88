namespace TeeTee.ShardNode.Chain;

/// <summary>How a key stands in the registry, and so what can be done for it.</summary>
internal enum KeyState
{
    /// <summary>It is not registered: never was, or the chain forgot.</summary>
    Missing,

    /// <summary>It counts until its end.</summary>
    Standing,

    /// <summary>Its judge does not answer, so that it does not count now; the verifier in force can take it over.</summary>
    Silent,

    /// <summary>Its judge de-listed its image or revoked its platform. It never comes back.</summary>
    Lapsed,

    /// <summary>It ends with the running epoch or has ended: time ran out, or somebody revoked or replaced it. It is not to be brought back.</summary>
    Ended,
}
