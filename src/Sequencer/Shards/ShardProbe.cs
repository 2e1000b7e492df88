using TeeTee.Grpc;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.ShardProtocol;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Shards;

/// <summary>Finds out which slot an endpoint is by handshakes.</summary>
internal sealed class ShardProbe(SequencerOptions options, ulong epochSeconds)
{
    /// <summary>The member that the endpoint is, or why it is none. Fails only by cancellation.</summary>
    public async Task<(ShardMember? Member, string? Fault)> ProbeAsync(ShardConnection connection, RegistryView registry, CancellationToken cancellationToken)
    {
        ulong now = (ulong)options.Clock.GetUtcNow().ToUnixTimeSeconds();
        string fault = connection.Configured.SlotId is { } wanted
            ? $"Slot {wanted} is not registered for a model on offer, or may no longer serve."
            : "No slot of a model on offer is registered that may serve.";
        foreach (Slot slot in Candidates(connection, registry, now))
        {
            try
            {
                (ShardMember? member, string? cause) = await HandshakeAsync(connection, registry, slot, now, cancellationToken).ConfigureAwait(false);
                if (member is not null)
                {
                    connection.KnownSlot = slot.SlotId;
                    return (member, null);
                }
                fault = cause!;
            }
            catch (GrpcException refusal) when (refusal.Code == GrpcStatusCode.FailedPrecondition)
            {
                fault = refusal.Message;
            }
            catch (GrpcException unreachable)
            {
                return (null, connection.Refusal is { } refusal ? $"What it proves was refused. {refusal}" : $"{unreachable.Code}: {unreachable.Message}");
            }
            catch (WireFormatException malformed)
            {
                return (null, $"The handshake is malformed: {malformed.Message}");
            }
        }
        return (null, fault);
    }

    private static IEnumerable<Slot> Candidates(ShardConnection connection, RegistryView registry, ulong now) =>
        connection.Configured.SlotId is { } wanted
            ? registry.Serving(now).Where(slot => slot.SlotId == wanted)
            : registry.Serving(now).OrderByDescending(slot => slot.SlotId == connection.KnownSlot);

    private async Task<(ShardMember? Member, string? Fault)> HandshakeAsync(
        ShardConnection connection, RegistryView registry, Slot slot, ulong now, CancellationToken cancellationToken)
    {
        ListedModel model = registry.Models[slot.ModelId];
        ShardIdentity identity = new(
            ShardIdentity.CurrentProtocolVersion, options.Deployment.ChainId, options.Deployment.Rollup, slot.ModelId, model.ArithmeticVersion, slot.SlotId);
        HandshakeReply reply = await connection.Channel.UnaryAsync(
            ShardMethods.Handshake, new HandshakeRequest { Expected = identity.ToWire() },
            new GrpcCallOptions { Timeout = options.Times.HandshakeTimeout, CancellationToken = cancellationToken }).ConfigureAwait(false);
        (SlotKey? key, string? fault) = HandshakeCheck.Check(
            reply, identity, slot, registry.Keys[slot.SlotId], model, epochSeconds, options.AllowSimulatedTee, connection.Attested, now);
        return key is null
            ? (null, fault)
            : (new ShardMember(connection.Endpoint, connection.Channel, slot, key, reply.TeeType, reply.Limits), null);
    }
}
