using TeeTee.Bench.Kernels;

// Costs of the kernels and of the worker pool on this machine: medians of interleaved rounds, with their range.
// dotnet run -c Release --project bench/Kernels [pool] [tile] [decode] [prefill] [pack] [attention] [operators]; without a name, all of them.
Dictionary<string, Action> parts = new()
{
    ["pool"] = PoolBench.Run,
    ["tile"] = TileBench.Run,
    ["decode"] = DecodeBench.Run,
    ["prefill"] = PrefillBench.Run,
    ["pack"] = PackBench.Run,
    ["attention"] = VectorBench.RunAttention,
    ["operators"] = VectorBench.RunOperators,
};
string[] wanted = args.Length == 0 ? [.. parts.Keys] : args;
if (wanted.FirstOrDefault(name => !parts.ContainsKey(name)) is { } unknown)
{
    Console.Error.WriteLine($"There is no part '{unknown}'; choose from {string.Join(", ", parts.Keys)}.");
    return 2;
}
foreach (string name in wanted)
    parts[name]();
return 0;
