using System.CommandLine;
using System.ComponentModel;
using System.Globalization;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.CommandLine;

/// <summary>Makes options whose value may also come from <see cref="SettingSource"/>; the command line always wins.</summary>
internal sealed class Settings(SettingSource source)
{
    /// <summary>An option with a default.</summary>
    public Option<T> Option<T>(string name, string description, T defaultValue) =>
        new(name)
        {
            Description = description,
            DefaultValueFactory = _ => source.Find(name) is { } text ? Convert<T>(name, text) : defaultValue,
        };

    /// <summary>An option that stays null when nobody gives it.</summary>
    public Option<T?> Optional<T>(string name, string description) =>
        new(name)
        {
            Description = description,
            DefaultValueFactory = _ => source.Find(name) is { } text ? Convert<T>(name, text) : default,
        };

    /// <summary>An option that somebody must give: command line, environment or file.</summary>
    public Option<T> Required<T>(string name, string description)
    {
        bool found = source.Find(name) is not null;
        return new Option<T>(name)
        {
            Description = description,
            Required = !found,
            DefaultValueFactory = found ? _ => Convert<T>(name, source.Find(name)!) : null,
        };
    }

    /// <summary>A switch.</summary>
    public Option<bool> Flag(string name, string description) => Option(name, description, false);

    private static T Convert<T>(string name, string text)
    {
        Type type = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        try
        {
            if (type == typeof(string))
                return (T)(object)text;
            return (T)TypeDescriptor.GetConverter(type).ConvertFromString(null, CultureInfo.InvariantCulture, text)!;
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            throw new FailureException(ExitCode.Configuration, "bad_setting", $"{name}: '{text}' is not a {type.Name}.", fault);
        }
    }
}
