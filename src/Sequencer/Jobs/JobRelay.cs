using System.Collections.Immutable;
using Google.Protobuf;
using TeeTee.Ethereum;
using TeeTee.Grpc;
using TeeTee.Hosting.Faults;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.Sequencer.Shards;
using TeeTee.Sequencer.Storage;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.Mapping;
using Wire = TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Jobs;

/// <summary>One opening of a job at slot 0: relays what it streams into the job's record until it ends. Trusts nothing that it reads.</summary>
internal sealed class JobRelay(SequencerOptions options)
{
    private static readonly TimeSpan s_callTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Streams from where the record ends.</summary>
    /// <exception cref="ShardFaultException">The stream ended otherwise than by an answer.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task<ShardAnswer> RunAsync(LiveJob live, Pipeline pipeline, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stall = new(options.Times.StallTimeout, options.Clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stall.Token);
        try
        {
            await using GrpcServerStreamingCall<Wire.JobEvent> call = pipeline.First.Channel.ServerStreaming(
                ShardMethods.OpenJob, Open(live, pipeline), new GrpcCallOptions { CancellationToken = either.Token });
            bool accepted = false;
            while (await call.ReadAsync(either.Token).ConfigureAwait(false) is { } item)
            {
                stall.CancelAfter(options.Times.StallTimeout);
                if (!accepted)
                {
                    Accept(live, item);
                    accepted = true;
                    await RepeatCancelAsync(live, pipeline, cancellationToken).ConfigureAwait(false);
                }
                else if (Take(live, pipeline, item) is { } answer)
                {
                    return answer;
                }
            }
            throw new ShardFaultException("shard_unavailable", "The shard ended the stream before the answer.", true);
        }
        catch (GrpcException fault)
        {
            throw Classify(fault);
        }
        catch (ObjectDisposedException fault)
        {
            throw new ShardFaultException("shard_unavailable", "The connection to the shard was given up.", true, fault);
        }
        catch (WireFormatException fault)
        {
            throw new ShardFaultException("shard_unavailable", $"The shard sent a malformed message: {fault.Message}", false, fault);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ShardFaultException("shard_unavailable", $"The shard was silent for {options.Times.StallTimeout.TotalSeconds} s.", true, fault);
        }
    }

    /// <summary>Hands a cancellation to slot 0.</summary>
    /// <exception cref="GrpcException">It cannot be reached, or refuses.</exception>
    public static async Task<Wire.CancelState> CancelAsync(Pipeline pipeline, Signed<CancelJob> cancel, CancellationToken cancellationToken)
    {
        try
        {
            Wire.CancelJobReply reply = await pipeline.First.Channel.UnaryAsync(
                ShardMethods.CancelJob, new Wire.CancelJobRequest { Cancel = cancel.ToWire() },
                new GrpcCallOptions { Timeout = s_callTimeout, CancellationToken = cancellationToken }).ConfigureAwait(false);
            return reply.State;
        }
        catch (ObjectDisposedException gone)
        {
            throw new GrpcException(GrpcStatusCode.Unavailable, "The connection to the shard was given up.", null, gone);
        }
    }

    private Wire.OpenJobRequest Open(LiveJob live, Pipeline pipeline)
    {
        StoredJob job = live.Job;
        Wire.OpenJobRequest open = new() { Request = RequestOf(live).ToWire(), PostBefore = job.PostBefore, ResumeFrom = live.Count };
        ByteString input = ByteString.CopyFrom(job.Input.Bytes.Span);
        if (job.Input.IsSealed)
            open.Sealed = input;
        else
            open.Tokens = input;
        open.Pipeline.AddRange(pipeline.Stages.Select(stage => stage.ToStage().ToWire()));
        return open;
    }

    // What the shards are given: the user's request, unless a fault has them run one of the sequencer's own.
    private Signed<JobRequest> RequestOf(LiveJob live)
    {
        if (options.Faults?.Active is not { Kind: FaultKind.OtherSeed } fault)
            return live.Job.Request;
        JobRequest request = live.Job.Request.Message;
        Sampling other = request.Sampling with { Greedy = false, InverseTemperatureBits = BitConverter.SingleToUInt32Bits(1), Seed = Keccak256.Hash(BitConverter.GetBytes(fault.Seed)) };
        return options.Deployment.Domain().Sign(request with { User = options.Key.Address, Sampling = other }, options.Key);
    }

    private void Accept(LiveJob live, Wire.JobEvent item)
    {
        if (item.Failed is { } failed)
            throw Failure(failed);
        if (item.Accepted is not { } accepted)
            throw Malformed($"the stream begins with {item.EventCase}");
        if (accepted.JobId.ReadHash("job_id") != live.JobId && options.Faults?.Is(FaultKind.OtherSeed) is not true)
            throw Malformed($"the shard opened job {accepted.JobId.ReadHash("job_id")} instead of {live.JobId}");
    }

    private ShardAnswer? Take(LiveJob live, Pipeline pipeline, Wire.JobEvent item)
    {
        switch (item.EventCase)
        {
            case Wire.JobEvent.EventOneofCase.OutputChunk:
                TakeChunk(live, pipeline.Model, item.OutputChunk);
                return null;
            case Wire.JobEvent.EventOneofCase.Finished:
                return ShardAnswer.Read(item.Finished);
            case Wire.JobEvent.EventOneofCase.Failed:
                throw Failure(item.Failed);
            default:
                throw Malformed($"the event {item.EventCase} came in mid-stream");
        }
    }

    private void TakeChunk(LiveJob live, ModelLimits model, Wire.OutputChunk chunk)
    {
        uint have = live.Count;
        ulong end = (ulong)chunk.FirstOutputIndex + chunk.TokenCount;
        uint limit = JobRequestRules.EffectiveOutputLimit(live.Job.Request.Message, model.ContextLength);
        if (chunk.TokenCount == 0 || end > limit)
            throw Malformed($"a chunk of {chunk.TokenCount} tokens from {chunk.FirstOutputIndex}; the limit is {limit}");
        if (chunk.FirstOutputIndex > have)
            throw Malformed($"the output skips from {have} to {chunk.FirstOutputIndex}");
        if (live.Job.Input.IsSealed)
            TakeSealed(live, chunk, have, end);
        else
            TakeTokens(live, model, chunk, have);
    }

    // A shard that replays more than was asked for must replay the same.
    private static void TakeTokens(LiveJob live, ModelLimits model, Wire.OutputChunk chunk, uint have)
    {
        if (chunk.Payload.Length != chunk.TokenCount * (long)sizeof(uint))
            throw Malformed($"{chunk.Payload.Length} bytes are not {chunk.TokenCount} tokens");
        uint[] tokens = new uint[chunk.TokenCount];
        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[i] = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(chunk.Payload.Span[(i * sizeof(uint))..]);
            if (tokens[i] >= model.VocabularySize)
                throw Malformed($"a token id of {tokens[i]} in a vocabulary of {model.VocabularySize}");
        }
        int known = (int)Math.Min(have - chunk.FirstOutputIndex, (uint)tokens.Length);
        if (known > 0 && !live.Tokens().AsSpan((int)chunk.FirstOutputIndex, known).SequenceEqual(tokens.AsSpan(0, known)))
            throw Malformed($"the output from {chunk.FirstOutputIndex} is repeated with other tokens");
        if (known < tokens.Length)
            live.Append(tokens.AsSpan(known));
    }

    private void TakeSealed(LiveJob live, Wire.OutputChunk chunk, uint have, ulong end)
    {
        if (chunk.Payload.Length != chunk.TokenCount * (long)SealedFrame.RecordSize)
            throw Malformed($"{chunk.Payload.Length} bytes are not {chunk.TokenCount} sealed tokens");
        if (end <= have)
            return;
        if (live.SealedBytes + chunk.Payload.Length > options.Limits.MaxSealedOutputBytes)
            throw Malformed($"more than {options.Limits.MaxSealedOutputBytes} bytes of ciphertext");
        uint known = have - chunk.FirstOutputIndex;
        live.Append(chunk.TokenCount - known, chunk.Payload.Span[((int)known * SealedFrame.RecordSize)..].ToArray());
    }

    // A shard that lost its state must be told of the cancellation again; it answers by ending the job, so nothing waits for the reply.
    private static async Task RepeatCancelAsync(LiveJob live, Pipeline pipeline, CancellationToken cancellationToken)
    {
        if (live.Cancel is { } cancel)
            await CancelAsync(pipeline, cancel, cancellationToken).ConfigureAwait(false);
    }

    private static ShardFaultException Malformed(string what) =>
        new("shard_unavailable", $"The shard broke the protocol: {what}.", false);

    private static ShardFaultException Failure(Wire.JobFailed failed)
    {
        string code = failed.Code switch
        {
            Wire.JobFailure.InvalidRequest => "invalid_request",
            Wire.JobFailure.Overloaded => "overloaded",
            _ => "shard_unavailable",
        };
        string where = failed.SlotId == 0 ? "" : $" at slot {failed.SlotId}";
        return new ShardFaultException(code, $"{failed.Code}{where}: {failed.Message}", failed.Retryable);
    }

    private static ShardFaultException Classify(GrpcException fault)
    {
        bool retryable = fault.Code is not (GrpcStatusCode.InvalidArgument or GrpcStatusCode.Unimplemented);
        string code = fault.Code switch
        {
            GrpcStatusCode.InvalidArgument => "invalid_request",
            GrpcStatusCode.ResourceExhausted => "overloaded",
            _ => "shard_unavailable",
        };
        return new ShardFaultException(code, $"{fault.Code}: {fault.Message}", retryable, fault);
    }
}
