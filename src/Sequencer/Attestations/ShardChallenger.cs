using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Grpc;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.Sequencer.Shards;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Attestations;

/// <summary>Challenges shards for fresh quotes. The quotes are not verified here, only what a broken or foreign shard would get wrong is found.</summary>
internal sealed class ShardChallenger(SequencerOptions options)
{
    private readonly RollupDomain _domain = options.Deployment.Domain();

    /// <summary>The answer of a shard. Fails only by cancellation.</summary>
    public async Task<SlotAttestation> AskAsync(ShardMember member, Bytes32 nonce, CancellationToken cancellationToken)
    {
        try
        {
            GetAttestationReply reply = await member.Channel.UnaryAsync(
                ShardMethods.GetAttestation, new GetAttestationRequest { Nonce = nonce.ToWire(), Legacy = true },
                new GrpcCallOptions { Timeout = options.Times.AttestationTimeout, CancellationToken = cancellationToken }).ConfigureAwait(false);
            ShardAttestation answer = ShardAttestation.Read(reply);
            return FindFault(answer, member, nonce) is { } fault
                ? new SlotAttestation(member, null, null, fault)
                : new SlotAttestation(member, answer, options.RelayedCollateral?.FindFor(answer.Quote.Span, out _), null);
        }
        catch (GrpcException refusal)
        {
            return new SlotAttestation(member, null, null, $"{refusal.Code}: {refusal.Message}");
        }
        catch (ObjectDisposedException)
        {
            return new SlotAttestation(member, null, null, "The connection was given up meanwhile.");
        }
        catch (WireFormatException malformed)
        {
            return new SlotAttestation(member, null, null, $"The answer is malformed: {malformed.Message}");
        }
    }

    private string? FindFault(ShardAttestation answer, ShardMember member, Bytes32 nonce)
    {
        if (answer.Nonce != nonce)
            return $"The shard answered nonce {answer.Nonce}, {nonce} was asked.";
        if (answer.Slot != member.Slot)
            return $"The shard says it is {answer.Slot}, the registry has {member.Slot}.";
        if ((answer.SigningKey, answer.EncryptionKey) != (member.Key.SigningKey, member.Key.EncryptionKey))
            return $"The shard names key {answer.SigningKey}, the registry has {member.Key.SigningKey}.";
        if (answer.TeeType != member.TeeType)
            return $"The shard's TEE type was {member.TeeType} and is {answer.TeeType}.";
        byte[] report = ReportData.ForAttestation(
            _domain, answer.Slot.ModelId, answer.Slot.SlotId, answer.Slot.Operator, nonce, answer.SigningKey, answer.EncryptionKey);
        return FindQuoteFault(answer.Quote, report) ?? FindQuoteFault(answer.LegacyQuote, ReportData.ForLegacyAttestation(answer.SigningKey, nonce));
    }

    private static string? FindQuoteFault(ReadOnlyMemory<byte> quote, byte[] report)
    {
        if (!TdxQuote.TryParse(quote.Span, out TdxQuote? parsed, out QuoteError? error))
            return $"The shard's quote is none: {error.Cause}.";
        return parsed.Report.ReportData.Span.SequenceEqual(report)
            ? null
            : $"The shard's quote is over {Hex.Encode(parsed.Report.ReportData.Span)}, not over {Hex.Encode(report)}.";
    }
}
