namespace TeeTee.Grpc.Tests.Support;

/// <summary>A theory that needs Python's grpcio and is reported as skipped where that is absent.</summary>
internal sealed class PythonTheoryAttribute : TheoryAttribute
{
    public const string Program = "/usr/bin/python3";

    private static readonly string? s_missing = Conditions.Fails(Program, ["-c", "import grpc"]);

    public PythonTheoryAttribute() => Skip = s_missing;
}
