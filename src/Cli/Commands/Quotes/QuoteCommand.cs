using System.CommandLine;
using TeeTee.Cli.CommandLine;

namespace TeeTee.Cli.Commands.Quotes;

/// <summary><c>teetee quote</c>: what a TEE quote says, and whether it is to be believed.</summary>
internal static class QuoteCommand
{
    public static Command Create(CommandFactory factory) => new("quote", "Verify and read TEE quotes.")
    {
        QuoteVerifyCommand.Create(factory),
        QuoteInspectCommand.Create(factory),
        QuoteReplayCommand.Create(factory),
    };
}
