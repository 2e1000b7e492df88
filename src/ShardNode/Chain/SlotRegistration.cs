using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Sources;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.RollupContracts;
using TeeTee.ShardNode.Defence;
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
    /// <summary>What a nonce must last for quote and transaction.</summary>
    private const ulong NonceReserveSeconds = 60;

    /// <summary>Opens the slot and registers the key, each where it is not there.</summary>
    /// <returns>The slot id.</returns>
    /// <exception cref="FailureException"><c>registration_failed</c> or <c>key_unusable</c>.</exception>
    public Task<uint> RunAsync(CancellationToken cancellationToken) => TellingAsync("The slot cannot be registered", async () =>
    {
        using TransactionSender sender = OpenSender();
        uint slot = options.SlotId ?? await FindSlotAsync(cancellationToken) ?? await OpenSlotAsync(sender, cancellationToken);
        if (!await HasKeyAsync(slot, cancellationToken))
            await RegisterKeyAsync(sender, slot, cancellationToken);
        if (options.Defender is { } defender && defender.Key.Address != options.Operator)
            await RegisterDefenderAsync(sender, defender.Key.Address, cancellationToken);
        return slot;
    });

    /// <summary>How the registered key stands on chain.</summary>
    /// <exception cref="FailureException"><c>registration_failed</c>: the chain cannot be asked.</exception>
    public Task<KeyLook> LookAsync(uint slot, CancellationToken cancellationToken) => TellingAsync("The key's standing cannot be read", async () =>
    {
        RegistryContract registry = await view.RegistryAsync(cancellationToken);
        ulong epochSeconds = await view.GetEpochSecondsAsync(cancellationToken);
        RollupParameters parameters = await new RollupContract(client, options.Rollup).GetParametersAsync(BlockTag.Latest, cancellationToken);
        ulong now = await registry.GetCurrentEpochAsync(BlockTag.Latest, cancellationToken);
        KeyStanding? standing = await registry.GetStandingAsync(slot, keys.Signing.Address, BlockTag.Latest, cancellationToken);
        return KeyLook.Of(standing, now, parameters.MaxKeyValidity / epochSeconds, epochSeconds);
    });

    /// <summary>Has the same key attested anew, which extends it. Nothing is sent where that would gain too little or would be refused.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="look">How the key stood a moment ago.</param>
    /// <returns>False where fresh evidence would not last much longer than the key does.</returns>
    /// <exception cref="FailureException"><c>registration_failed</c> or <c>key_unusable</c>.</exception>
    public Task<bool> RenewAsync(uint slot, KeyLook look, CancellationToken cancellationToken) => TellingAsync("The key cannot be attested anew", async () =>
    {
        ulong end = await JudgeFreshAsync(slot, look, cancellationToken);
        if (look.State == KeyState.Standing && !look.Validity.IsWorth(end))
            return false;
        using TransactionSender sender = OpenSender();
        await RegisterKeyAsync(sender, slot, cancellationToken);
        return true;
    });

    private static async Task<T> TellingAsync<T>(string what, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is JsonRpcException or RpcTransportException or ChainUnavailableException or InvalidOperationException or IOException or MalformedDataException)
        {
            throw new FailureException(ExitCode.Refused, "registration_failed", $"{what}: {e.Message}", e);
        }
    }

    private TransactionSender OpenSender()
    {
        PrivateKey signer = LoadKey(registration.OperatorKeyFile, registration.OperatorPasswordFile);
        return signer.Address == options.Operator
            ? new TransactionSender(client, signer, options.ChainId, time: options.Clock)
            : throw new FailureException(ExitCode.Configuration, "key_unusable", $"The operator key is {signer.Address}'s; operator {options.Operator} is configured.");
    }

    /// <summary>Asks the verifier in force, without a transaction, what it says of this machine now.</summary>
    /// <returns>The epoch in which a key that is registered now would end.</returns>
    private async Task<ulong> JudgeFreshAsync(uint slot, KeyLook look, CancellationToken cancellationToken)
    {
        // No contract ever issued this nonce, so that the quote serves nobody.
        byte[] report = ReportOf(slot, new Bytes32(RandomNumberGenerator.GetBytes(Bytes32.Size)));
        byte[] quote = await quotes.GetQuoteAsync(report, cancellationToken);
        if (!TdxEvidence.TryCreate(quote, out TdxEvidence? evidence, out string cause))
            throw new MalformedDataException($"No evidence can be made: {cause}.");
        Address judge = await new RollupContract(client, options.Rollup).GetQuoteVerifierAsync(BlockTag.Latest, cancellationToken);
        (ulong expiresAt, string? fault) = await new QuoteVerifierContract(client, judge).VerifyAsync(evidence, report, BlockTag.Latest, cancellationToken);
        return fault is null
            ? Math.Min(expiresAt / look.EpochSeconds, look.Validity.Now + look.Validity.Longest)
            : throw new InvalidOperationException($"verifier {judge} refuses this machine's quote: {fault}");
    }

    private byte[] ReportOf(uint slot, Bytes32 nonce) => ReportData.ForRegistration(
        new RollupDomain(options.ChainId, options.Rollup), slot, options.Operator, nonce, keys.Signing.Address, keys.EncryptionPublicKey);

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
        Bytes32 nonce = await NonceAsync(registry, sender, slot, cancellationToken);
        byte[] quote = await quotes.GetQuoteAsync(ReportOf(slot, nonce), cancellationToken);
        byte[] call = registry.Register(slot, keys.Signing.Address, keys.EncryptionPublicKey, TdxEvidence.Create(quote));
        await SendAsync(sender, "register-key", registry.Address, call, 0, cancellationToken);
        SlotKey? key = (await view.GetKeysAsync(slot, cancellationToken)).LastOrDefault(key => key.SigningKey == keys.Signing.Address);
        ShardLog.KeyRegistered(logger, slot, keys.Signing.Address, key?.ValidFrom ?? 0, key?.ValidUntil ?? 0);
    }

    private async Task RegisterDefenderAsync(TransactionSender sender, Address defender, CancellationToken cancellationToken)
    {
        if (await new DisputeReader(client, options.Rollup).FindGameAsync(cancellationToken) is not { } game
            || await game.IsDefenderAsync(options.Operator, defender, BlockTag.Latest, cancellationToken))
            return;
        await SendAsync(sender, "set-defender", game.Address, game.SetDefender(defender, allowed: true), 0, cancellationToken);
    }

    /// <summary>The slot's nonce: one that was left by a try that ended half-way, if it still lasts, else a new one.</summary>
    private async Task<Bytes32> NonceAsync(RegistryContract registry, TransactionSender sender, uint slot, CancellationToken cancellationToken)
    {
        (Bytes32 left, ulong expiresAt) = await registry.GetRegistrationNonceAsync(slot, BlockTag.Latest, cancellationToken);
        ulong now = (await client.GetBlockAsync(BlockTag.Latest, cancellationToken))?.Timestamp ?? ulong.MaxValue;
        if (expiresAt > now && expiresAt - now >= NonceReserveSeconds)
            return left;
        await SendAsync(sender, "begin-registration", registry.Address, registry.BeginRegistration(slot), 0, cancellationToken);
        (Bytes32 nonce, _) = await registry.GetRegistrationNonceAsync(slot, BlockTag.Latest, cancellationToken);
        return nonce;
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
