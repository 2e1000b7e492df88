namespace TeeTee.Attestation.Tls;

/// <summary>Why a peer was refused: the stage that refused and a cause with the values compared.</summary>
public sealed record PeerError(PeerStage Stage, string Cause)
{
    /// <summary>"Stage: cause".</summary>
    public override string ToString() => $"{Stage}: {Cause}";
}
