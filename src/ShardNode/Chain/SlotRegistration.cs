using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Sources;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
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
    private static readonly AbiFunction s_registry = AbiFunction.Parse("function registry() view returns (address)");
    private static readonly AbiFunction s_verifier = AbiFunction.Parse("function quoteVerifier() view returns (address)");
    private static readonly AbiFunction s_minStake = AbiFunction.Parse("function minSlotStake() view returns (uint128)");
    private static readonly AbiFunction s_slotsOf = AbiFunction.Parse("function slotsOf(bytes32) view returns (uint32[])");
    private static readonly AbiFunction s_registerSlot = AbiFunction.Parse("function registerSlot(bytes32, uint32, uint32, address) returns (uint32)");
    private static readonly AbiFunction s_begin = AbiFunction.Parse("function beginRegistration(uint32) returns (bytes32)");
    private static readonly AbiFunction s_nonce = AbiFunction.Parse("function registrationNonce(uint32) view returns (bytes32, uint64)");
    private static readonly AbiFunction s_register = AbiFunction.Parse("function register(uint32, address, bytes32, bytes) returns (uint64, uint64)");
    private static readonly AbiFunction s_digest = AbiFunction.Parse("function evidenceDigest(bytes32, bytes32, uint64, bytes32) view returns (bytes32)");
    private static readonly AbiType[] s_evidence = [AbiType.Parse("uint64"), AbiType.Parse("bytes"), AbiType.Parse("bytes")];

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
        catch (Exception e) when (e is JsonRpcException or RpcTransportException or ChainUnavailableException or InvalidOperationException or IOException)
        {
            throw new FailureException(ExitCode.Refused, "registration_failed", $"The slot cannot be registered: {e.Message}", e);
        }
    }

    private async Task<uint?> FindSlotAsync(CancellationToken cancellationToken)
    {
        Address registry = await view.AddressOfAsync(s_registry, cancellationToken);
        object[] result = await client.CallAsync(registry, s_slotsOf, [modelId], BlockTag.Latest, cancellationToken);
        foreach (uint id in ((object[])result[0]).Select(id => (uint)(ulong)id).Reverse())
        {
            Slot? slot = await view.GetSlotAsync(id, cancellationToken);
            if (slot is not null && slot.Operator == options.Operator && slot.FirstLayer == options.FirstLayer && slot.LayerCount == options.LayerCount)
                return id;
        }
        return null;
    }

    private async Task<uint> OpenSlotAsync(TransactionSender sender, CancellationToken cancellationToken)
    {
        UInt128 stake = registration.Stake
            ?? (UInt128)(await client.CallAsync(options.Rollup, s_minStake, [], BlockTag.Latest, cancellationToken))[0];
        byte[] call = s_registerSlot.EncodeCall(modelId, (uint)options.FirstLayer, (uint)options.LayerCount, Address.Zero);
        await SendAsync(sender, "register-slot", call, stake, cancellationToken);
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
        await SendAsync(sender, "begin-registration", s_begin.EncodeCall(slot), 0, cancellationToken);
        Address registry = await view.AddressOfAsync(s_registry, cancellationToken);
        object[] nonce = await client.CallAsync(registry, s_nonce, [slot], BlockTag.Latest, cancellationToken);
        RollupDomain domain = new(options.ChainId, options.Rollup);
        byte[] report = ReportData.ForRegistration(domain, slot, options.Operator, (Bytes32)nonce[0], keys.Signing.Address, keys.EncryptionPublicKey);
        byte[] quote = await quotes.GetQuoteAsync(report, cancellationToken);
        byte[] evidence = await EvidenceAsync(report, quote, cancellationToken);
        await SendAsync(sender, "register-key", s_register.EncodeCall(slot, keys.Signing.Address, keys.EncryptionPublicKey, evidence), 0, cancellationToken);
        SlotKey? key = (await view.GetKeysAsync(slot, cancellationToken)).LastOrDefault(key => key.SigningKey == keys.Signing.Address);
        ShardLog.KeyRegistered(logger, slot, keys.Signing.Address, key?.ValidFrom ?? 0, key?.ValidUntil ?? 0);
    }

    /// <summary>The quote alone, or with an attestor's word where a development network's verifier asks for it.</summary>
    private async Task<byte[]> EvidenceAsync(byte[] report, byte[] quote, CancellationToken cancellationToken)
    {
        if (registration.AttestorKeyFile is not { } file)
            return quote;
        PrivateKey attestor = LoadKey(file, null);
        ulong expires = (ulong)(options.Clock.GetUtcNow() + registration.EvidenceValidity).ToUnixTimeSeconds();
        Address verifier = await view.AddressOfAsync(s_verifier, cancellationToken);
        object[] digest = await client.CallAsync(
            verifier, s_digest, [new Bytes32(report.AsSpan(0, 32)), new Bytes32(report.AsSpan(32, 32)), expires, Keccak256.Hash(quote)], BlockTag.Latest, cancellationToken);
        return AbiCodec.Encode(s_evidence, [expires, quote, attestor.Sign((Bytes32)digest[0]).ToArray()]);
    }

    private async Task SendAsync(TransactionSender sender, string what, byte[] data, UInt128 value, CancellationToken cancellationToken)
    {
        Address registry = await view.AddressOfAsync(s_registry, cancellationToken);
        string id = $"{what}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        TransactionOutcome outcome = await sender.SendAsync(new TransactionRequest { Id = id, To = registry, Data = data, Value = value }, cancellationToken);
        _ = outcome.Require();
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
