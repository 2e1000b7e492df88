namespace TeeTee.Grpc.Wire;

/// <summary>What stands at the start of a buffer.</summary>
internal enum FrameState
{
    Complete,
    Incomplete,
    TooLarge,
    Compressed,
    BadFlag,
}
