using Google.Protobuf;
using TeeTee.Grpc;
using TeeTee.Hosting.Limits;
using TeeTee.Primitives;
using TeeTee.ShardNode.Attestations;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Jobs;
using TeeTee.ShardNode.Links;
using TeeTee.ShardNode.Security;
using TeeTee.ShardNode.Storage;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;
using SealedEpoch = TeeTee.ShardNode.Storage.SealedEpoch;

namespace TeeTee.ShardNode.Service;

/// <summary>The handlers of <c>teetee.shard.v1.Shard</c>.</summary>
internal sealed class ShardService(ShardSelf self, CallGate gate, JobRegistry jobs, LinkHub hub, ShardStore store, AttestationDesk desk)
{
    private const int MostEpochs = 256;
    private const int MostReceipts = 256;

    public void Map(GrpcServiceMap map) => map
        .MapUnary(ShardMethods.Handshake, (request, context) => AnswerAsync(context, () => Handshake(request)))
        .MapServerStreaming(ShardMethods.OpenJob, OpenJobAsync)
        .MapUnary(ShardMethods.CancelJob, (request, context) => AnswerAsync(context, () => jobs.Cancel(request)))
        .MapDuplexStreaming(ShardMethods.Link, (requests, responses, context) => hub.AcceptAsync(requests, responses, context, gate.RequireShard(context)))
        .MapUnary(ShardMethods.GetEpochs, (request, context) => AnswerAsync(context, () => GetEpochs(request)))
        .MapUnary(ShardMethods.GetReceipts, (request, context) => AnswerAsync(context, () => GetReceipts(request)))
        .MapUnary(ShardMethods.GetAttestation, GetAttestationAsync);

    private async Task<T> AnswerAsync<T>(GrpcServerContext context, Func<T> answer)
    {
        await gate.RequireSequencerAsync(context);
        return answer();
    }

    private HandshakeReply Handshake(HandshakeRequest request) => self.Mismatch(request.Expected, self.Slot.SlotId) is { } mismatch
        ? throw new GrpcException(GrpcStatusCode.FailedPrecondition, mismatch)
        : self.ToHandshake();

    private async Task OpenJobAsync(OpenJobRequest request, IGrpcStreamWriter<JobEvent> responses, GrpcServerContext context)
    {
        await gate.RequireSequencerAsync(context);
        await foreach (JobEvent item in jobs.OpenAsync(request, context.CancellationToken))
            await responses.WriteAsync(item, context.CancellationToken);
    }

    private GetEpochsReply GetEpochs(GetEpochsRequest request)
    {
        int limit = (int)Math.Min(request.Limit == 0 ? MostEpochs : request.Limit, MostEpochs);
        IReadOnlyList<SealedEpoch> epochs = store.Epochs.Find(request.FromEpoch, limit, out ulong open);
        GetEpochsReply reply = new() { OpenEpoch = open };
        long bytes = 0;
        foreach (EpochRecord record in epochs.Select(ToWire))
        {
            bytes += record.CalculateSize();
            // The first always fits or fails loudly; a caller goes on from the last epoch that it got.
            if (reply.Epochs.Count > 0 && bytes > self.Limits.MaxMessageBytes / 2)
                break;
            reply.Epochs.Add(record);
        }
        return reply;
    }

    private EpochRecord ToWire(SealedEpoch epoch)
    {
        EpochRecord record = new()
        {
            Epoch = epoch.Epoch,
            ExecutionRoot = epoch.ExecutionRoot.ToWire(),
            SigningKey = epoch.SigningKey.ToWire(),
            EncryptionKey = epoch.EncryptionKey.ToWire(),
            Quote = UnsafeByteOperations.UnsafeWrap(epoch.Quote),
            TeeType = self.TeeType,
            SlotId = self.Slot.SlotId,
            Operator = self.Slot.Operator.ToWire(),
            ModelId = self.Slot.ModelId.ToWire(),
        };
        record.ReceiptDigests.AddRange(epoch.Digests.Select(digest => digest.ToWire()));
        return record;
    }

    private GetReceiptsReply GetReceipts(GetReceiptsRequest request)
    {
        if (request.JobIds.Count > MostReceipts)
            throw new GrpcException(GrpcStatusCode.InvalidArgument, $"{request.JobIds.Count} job ids; at most {MostReceipts}.");
        List<Bytes32> ids = [];
        foreach (ByteString wire in request.JobIds)
        {
            if (!WireMessages.TryRead(wire, out Bytes32 id))
                throw new GrpcException(GrpcStatusCode.InvalidArgument, $"A job id of {wire.Length} bytes.");
            ids.Add(id);
        }
        GetReceiptsReply reply = new();
        reply.Receipts.AddRange(store.FindReceipts(ids).Select(ToWire));
        return reply;
    }

    private async Task<GetAttestationReply> GetAttestationAsync(GetAttestationRequest request, GrpcServerContext context)
    {
        await gate.RequireSequencerAsync(context);
        if (!WireMessages.TryRead(request.Nonce, out Bytes32 nonce))
            throw new GrpcException(GrpcStatusCode.InvalidArgument, $"A nonce of {request.Nonce.Length} bytes; it must have {Bytes32.Size}.");
        try
        {
            return (await desk.AnswerAsync(new AttestationChallenge(nonce, request.Legacy), context.CancellationToken)).ToWire();
        }
        catch (OverloadedException e)
        {
            throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"Too many ask for quotes: {e.Message}");
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            throw new GrpcException(GrpcStatusCode.Unavailable, $"The quote source gives no quote: {e.Message}");
        }
    }

    private static StoredReceipt ToWire(StoredReceiptRow row) => new()
    {
        JobId = row.JobId.ToWire(),
        Result = row.ToWire(),
        Sealed = row.Sealed,
    };
}
