namespace TeeTee.Inference.Models;

/// <summary>How the file stretches its rotary angles. The result is bound through the committed tables.</summary>
public enum RopeScalingKind
{
    /// <summary>Angles as they are.</summary>
    None,

    /// <summary>Every angle divided by one factor.</summary>
    Linear,

    /// <summary>Every pair divided by its own factor, from rope_freqs.weight (Llama 3.1 and later).</summary>
    Llama3,
}
