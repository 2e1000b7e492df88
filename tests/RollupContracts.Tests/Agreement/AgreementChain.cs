using System.Text.Json;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Abi;

namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>The worlds on a real node, each with registry and verifier from the rollup's own deployer, and what those say of quotes.</summary>
internal sealed class AgreementChain(EthereumClient client, TransactionSender sender)
{
    private const int Batch = 24;

    private static readonly AbiFunction s_verifyAt = ContractArtifact.Load("IQuoteVerifier").Function("verifyAt");
    private static readonly ContractArtifact s_registry = ContractArtifact.Load(ContractNames.TcbRegistry);

    /// <summary>Deploys every world, lets the time of its changes come, and goes on to the last second that is asked about.</summary>
    public async Task DeployAsync(IEnumerable<AgreementWorld> worlds, RollupParameters parameters, DateTimeOffset end, CancellationToken cancellationToken)
    {
        RollupDeployer deployer = new(client, sender);
        List<(Address Registry, byte[] Call)> later = [];
        DateTimeOffset delistedAt = end;
        foreach (AgreementWorld world in worlds)
        {
            Deployment deployment = await deployer.DeployAsync(
                parameters, ModuleTerms.For(parameters), world.Policy, sender.Address, sender.Address, cancellationToken);
            world.Verifier = deployment.QuoteVerifier;
            TcbRegistryContract registry = new(client, deployment.TcbRegistry!.Value);
            foreach (byte[] call in Changes(world, registry))
                await SendAsync(registry.Address, call, cancellationToken);
            if (world.Delists)
                later.Add((registry.Address, registry.DelistImage(world.Policy.Images[^1])));
            delistedAt = world.DelistedAt;
        }

        foreach ((Address registry, byte[] call) in later)
        {
            await client.Rpc.CallAsync("evm_setNextBlockTimestamp", [delistedAt.ToUnixTimeSeconds()], cancellationToken);
            await SendAsync(registry, call, cancellationToken);
        }
        await client.Rpc.CallAsync("evm_mine", [end.ToUnixTimeSeconds()], cancellationToken);
    }

    /// <summary>Why the chain refuses each quote; null where it accepts.</summary>
    public async Task<IReadOnlyList<ContractError?>> JudgeAsync(IReadOnlyList<AgreementCase> cases, CancellationToken cancellationToken)
    {
        List<ContractError?> verdicts = [];
        foreach (AgreementCase[] batch in cases.Chunk(Batch))
        {
            JsonRpcCall[] calls = [.. batch.Select(Question)];
            IReadOnlyList<JsonRpcOutcome> outcomes = await client.Rpc.BatchAsync(calls, cancellationToken);
            verdicts.AddRange(outcomes.Zip(batch, Read));
        }
        return verdicts;
    }

    private static IEnumerable<byte[]> Changes(AgreementWorld world, TcbRegistryContract registry)
    {
        if (world.MinimumEvaluationNumber > 0)
            yield return s_registry.Function("raiseMinimumEvaluationNumber").EncodeCall((uint)world.MinimumEvaluationNumber);
        foreach (Bytes32 platform in world.RevokedPlatforms)
            yield return registry.RevokePlatform(platform);
        foreach (Bytes32 issuer in world.RevokedIssuers)
            yield return s_registry.Function("revokeIssuer").EncodeCall(issuer);
    }

    private static JsonRpcCall Question(AgreementCase item)
    {
        byte[] evidence = new TupleWriter().Blob(item.Quote).Blob(item.Leaf).Blob(item.Issuer).ToArray();
        byte[] data = s_verifyAt.EncodeCall(
            evidence, new Bytes32(item.ReportData.AsSpan(0, 32)), new Bytes32(item.ReportData.AsSpan(32)), (ulong)item.Time.ToUnixTimeSeconds());
        return new JsonRpcCall("eth_call", new { to = item.World.Verifier.ToString(), data = Hex.Encode(data) }, "latest");
    }

    // Anything but claims or an error of the contract's own would prove nothing.
    private static ContractError? Read(JsonRpcOutcome outcome, AgreementCase item)
    {
        if (outcome.Error is not { } refused)
        {
            Assert.Equal(3 * 32, Hex.Decode(outcome.Result.GetString()).Length);
            return null;
        }
        string data = refused.ErrorData is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "0x";
        Assert.True(
            ContractError.TryDecode(Hex.Decode(data), out ContractError? error), $"quote {item.Index} ({item.Name}): {refused.Message}, {data}");
        return error;
    }

    private async Task SendAsync(Address to, byte[] data, CancellationToken cancellationToken)
    {
        TransactionOutcome outcome = await sender.SendAsync(
            new TransactionRequest { Id = Guid.NewGuid().ToString(), To = to, Data = data }, cancellationToken);
        Assert.True(outcome.IsSuccess, $"{outcome.Status}: {ContractError.Describe(outcome.RevertData.Span)} {outcome.Message}");
    }
}
