using Microsoft.Extensions.Logging;
using TeeTee.Hosting.Observability;
using TeeTee.Rollup.Messages;
using TeeTee.ShardNode.Epochs;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Observability;

namespace TeeTee.ShardNode.Chain;

/// <summary>Tells by readiness whether the contract holds a valid key of this shard: without one nobody will post its receipts.</summary>
internal sealed class RegistrationWatch(
    ShardSelf self, IChainView chain, ReceiptBook book, Readiness readiness, TimeProvider clock, ILogger logger)
{
    private const string Part = "registration";

    private static readonly TimeSpan s_whenFine = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_whenMissing = TimeSpan.FromSeconds(2);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            bool fine = await CheckAsync(cancellationToken);
            await Task.Delay(fine ? s_whenFine : s_whenMissing, clock, cancellationToken);
        }
    }

    /// <summary>Looks once.</summary>
    /// <returns>True where the key is valid now; a chain that is down leaves readiness as it was.</returns>
    public async Task<bool> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<SlotKey> keys = await chain.GetKeysAsync(self.Slot.SlotId, cancellationToken);
            ulong epoch = book.CurrentEpoch;
            bool valid = keys.Any(key => key.SigningKey == self.SigningKey && key.EncryptionKey == self.EncryptionKey && key.IsValidAt(epoch));
            if (valid)
                readiness.Clear(Part);
            else
                readiness.Block(Part, $"Slot {self.Slot.SlotId} has no key {self.SigningKey} that is valid in epoch {epoch}.");
            return valid;
        }
        catch (ChainUnavailableException e)
        {
            ShardLog.ChainDown(logger, e.Message);
            return false;
        }
    }
}
