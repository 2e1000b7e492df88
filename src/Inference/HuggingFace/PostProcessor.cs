using System.Text.Json;

namespace TeeTee.Inference.HuggingFace;

/// <summary>What a tokenizer.json adds around a text: nothing or BOS, else it is refused.</summary>
internal static class PostProcessor
{
    /// <param name="tokenizer">The file.</param>
    /// <param name="bos">The text of BOS, if there is one.</param>
    public static bool AddsBos(JsonSection tokenizer, string? bos) =>
        SpaceEscape.Parts(tokenizer.FindObject("post_processor"), "processors").Count(processor => AddsBosBefore(processor, bos)) > 0;

    private static bool AddsBosBefore(JsonSection processor, string? bos)
    {
        if (processor.FindText("type") == "ByteLevel")
            return false;
        if (processor.FindText("type") != "TemplateProcessing")
            throw processor.Fault($"the post_processor {JsonSection.Shown(processor.Element)} is not supported");
        (string? Special, string? Text)[] pieces = [.. processor.Items("single").Select(element => Piece(processor, element))];
        return pieces switch
        {
            [(null, "A")] => false,
            [(string special, null), (null, "A")] when special == bos => true,
            _ => throw processor.Fault($"the post_processor adds something else than BOS: {JsonSection.Shown(processor.Element)}"),
        };
    }

    private static (string? Special, string? Text) Piece(JsonSection processor, JsonElement element)
    {
        JsonSection part = new(processor.File, processor.Stage, element, processor.Key("single"));
        return (part.FindObject("SpecialToken")?.Text("id"), part.FindObject("Sequence")?.Text("id"));
    }
}
