namespace TeeTee.Sequencer.Batching;

/// <summary>What batches and receipts read of a row of <c>jobs</c>; filled by Dapper.</summary>
internal sealed class JobColumns
{
    public const string Sql = """
        state AS State, request AS Request, signature AS Signature, finish AS Finish, output_tokens AS OutputTokens, tokens_root AS TokensRoot,
        tokens AS Tokens, fee AS Fee, cancel AS Cancel, cancel_signature AS CancelSignature, answer_signature AS AnswerSignature,
        post_before AS PostBefore, void_reason AS VoidReason, batch_index AS BatchIndex, leaf AS Leaf
        """;

    public string State { get; set; } = "";

    public byte[] Request { get; set; } = [];

    public byte[] Signature { get; set; } = [];

    public long? Finish { get; set; }

    public long? OutputTokens { get; set; }

    public byte[]? TokensRoot { get; set; }

    public byte[]? Tokens { get; set; }

    public string? Fee { get; set; }

    public byte[]? Cancel { get; set; }

    public byte[]? CancelSignature { get; set; }

    public byte[]? AnswerSignature { get; set; }

    public long PostBefore { get; set; }

    public string? VoidReason { get; set; }

    public long? BatchIndex { get; set; }

    public long? Leaf { get; set; }
}
