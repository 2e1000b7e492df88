using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Verifier.Storage;

/// <summary>The accounts after one batch; the root shows damage.</summary>
internal sealed record StoredState(Bytes32 BatchHash, Bytes32 Root, ImmutableArray<Account> Accounts);
