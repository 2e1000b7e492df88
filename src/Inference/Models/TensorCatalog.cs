using TeeTee.Inference.Gguf;

namespace TeeTee.Inference.Models;

/// <summary>Which tensors a model has, in the order of their identifiers, and whether a file agrees.</summary>
internal static class TensorCatalog
{
    private const int NamedTensors = 6;

    /// <summary>Every tensor of the model ascending by identifier, computed tables included.</summary>
    public static IEnumerable<(TensorRole Role, int Layer)> All(ModelConfig config)
    {
        yield return (TensorRole.TokenEmbedding, -1);
        yield return (TensorRole.OutputNorm, -1);
        if (!config.TiedOutput)
            yield return (TensorRole.Output, -1);
        yield return (TensorRole.RopeCosines, -1);
        yield return (TensorRole.RopeSines, -1);
        for (int layer = 0; layer < config.LayerCount; layer++)
        {
            foreach (TensorRole role in config.Architecture.LayerRoles())
                yield return (role, layer);
        }
    }

    /// <summary>Checks that the file has each tensor in its shape and none that would change the computation.</summary>
    /// <exception cref="GgufException">A tensor is missing.</exception>
    /// <exception cref="ModelException">A tensor has another shape or type, or is one that version 1 does not use.</exception>
    public static void Check(GgufFile file, ModelConfig config)
    {
        HashSet<string> known = [RopeDivisors.TensorName];
        foreach ((TensorRole role, int layer) in All(config))
        {
            if (role.IsRopeTable())
                continue;
            GgufTensor tensor = file.GetTensor(role.GgufName(layer));
            CheckTensor(tensor, role, role.Shape(config));
            known.Add(tensor.Name);
        }
        GgufTensor[] foreign = [.. file.Tensors.Where(tensor => !known.Contains(tensor.Name))];
        if (foreign.Length > 0)
            throw new ModelException(
                $"{foreign.Length} tensors have no place in the computation of {config.Architecture.GgufName()} in version 1: "
                + string.Join(", ", foreign.Take(NamedTensors).Select(static tensor => tensor.Name)) + (foreign.Length > NamedTensors ? ", ..." : "."));
    }

    private static void CheckTensor(GgufTensor tensor, TensorRole role, (int Rows, int Columns) shape)
    {
        if (tensor.Rows != shape.Rows || tensor.Columns != shape.Columns)
            throw new ModelException(
                $"{tensor.Name} is [{tensor.Rows} x {tensor.Columns}], the configuration needs [{shape.Rows} x {shape.Columns}].");
        bool matrix = role.CanonicalType() == CanonicalType.Q8_0;
        if (!RowDecoders.IsImportable(tensor.Type, matrix))
            throw new ModelException(
                $"{tensor.Name} has type {tensor.Type}; version 1 imports {(matrix ? "matrices in " + RowDecoders.Names : "vectors in F32, F16 and BF16")}.");
    }
}
