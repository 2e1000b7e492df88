using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.ShardNode.Chain;
using TeeTee.ShardNode.Tests.Support;

namespace TeeTee.ShardNode.Tests.Chain;

/// <summary>Registration and the chain view against the real contracts on a real node.</summary>
public sealed class AnvilTests
{
    [Fact]
    public async Task StartAsync_WithRegistration_OpensSlotAndRegistersTheKeyOnce()
    {
        await using AnvilWorld world = await AnvilWorld.StartAsync();
        (EthereumClient client, ShardNodeOptions options, ContractChainView view) = (world.Client, world.Options, world.View);

        await using (ShardNodeHost host = await ShardNodeHost.StartAsync(options, CancellationToken.None).Bound())
        {
            Slot? slot = await view.GetSlotAsync(host.SlotId, CancellationToken.None).Bound();
            SlotKey key = Assert.Single(await view.GetKeysAsync(host.SlotId, CancellationToken.None).Bound());
            Assert.Equal(new Slot(host.SlotId, AnvilWorld.Host.Address, TestModel.Id, 0, TestModel.Layers), slot);
            Assert.Equal((host.SigningKey, host.EncryptionKey), (key.SigningKey, key.EncryptionKey));
            Assert.True(await host.Services.Watch.CheckAsync(CancellationToken.None).Bound());
        }
        ulong nonce = await client.GetTransactionCountAsync(AnvilWorld.Host.Address, BlockTag.Latest, CancellationToken.None);
        await using (ShardNodeHost again = await ShardNodeHost.StartAsync(options, CancellationToken.None).Bound())
            Assert.Equal(nonce, await client.GetTransactionCountAsync(AnvilWorld.Host.Address, BlockTag.Latest, CancellationToken.None));
        await AssertSessionsAsync(world);
        FailureException wrong = await Assert.ThrowsAsync<FailureException>(
            () => ShardNodeHost.StartAsync(options with { ChainId = 5 }, CancellationToken.None).Bound());
        Assert.Equal("wrong_chain", wrong.Code);
    }

    private static async Task AssertSessionsAsync(AnvilWorld world)
    {
        Address session = PrivateKey.Generate().Address;
        ulong later = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1_000;
        (EthereumClient client, Deployment deployment, ContractChainView view) = (world.Client, world.Deployment, world.View);
        Assert.Null(await view.GetSessionAsync(AnvilWorld.User.Address, AnvilWorld.Owner.Address, CancellationToken.None).Bound());
        CreditsContract credits = new(client, deployment.Credits);
        await world.SendAsync(AnvilWorld.User, credits.Address, credits.AuthorizeSession(session, 77, later));

        var grant = await view.GetSessionAsync(AnvilWorld.User.Address, session, CancellationToken.None).Bound();

        Assert.Equal(((UInt128)77, later, 0ul), (grant!.Cap, grant.ExpiresAt, grant.RevokedAt));
        ContractChainView dead = new(new EthereumClient(new JsonRpcClient(new Uri("http://127.0.0.1:1/"), new JsonRpcOptions { MaxAttempts = 1 })), deployment.Rollup, TimeProvider.System);
        await Assert.ThrowsAsync<ChainUnavailableException>(() => dead.GetSessionAsync(AnvilWorld.User.Address, session, CancellationToken.None).Bound());
    }
}
