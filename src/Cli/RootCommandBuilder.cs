using System.CommandLine;
using System.CommandLine.Help;
using TeeTee.Cli.Bench;
using TeeTee.Cli.CommandLine;
using TeeTee.Cli.Commands;
using TeeTee.Cli.Commands.Quotes;

namespace TeeTee.Cli;

/// <summary>Puts the commands together; <c>teetee --help</c> lists them in this order.</summary>
internal static class RootCommandBuilder
{
    public static Command Build(CommandFactory factory)
    {
        // Not a RootCommand: its name in the help texts is the assembly's, not what people type.
        Command root = new("teetee", "TeeTee: sharded, attested, re-executable language model inference, settled on an Ethereum rollup. (./teetee test runs all tests.)");
        Option<string?> config = new("--config") { Description = "A JSON file of settings; TEETEE_* variables and the command line win over it.", Recursive = true };
        root.Options.Add(config);
        root.Options.Add(new HelpOption());
        root.Options.Add(new VersionOption());
        root.Subcommands.Add(DemoCommand.Create(factory));
        root.Subcommands.Add(DevCommand.Create(factory));
        root.Subcommands.Add(AskCommand.Create(factory));
        root.Subcommands.Add(GatewayCommand.Create(factory));
        root.Subcommands.Add(ReceiptCommand.Create(factory));
        root.Subcommands.Add(AttestCommand.Create(factory));
        root.Subcommands.Add(RunCommand.Create(factory));
        root.Subcommands.Add(DoctorCommand.Create(factory));
        root.Subcommands.Add(TokenizeCommand.Create(factory));
        root.Subcommands.Add(ShardCommand.Create(factory));
        root.Subcommands.Add(SequencerCommand.Create(factory));
        root.Subcommands.Add(VerifierCommand.Create(factory));
        root.Subcommands.Add(QuoteCommand.Create(factory));
        root.Subcommands.Add(CollateralCommand.Create(factory));
        root.Subcommands.Add(ChallengeCommand.Create(factory));
        root.Subcommands.Add(DisputeCommand.Create(factory));
        root.Subcommands.Add(EconomicsCommand.Create(factory));
        root.Subcommands.Add(KeyCommand.Create(factory));
        root.Subcommands.Add(ModelCommand.Create(factory));
        root.Subcommands.Add(BenchCommand.Create(factory));
        return root;
    }
}
