using System.Text.Json;
using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>eth_getLogs over a long range, in pieces.</summary>
internal static class LogQuery
{
    public static async Task<IReadOnlyList<LogEntry>> RunAsync(
        JsonRpcClient rpc, LogFilter filter, ulong maxRange, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        if (filter.FromBlock > filter.ToBlock || maxRange == 0)
            throw new ArgumentException($"Cannot ask for blocks {filter.FromBlock} to {filter.ToBlock} in pieces of {maxRange}.", nameof(filter));
        List<LogEntry> logs = [];
        var range = maxRange;
        for (var from = filter.FromBlock; ;)
        {
            var to = filter.ToBlock - from < range ? filter.ToBlock : from + range - 1;
            try
            {
                var result = await rpc.CallAsync("eth_getLogs", [Parameter(filter, from, to)], cancellationToken);
                Add(logs, result, rpc);
            }
            catch (JsonRpcException e) when (to > from && IsTooMuch(e))
            {
                range = (to - from + 1) / 2;
                continue;
            }
            if (to == filter.ToBlock)
                return logs;
            from = to + 1;
        }
    }

    private static void Add(List<LogEntry> logs, JsonElement result, JsonRpcClient rpc)
    {
        try
        {
            logs.AddRange(RpcJson.Items(result, "logs").Select(RpcJson.Log));
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            throw new RpcTransportException(RpcFault.BadResponse, rpc.Endpoint, "eth_getLogs", "the answer is no list of logs.", e);
        }
    }

    private static Dictionary<string, object> Parameter(LogFilter filter, ulong from, ulong to)
    {
        Dictionary<string, object> parameter = new()
        {
            ["fromBlock"] = Quantity.Encode(from),
            ["toBlock"] = Quantity.Encode(to),
            ["topics"] = filter.Topics.Select(accepted => accepted.Count == 0 ? null : accepted),
        };
        if (filter.Addresses.Count > 0)
            parameter["address"] = filter.Addresses;
        return parameter;
    }

    private static bool IsTooMuch(JsonRpcException error) =>
        error.Code == -32005
        || new[] { "range", "limit", "too many", "too large", "exceed", "more than" }.Any(
            phrase => error.NodeMessage.Contains(phrase, StringComparison.OrdinalIgnoreCase));
}
