using TeeTee.Gateway.OpenAi;
using TeeTee.Inference.Models;

namespace TeeTee.Gateway.Tests.Support;

/// <summary>The bundled model, opened once: its real tokenizer, chat template and identity.</summary>
internal static class DemoModel
{
    private static readonly Lazy<CanonicalModel> s_model = new(() => CanonicalModel.Import(Repository.PathOf("models", "demo", "teetee-demo.gguf")));
    private static readonly Lazy<GatewayModel> s_gateway = new(() => GatewayModel.From(s_model.Value, CancellationToken.None));

    public static CanonicalModel Model => s_model.Value;

    public static GatewayModel ForGateway => s_gateway.Value;

    public static uint EndOfText => Model.Tokenizer.EosId!.Value;

    /// <summary>Tokens that spell a text, then the end of the answer.</summary>
    public static uint[] Answer(string text) => [.. Model.Tokenizer.Encode(text, addBos: false), EndOfText];
}
