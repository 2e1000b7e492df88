using System.Globalization;
using System.Text;

namespace TeeTee.EndToEnd.Tests;

/// <summary>What runs on this machine, by command line.</summary>
internal static class ProcessTable
{
    /// <summary>The processes whose command line names <paramref name="text"/>.</summary>
    public static IReadOnlyList<int> Find(string text)
    {
        List<int> found = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id != Environment.ProcessId
                && CommandLine(folder).Contains(text, StringComparison.Ordinal))
                found.Add(id);
        }
        return found;
    }

    private static string CommandLine(string folder)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, "cmdline"))).Replace('\0', ' ');
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile.
            return "";
        }
    }
}
