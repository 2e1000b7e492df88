using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace TeeTee.Gateway.OpenAi;

/// <summary>The id under which a request can be found in logs: the client's own if it is harmless, else a random one.</summary>
internal static class RequestId
{
    public const string Header = "X-Request-Id";
    private const int Longest = 128;

    public static string For(HttpRequest request)
    {
        string own = request.Headers[Header].ToString();
        return own.Length is > 0 and <= Longest && own.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? own
            : "req_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
    }
}
