using TeeTee.Attestation.Tests.Tls;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.ShardNode.Chain;
using TeeTee.ShardNode.Security;
using TeeTee.ShardNode.Tests.Support;

namespace TeeTee.ShardNode.Tests.Security;

public sealed class PosterDirectoryTests
{
    private readonly ManualClock _clock = new();
    private readonly FakeChain _chain = new();
    private readonly Address _poster = PrivateKey.Generate().Address;

    [Fact]
    public async Task IsActiveAsync_ChainDown_KnowsAnActivePosterForFiveMinutes()
    {
        PosterDirectory directory = new(_chain, _clock);
        _chain.Posters[_poster] = true;
        Assert.True(await AskAsync(directory));
        _chain.IsDown = true;

        _clock.Advance(TimeSpan.FromMinutes(4.9));
        bool known = await AskAsync(directory);
        _clock.Advance(TimeSpan.FromMinutes(0.2));

        Assert.True(known);
        await Assert.ThrowsAsync<ChainUnavailableException>(() => AskAsync(directory));
    }

    [Fact]
    public async Task IsActiveAsync_PosterLeaves_IsNoticedInTheBackground()
    {
        PosterDirectory directory = new(_chain, _clock);
        _chain.Posters[_poster] = true;
        Assert.True(await AskAsync(directory));
        _chain.Posters[_poster] = false;

        bool atOnce = await AskAsync(directory);
        _clock.Advance(TimeSpan.FromSeconds(16));
        for (int i = 0; i < 500 && await AskAsync(directory); i++)
            await Task.Delay(10);

        Assert.True(atOnce);
        Assert.False(await AskAsync(directory));
    }

    [Fact]
    public async Task IsActiveAsync_NewPoster_IsAskedForAgainSoon()
    {
        PosterDirectory directory = new(_chain, _clock);
        Assert.False(await AskAsync(directory));
        _chain.Posters[_poster] = true;

        bool atOnce = await AskAsync(directory);
        _clock.Advance(TimeSpan.FromSeconds(3));

        Assert.False(atOnce);
        Assert.True(await AskAsync(directory));
    }

    [Fact]
    public async Task IsActiveAsync_UnknownAndChainDown_Throws()
    {
        _chain.IsDown = true;

        await Assert.ThrowsAsync<ChainUnavailableException>(() => AskAsync(new PosterDirectory(_chain, _clock)));
    }

    [Fact]
    public async Task IsActiveAsync_ManyStrangersAsk_AKnownPosterIsNotForgotten()
    {
        PosterDirectory directory = new(_chain, _clock);
        _chain.Posters[_poster] = true;
        Assert.True(await AskAsync(directory));
        for (int i = 0; i < 300; i++)
            Assert.False(await directory.IsActiveAsync(StrangerOf(i), CancellationToken.None).Bound());
        _chain.IsDown = true;

        Assert.True(await AskAsync(directory));
    }

    [Fact]
    public async Task IsActiveAsync_ChainHangsWhileStrangersAsk_TurnsFurtherOnesAwayAndKnowsThePoster()
    {
        PosterDirectory directory = new(_chain, _clock);
        _chain.Posters[_poster] = true;
        Assert.True(await AskAsync(directory));
        TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _chain.Posting = answered.Task;
        Task<bool>[] waiting = [.. Enumerable.Range(0, 64).Select(i => directory.IsActiveAsync(StrangerOf(i), CancellationToken.None))];

        await Assert.ThrowsAsync<ChainUnavailableException>(() => directory.IsActiveAsync(StrangerOf(64), CancellationToken.None).Bound());
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await AskAsync(directory));
        answered.SetResult();

        Assert.All(await Task.WhenAll(waiting).Bound(), Assert.False);
        Assert.False(await directory.IsActiveAsync(StrangerOf(64), CancellationToken.None).Bound());
    }

    private static Address StrangerOf(int number) => new(Keccak256.Hash(BitConverter.GetBytes(number)).ToArray().AsSpan(0, Address.Size));

    private Task<bool> AskAsync(PosterDirectory directory) => directory.IsActiveAsync(_poster, CancellationToken.None).Bound();
}
