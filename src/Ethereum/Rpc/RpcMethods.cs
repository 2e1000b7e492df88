namespace TeeTee.Ethereum;

internal static class RpcMethods
{
    private static readonly string[] s_readPrefixes = ["eth_get", "net_", "web3_", "debug_trace", "debug_get", "trace_", "txpool_"];

    private static readonly HashSet<string> s_repeatable =
    [
        "eth_accounts", "eth_blobBaseFee", "eth_blockNumber", "eth_call", "eth_chainId", "eth_config", "eth_createAccessList",
        "eth_estimateGas", "eth_feeHistory", "eth_gasPrice", "eth_maxPriorityFeePerGas", "eth_protocolVersion",
        "eth_sendRawTransaction", "eth_simulateV1", "eth_syncing",
    ];

    /// <summary>Whether doing it twice is the same as doing it once.</summary>
    public static bool IsRepeatable(string method) =>
        s_repeatable.Contains(method)
        || (Array.Exists(s_readPrefixes, prefix => method.StartsWith(prefix, StringComparison.Ordinal))
            && method is not ("eth_getWork" or "eth_getFilterChanges"));
}
