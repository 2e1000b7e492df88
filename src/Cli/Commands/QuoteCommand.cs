using System.CommandLine;
using TeeTee.Cli.CommandLine;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee quote</c>: looks at attestation quotes.</summary>
internal static class QuoteCommand
{
    public static Command Create(CommandFactory factory) => new("quote", "Look at attestation quotes.") { QuoteReplayCommand.Create(factory) };
}
