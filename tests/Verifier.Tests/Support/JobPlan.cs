using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Verifier.Tests.Support;

/// <summary>One job on its way into a batch, with a hook where its hosts may lie before they sign.</summary>
internal sealed record JobPlan(ulong Nonce)
{
    public uint[] Prompt { get; init; } = [1, 70, 12, 301, 99];

    public uint MaxOutput { get; init; } = 6;

    public bool Greedy { get; init; }

    public PrivacyMode Privacy { get; init; } = PrivacyMode.Public;

    /// <summary>To whom the client of a sealed job wraps its key beside slot 0.</summary>
    public ImmutableArray<Bytes32> Auditors { get; init; } = [];

    /// <summary>The client wraps another key than the one that the job runs under.</summary>
    public bool WrapsAnotherKey { get; init; }

    public bool IsVoid { get; init; }

    /// <summary>Changes what the hosts publish and sign: the tokens at positions 0..T and the leaf lists per slot.</summary>
    public Action<uint[], Bytes32[][]> Lie { get; init; } = (_, _) => { };

    /// <summary>The model that the hosts really run; null for the listed one.</summary>
    public HostedModel? Runs { get; init; }

    /// <summary>The model that is asked for; null for the ordinary one.</summary>
    public HostedModel? Asks { get; init; }

    /// <summary>Made-up output in place of a run.</summary>
    public ImmutableArray<uint> Invented { get; init; } = [];
}
