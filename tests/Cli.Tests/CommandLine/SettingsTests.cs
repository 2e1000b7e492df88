using System.CommandLine;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Tests.CommandLine;

public sealed class SettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-settings-").FullName;
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Option_GivenInAllPlaces_TakesTheMostParticular()
    {
        string file = Config("""{ "batch-seconds": 3 }""");

        Assert.Equal(4, Value([]));
        Assert.Equal(3, Value(["--config", file]));
        Assert.Equal(3, Value([$"--config={file}"]));
        _environment["TEETEE_CONFIG"] = file;
        Assert.Equal(3, Value([]));
        _environment["TEETEE_BATCH_SECONDS"] = "2";
        Assert.Equal(2, Value([]));
        Assert.Equal(1, Value(["--batch-seconds", "1"]));
    }

    [Fact]
    public void Option_TextThatIsNoNumber_NamesTheSetting()
    {
        _environment["TEETEE_BATCH_SECONDS"] = "soon";

        FailureException failure = Assert.Throws<FailureException>(() => Value([]));

        Assert.Equal(("bad_setting", ExitCode.Configuration), (failure.Code, failure.ExitCode));
        Assert.Contains("--batch-seconds", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("{\"a\": ")]
    public void Load_FileThatIsNoObject_IsRefused(string text)
    {
        FailureException failure = Assert.Throws<FailureException>(() => Value(["--config", Config(text)]));

        Assert.Equal("bad_config_file", failure.Code);
    }

    [Fact]
    public void Load_NoFile_IsRefused()
    {
        FailureException failure = Assert.Throws<FailureException>(() => Value(["--config", Path.Combine(_folder, "absent.json")]));

        Assert.Equal("bad_config_file", failure.Code);
    }

    private string Config(string text)
    {
        string path = Path.Combine(_folder, "teetee.json");
        File.WriteAllText(path, text);
        return path;
    }

    private int Value(string[] arguments)
    {
        Settings settings = new(SettingSource.Load(arguments, name => _environment.GetValueOrDefault(name)));
        Option<int> option = settings.Option("--batch-seconds", "Seconds.", 4);
        RootCommand command = new() { option, new Option<string?>("--config") };
        return command.Parse(arguments).GetValue(option);
    }
}
