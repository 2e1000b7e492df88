namespace TeeTee.Gateway.OpenAi;

/// <summary>Limits and defaults of a gateway.</summary>
public sealed record OpenAiGatewayOptions
{
    /// <summary>Longest request body in bytes.</summary>
    public int MostBodyBytes { get; init; } = 4 << 20;

    /// <summary>Output limit of a chat that names none; less where the context is shorter.</summary>
    public int DefaultChatTokens { get; init; } = 1024;

    /// <summary>Output limit of a completion that names none, as OpenAI has it.</summary>
    public int DefaultCompletionTokens { get; init; } = 16;

    /// <summary>Temperature of a request that names none, as OpenAI has it.</summary>
    public double DefaultTemperature { get; init; } = 1;
}
