namespace TeeTee.Ethereum;

/// <summary>Nodes tell why they refuse a transaction only in words; these are geth's, reth's, Nethermind's and anvil's.</summary>
internal static class SendErrors
{
    public static bool IsAlreadyKnown(JsonRpcException error) =>
        Says(error, "already known", "already imported", "known transaction", "alreadyknown", "already exists");

    public static bool IsNonceTooLow(JsonRpcException error) => Says(error, "nonce too low", "oldnonce", "nonce is too low", "already been used");

    public static bool IsUnderpriced(JsonRpcException error) =>
        Says(error, "underpriced", "fee too low to compete", "max fee per gas less than block base fee", "feetoolow", "gas price too low");

    /// <summary>Limit exceeded or internal error: says nothing about the transaction.</summary>
    public static bool IsUncertain(JsonRpcException error) => error.Code is -32005 or -32603;

    private static bool Says(JsonRpcException error, params ReadOnlySpan<string> phrases)
    {
        foreach (var phrase in phrases)
        {
            if (error.NodeMessage.Contains(phrase, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }
}
