using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Sources;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.RollupContracts;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Observability;

namespace TeeTee.ShardNode.Chain;

/// <summary>
/// Brings slot and key on chain before a shard serves: opens a slot with stake if the operator has none like it, asks for a nonce, has the
/// registration report data (protocol section 5) quoted, and registers the key. Does nothing where the key is registered and valid.
/// </summary>
internal sealed class SlotRegistration(
    ShardNodeOptions options, SlotRegistrationOptions registration, EthereumClient client, ContractChainView view, ShardKeys keys,
    Bytes32 modelId, IQuoteSource quotes, ILogger logger)
{
    /// <returns>The slot id.</returns>
    /// <exception cref="FailureException"><c>registration_failed</c> or <c>key_unusable</c>.</exception>
    public async Task<uint> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            PrivateKey signer = LoadKey(registration.OperatorKeyFile, registration.OperatorPasswordFile);
            if (signer.Address != options.Operator)
                throw new FailureException(ExitCode.Configuration, "key_unusable", $"The operator key is {signer.Address}'s; operator {options.Operator} is configured.");
            using TransactionSender sender = new(client, signer, options.ChainId, time: options.Clock);
            uint slot = options.SlotId ?? await FindSlotAsync(cancellationToken) ?? await OpenSlotAsync(sender, cancellationToken);
            if (!await HasKeyAsync(slot, cancellationToken))
                await RegisterKeyAsync(sender, slot, cancellationToken);
            return slot;
        }
        catch (Exception e) when (e is JsonRpcException or RpcTransportException or ChainUnavailableException or InvalidOperationException or IOException or MalformedDataException)
        {
            throw new FailureException(ExitCode.Refused, "registration_failed", $"The slot cannot be registered: {e.Message}", e);
        }
    }

    private async Task<uint?> FindSlotAsync(CancellationToken cancellationToken)
    {
        RegistryContract registry = await view.RegistryAsync(cancellationToken);
        foreach (uint id in (await registry.GetSlotsOfAsync(modelId, BlockTag.Latest, cancellationToken)).Reverse())
        {
            RegisteredSlot? found = await registry.GetSlotAsync(id, BlockTag.Latest, cancellationToken);
            if (found is { ExitAt: 0, Slot: { } slot } && slot.Operator == options.Operator && slot.FirstLayer == options.FirstLayer && slot.LayerCount == options.LayerCount)
                return id;
        }
        return null;
    }

    private async Task<uint> OpenSlotAsync(TransactionSender sender, CancellationToken cancellationToken)
    {
        UInt128 stake = registration.Stake
            ?? (await new RollupContract(client, options.Rollup).GetParametersAsync(BlockTag.Latest, cancellationToken)).MinSlotStake;
        RegistryContract registry = await view.RegistryAsync(cancellationToken);
        byte[] call = registry.RegisterSlot(modelId, (uint)options.FirstLayer, (uint)options.LayerCount, Address.Zero);
        await SendAsync(sender, "register-slot", registry.Address, call, stake, cancellationToken);
        return await FindSlotAsync(cancellationToken) ?? throw new InvalidOperationException("The slot was opened, and the contract does not list it.");
    }

    private async Task<bool> HasKeyAsync(uint slot, CancellationToken cancellationToken)
    {
        ulong epoch = (ulong)options.Clock.GetUtcNow().ToUnixTimeSeconds() / await view.GetEpochSecondsAsync(cancellationToken);
        return (await view.GetKeysAsync(slot, cancellationToken)).Any(
            key => key.SigningKey == keys.Signing.Address && key.EncryptionKey == keys.EncryptionPublicKey && key.IsValidAt(epoch));
    }

    private async Task RegisterKeyAsync(TransactionSender sender, uint slot, CancellationToken cancellationToken)
    {
        RegistryContract registry = await view.RegistryAsync(cancellationToken);
        await SendAsync(sender, "begin-registration", registry.Address, registry.BeginRegistration(slot), 0, cancellationToken);
        (Bytes32 nonce, _) = await registry.GetRegistrationNonceAsync(slot, BlockTag.Latest, cancellationToken);
        RollupDomain domain = new(options.ChainId, options.Rollup);
        byte[] report = ReportData.ForRegistration(domain, slot, options.Operator, nonce, keys.Signing.Address, keys.EncryptionPublicKey);
        byte[] quote = await quotes.GetQuoteAsync(report, cancellationToken);
        byte[] call = registry.Register(slot, keys.Signing.Address, keys.EncryptionPublicKey, TdxEvidence.Create(quote));
        await SendAsync(sender, "register-key", registry.Address, call, 0, cancellationToken);
        SlotKey? key = (await view.GetKeysAsync(slot, cancellationToken)).LastOrDefault(key => key.SigningKey == keys.Signing.Address);
        ShardLog.KeyRegistered(logger, slot, keys.Signing.Address, key?.ValidFrom ?? 0, key?.ValidUntil ?? 0);
    }

    private static async Task SendAsync(
        TransactionSender sender, string what, Address to, byte[] data, UInt128 value, CancellationToken cancellationToken)
    {
        string id = $"{what}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        TransactionOutcome outcome = await sender.SendAsync(new TransactionRequest { Id = id, To = to, Data = data, Value = value }, cancellationToken);
        if (!outcome.IsSuccess)
            throw new InvalidOperationException($"{what} ended as {outcome.Status}: {ContractError.Describe(outcome.RevertData.Span)} {outcome.Message}");
    }

    private static PrivateKey LoadKey(string path, string? passwordFile)
    {
        try
        {
            return KeyFile.Load(path, passwordFile);
        }
        catch (KeyFileException e)
        {
            throw new FailureException(ExitCode.Configuration, "key_unusable", e.Message, e);
        }
    }
}
