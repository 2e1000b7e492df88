using System.Text.Json;

namespace TeeTee.Inference.HuggingFace;

/// <summary>The chat template of a directory: a file of its own, or a text or a list of named ones in tokenizer_config.json.</summary>
internal static class ChatTemplateSource
{
    private const string TemplateFile = "chat_template.jinja";
    private const int MaxBytes = 1 << 20;

    public static string? Read(string directory, JsonSection? config)
    {
        FileInfo file = new(Path.Combine(directory, TemplateFile));
        if (file.Exists)
            return file.Length <= MaxBytes ? File.ReadAllText(file.FullName)
                : throw new HuggingFaceException(TemplateFile, HuggingFaceStage.Tokenizer, $"the template has more than {MaxBytes} bytes");
        if (config?.Find("chat_template") is not JsonElement { ValueKind: JsonValueKind.Array })
            return config?.FindText("chat_template");
        foreach (JsonElement element in config.Items("chat_template"))
        {
            JsonSection named = new(config.File, config.Stage, element, "chat_template");
            if (named.Text("name") == "default")
                return named.Text("template");
        }
        throw config.Fault("chat_template is a list without one called default");
    }
}
