namespace TeeTee.Verifier.Data;

/// <summary>The bytes of an answer, or why there are none.</summary>
internal readonly record struct FetchResult(byte[]? Bytes, string Cause)
{
    public static FetchResult Of(byte[] bytes) => new(bytes, "");

    public static FetchResult Failed(string cause) => new(null, cause);
}
