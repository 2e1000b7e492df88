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

    private Task<bool> AskAsync(PosterDirectory directory) => directory.IsActiveAsync(_poster, CancellationToken.None).Bound();
}
