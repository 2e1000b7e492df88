namespace TeeTee.Inference.Models;

/// <summary>The fixed tables over <see cref="ModelArchitecture"/>.</summary>
public static class ModelArchitectures
{
    private static readonly TensorRole[] s_common =
    [
        TensorRole.AttentionNorm, TensorRole.AttentionQuery, TensorRole.AttentionKey, TensorRole.AttentionValue,
        TensorRole.AttentionOutput, TensorRole.FeedForwardNorm, TensorRole.FeedForwardGate, TensorRole.FeedForwardUp,
        TensorRole.FeedForwardDown,
    ];

    private static readonly TensorRole[] s_qwen2 =
        [.. s_common, TensorRole.AttentionQueryBias, TensorRole.AttentionKeyBias, TensorRole.AttentionValueBias];

    private static readonly TensorRole[] s_qwen3 = [.. s_common, TensorRole.AttentionQueryNorm, TensorRole.AttentionKeyNorm];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ModelArchitecture> All { get; } = Enum.GetValues<ModelArchitecture>();

    /// <summary>The name under <c>general.architecture</c>, which also begins the keys.</summary>
    public static string GgufName(this ModelArchitecture architecture) => architecture switch
    {
        ModelArchitecture.Llama => "llama",
        ModelArchitecture.Qwen2 => "qwen2",
        ModelArchitecture.Qwen3 => "qwen3",
        _ => throw new ArgumentOutOfRangeException(nameof(architecture), architecture, "Unknown architecture."),
    };

    /// <summary>The architecture of that name, or null.</summary>
    public static ModelArchitecture? Find(string ggufName)
    {
        foreach (ModelArchitecture architecture in All)
        {
            if (architecture.GgufName() == ggufName)
                return architecture;
        }
        return null;
    }

    /// <summary>The roles that every layer has, in the order of their numbers.</summary>
    public static IReadOnlyList<TensorRole> LayerRoles(this ModelArchitecture architecture) => architecture switch
    {
        ModelArchitecture.Qwen2 => s_qwen2,
        ModelArchitecture.Qwen3 => s_qwen3,
        _ => s_common,
    };

    /// <summary>Which elements of a head are rotated together.</summary>
    public static RopePairing Pairing(this ModelArchitecture architecture) =>
        architecture == ModelArchitecture.Llama ? RopePairing.Norm : RopePairing.Neox;
}
