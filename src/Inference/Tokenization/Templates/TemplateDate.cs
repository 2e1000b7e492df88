using System.Globalization;
using System.Text;

namespace TeeTee.Inference.Tokenization.Templates;

/// <summary>C's strftime in English, as far as templates write dates. The time is UTC, so that hosts of one network agree.</summary>
internal static class TemplateDate
{
    public static string Format(DateTimeOffset time, string format, int line)
    {
        StringBuilder text = new();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
                text.Append(format[i]);
            else
                text.Append(i + 1 < format.Length && Field(time, format[++i]) is string field
                    ? field
                    : throw new ChatTemplateException(line, $"strftime_now does not know the field %{format[i]}"));
        }
        return text.ToString();
    }

    private static string? Field(DateTimeOffset time, char field)
    {
        string? pattern = field switch
        {
            'Y' => "yyyy",
            'y' => "yy",
            'm' => "MM",
            'd' => "dd",
            'B' => "MMMM",
            'b' => "MMM",
            'A' => "dddd",
            'a' => "ddd",
            'H' => "HH",
            'I' => "hh",
            'M' => "mm",
            'S' => "ss",
            'p' => "tt",
            'F' => "yyyy-MM-dd",
            'T' => "HH:mm:ss",
            _ => null,
        };
        return pattern is not null ? time.ToString(pattern, CultureInfo.InvariantCulture) : field switch
        {
            '%' => "%",
            'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
            'e' => time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            _ => null,
        };
    }
}
