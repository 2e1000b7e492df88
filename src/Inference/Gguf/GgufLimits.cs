namespace TeeTee.Inference.Gguf;

/// <summary>What the reader accepts at most; far above real files, and low enough that a hostile one stays cheap.</summary>
internal static class GgufLimits
{
    public const ulong MaxTensors = 65_536;
    public const ulong MaxPairs = 65_536;
    public const int MaxKeyBytes = 65_535;
    public const int MaxStringBytes = 4 << 20;
    public const int MaxNameBytes = 63;
    public const long MaxMetadataBytes = 256L << 20;
    public const ulong MaxArrayElements = 16 << 20;
    public const uint MaxAlignment = 1 << 24;
}
