namespace TeeTee.Inference.Models;

/// <summary>
/// One tensor in the form that the arithmetic is defined on and that the model identity commits to:
/// row-major, rows contiguous, Q8_0 rows padded with zeros to a multiple of 32 columns.
/// </summary>
public sealed class CanonicalTensor
{
    /// <summary>Columns of one Q8_0 block.</summary>
    public const int BlockColumns = 32;

    /// <summary>Bytes of one Q8_0 block.</summary>
    public const int BlockBytes = 34;

    /// <summary>Wraps bytes that have exactly the length that type and shape demand.</summary>
    /// <exception cref="ArgumentException">The length does not fit.</exception>
    public CanonicalTensor(
        TensorRole role, int layer, CanonicalType type, int rows, int columns, ReadOnlyMemory<byte> data)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        TensorId = role.TensorId(layer);
        (Role, Layer, Type, Rows, Columns, Data) = (role, layer, type, rows, columns, data);
        PaddedColumns = Padded(type, columns);
        RowBytes = BytesPerRow(type, columns);
        if (data.Length != (long)rows * RowBytes)
            throw new ArgumentException(
                $"{role} [{rows} x {columns}] in {type} takes {(long)rows * RowBytes} bytes, not {data.Length}.",
                nameof(data));
    }

    /// <summary>What the tensor is for.</summary>
    public TensorRole Role { get; }

    /// <summary>The layer, counted from 0 over the whole model; -1 for a global tensor.</summary>
    public int Layer { get; }

    /// <summary>The identifier that proofs use.</summary>
    public uint TensorId { get; }

    /// <summary>How elements are stored.</summary>
    public CanonicalType Type { get; }

    /// <summary>Number of rows (outputs of a matrix; 1 for a norm).</summary>
    public int Rows { get; }

    /// <summary>Columns that mean something (inputs of a matrix).</summary>
    public int Columns { get; }

    /// <summary>Columns stored: for Q8_0 the next multiple of 32, for F32 the same as <see cref="Columns"/>.</summary>
    public int PaddedColumns { get; }

    /// <summary>Bytes of one stored row.</summary>
    public int RowBytes { get; }

    /// <summary>All rows, one after the other.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The bytes of one row.</summary>
    public ReadOnlySpan<byte> Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        return Data.Span.Slice(row * RowBytes, RowBytes);
    }

    /// <summary>Bytes that one row of this many columns takes.</summary>
    public static int BytesPerRow(CanonicalType type, int columns) => type == CanonicalType.Q8_0
        ? checked(Padded(type, columns) / BlockColumns * BlockBytes)
        : checked(columns * sizeof(float));

    /// <summary>Columns that a row of this many is stored with.</summary>
    internal static int Padded(CanonicalType type, int columns) => type switch
    {
        CanonicalType.F32 => columns,
        CanonicalType.Q8_0 => checked(columns + BlockColumns - 1) / BlockColumns * BlockColumns,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown canonical type."),
    };
}
