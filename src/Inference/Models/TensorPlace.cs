namespace TeeTee.Inference.Models;

/// <summary>A tensor's canonical shape, and where its pages stand among the leaves of the weights root.</summary>
/// <param name="Role">What the tensor is for.</param>
/// <param name="Layer">The layer of the whole model, or -1.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">Columns that mean something.</param>
/// <param name="FirstLeaf">The leaf of the first page of row 0; pages of a row are neighbours, rows follow each other.</param>
internal readonly record struct TensorPlace(TensorRole Role, int Layer, int Rows, int Columns, int FirstLeaf)
{
    /// <summary>How elements are stored.</summary>
    public CanonicalType Type => Role.CanonicalType();

    /// <summary>The identifier that leaves and proofs use.</summary>
    public uint TensorId => Role.TensorId(Layer);

    /// <summary>Columns stored.</summary>
    public int PaddedColumns => CanonicalTensor.Padded(Type, Columns);

    /// <summary>Bytes of one canonical row.</summary>
    public int RowBytes => CanonicalTensor.BytesPerRow(Type, Columns);

    /// <summary>Bytes of all canonical rows.</summary>
    public long Bytes => (long)Rows * RowBytes;

    /// <summary>Pages of one row.</summary>
    public int PagesPerRow => WeightPage.CountPerRow(Type, PaddedColumns);

    /// <summary>Pages of the tensor.</summary>
    public int Leaves => checked(Rows * PagesPerRow);

    /// <summary>The tensor's name for messages.</summary>
    public override string ToString() => Layer < 0 ? Role.ToString() : $"{Role} of layer {Layer}";
}
