using System.Diagnostics;

namespace TeeTee.Primitives.Tests.Hashing;

/// <summary>What tests start as a process of its own, with instructions switched off.</summary>
internal static class HashingProgram
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public static int Main()
    {
        Console.WriteLine(Digest());
        Console.WriteLine(string.Join(',', Enum.GetValues<LaneWidth>().Where(width => width != LaneWidth.One && LaneCosts.IsSupported(width))));
        return 0;
    }

    /// <summary>One hash over the batch hashes of many messages, by whatever widths this process takes and by four lanes.</summary>
    public static string Digest()
    {
        Random random = new(11);
        var data = new byte[40 * 600];
        random.NextBytes(data);
        MerkleFrontier<Sha256Merkle> all = new();
        for (var length = 0; length <= 600; length += 11)
        {
            var hashes = new Bytes32[1 + (length % 40)];
            Sha256Messages messages = new(data, hashes.Length, length, 600) { Tag = 0, Prefixes = data, PrefixSize = length % 35 };
            Sha256Batch.Hash(messages, hashes);
            all.Append(hashes);
            Sha256Batch.Hash(LaneWidth.Four, messages, 0, Math.Min(4, hashes.Length), hashes);
            all.Append(hashes);
        }
        return all.TreeHash.ToString();
    }

    /// <summary>The lines that a process with this switch at 0 prints.</summary>
    public static string[] Run(string variable)
    {
        ProcessStartInfo start = new("dotnet", [typeof(HashingProgram).Assembly.Location]) { RedirectStandardOutput = true };
        start.Environment[variable] = "0";
        using var process = Process.Start(start)!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n');
        Assert.True(process.WaitForExit(s_limit));
        Assert.Equal(0, process.ExitCode);
        return lines;
    }
}
