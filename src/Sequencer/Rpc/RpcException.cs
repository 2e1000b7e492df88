namespace TeeTee.Sequencer.Rpc;

/// <summary>A call that is answered with an error.</summary>
internal sealed class RpcException(int code, string message) : Exception(message)
{
    public RpcError Error { get; } = new(code, message);
}
