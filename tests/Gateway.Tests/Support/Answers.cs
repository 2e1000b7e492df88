using System.Net;
using System.Text.Json;

namespace TeeTee.Gateway.Tests.Support;

/// <summary>Reads HTTP answers in tests.</summary>
internal static class Answers
{
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response)
    {
        using (response)
            return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }

    /// <summary>The data of every event, in order.</summary>
    public static async Task<List<string>> EventsAsync(this HttpResponseMessage response)
    {
        using (response)
        {
            Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
            string text = await response.Content.ReadAsStringAsync();
            Assert.EndsWith("\n\n", text, StringComparison.Ordinal);
            string[] events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
            Assert.All(events, item => Assert.StartsWith("data: ", item, StringComparison.Ordinal));
            return [.. events.Select(item => item["data: ".Length..])];
        }
    }

    /// <summary>Asserts an OpenAI error object with this status, code and field.</summary>
    public static async Task ShouldFailAsync(this Task<HttpResponseMessage> sending, HttpStatusCode status, string code, string? param = null)
    {
        HttpResponseMessage response = await sending;
        Assert.True(response.Headers.Contains("X-Request-Id"));
        JsonElement error = (await JsonAsync(response)).GetProperty("error");
        Assert.Equal((status, code, param), (response.StatusCode, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.NotEmpty(error.GetProperty("type").GetString()!);
    }
}
