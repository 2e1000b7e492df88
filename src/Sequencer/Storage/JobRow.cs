using System.Globalization;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Sequencer.Storage;

/// <summary>One row of <c>jobs</c> as Dapper reads it; the names of <see cref="Columns"/> are the members'.</summary>
internal sealed class JobRow
{
    public const string Columns = """
        job_id AS JobId, state AS State, request AS Request, signature AS Signature, input_kind AS InputKind, input AS Input,
        hold AS Hold, accepted_at AS AcceptedAt, post_before AS PostBefore, attempts AS Attempts, finish AS Finish,
        output_tokens AS OutputTokens, tokens_root AS TokensRoot, tokens AS Tokens, fee AS Fee, cancel AS Cancel,
        cancel_signature AS CancelSignature, answer_signature AS AnswerSignature, answered_at AS AnsweredAt,
        void_reason AS VoidReason, batch_index AS BatchIndex, leaf AS Leaf
        """;

    public byte[] JobId { get; set; } = [];
    public string State { get; set; } = "";
    public byte[] Request { get; set; } = [];
    public byte[] Signature { get; set; } = [];
    public long InputKind { get; set; }
    public byte[] Input { get; set; } = [];
    public string Hold { get; set; } = "0";
    public long AcceptedAt { get; set; }
    public long PostBefore { get; set; }
    public long Attempts { get; set; }
    public long? Finish { get; set; }
    public long? OutputTokens { get; set; }
    public byte[]? TokensRoot { get; set; }
    public byte[]? Tokens { get; set; }
    public string? Fee { get; set; }
    public byte[]? Cancel { get; set; }
    public byte[]? CancelSignature { get; set; }
    public byte[]? AnswerSignature { get; set; }
    public long? AnsweredAt { get; set; }
    public string? VoidReason { get; set; }
    public long? BatchIndex { get; set; }
    public long? Leaf { get; set; }

    public static string NameOf(JobState state) => state switch
    {
        JobState.Running => "running",
        JobState.Answered => "answered",
        _ => "void",
    };

    public static UInt128 Wei(string text) => UInt128.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    public static string Text(UInt128 wei) => wei.ToString(CultureInfo.InvariantCulture);

    /// <exception cref="InvalidDataException">The row is not one that this program wrote.</exception>
    public StoredJob ToJob() => new()
    {
        JobId = new Bytes32(JobId),
        State = State switch { "running" => JobState.Running, "answered" => JobState.Answered, _ => JobState.Void },
        Request = Read<JobRequest>(Request, Signature)!,
        Input = new JobInput(InputKind == 1, Input),
        Hold = Wei(Hold),
        AcceptedAt = (ulong)AcceptedAt,
        PostBefore = (ulong)PostBefore,
        Attempts = (int)Attempts,
        Finish = Finish is { } finish ? (FinishReason)finish : null,
        OutputTokens = (uint)(OutputTokens ?? 0),
        TokensRoot = TokensRoot is null ? Bytes32.Zero : new Bytes32(TokensRoot),
        Tokens = Tokens,
        Fee = Fee is null ? 0 : Wei(Fee),
        Cancel = Read<CancelJob>(Cancel, CancelSignature),
        AnswerSignature = AnswerSignature is null ? null : new Signature(AnswerSignature),
        AnsweredAt = (ulong?)AnsweredAt,
        VoidReason = VoidReason,
        BatchIndex = (ulong?)BatchIndex,
        Leaf = (uint?)Leaf,
    };

    public static Signed<T>? Read<T>(byte[]? message, byte[]? signature)
        where T : class, ITypedMessage<T>
    {
        if (message is null || signature is null)
            return null;
        return MessageCodec.TryDecode(message, out T? decoded)
            ? new Signed<T>(decoded, new Signature(signature))
            : throw new InvalidDataException($"The database holds {message.Length} bytes that are no {typeof(T).Name}.");
    }
}
