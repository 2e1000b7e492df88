using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;

namespace TeeTee.RollupContracts;

/// <summary>Credits: deposits, withdrawals, sessions and claims.</summary>
public sealed class CreditsContract(EthereumClient client, Address address) : Contract(client, address, ContractNames.Credits)
{
    /// <summary>What a batch posted at <paramref name="time"/> may have a user spend in all: cumulative wei.</summary>
    public Task<UInt128> GetCreditedAsync(Address user, ulong time, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<UInt128>("creditedAt", [user, time], block, cancellationToken);

    /// <summary>What a batch posted at <paramref name="time"/> may have a host spend of its earnings in all: cumulative wei.</summary>
    public Task<UInt128> GetReservedAsync(Address owner, ulong time, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<UInt128>("reservedAt", [owner, time], block, cancellationToken);

    /// <summary>A session; null if the user never authorised the key.</summary>
    public async Task<SessionGrant?> GetSessionAsync(Address user, Address key, BlockTag block, CancellationToken cancellationToken)
    {
        object[] v = (object[])await CallAsync<object>("session", [user, key], block, cancellationToken);
        return (ulong)v[1] == 0 ? null : new SessionGrant(user, key, (UInt128)v[0], (ulong)v[2], (ulong)v[3]);
    }

    /// <summary>What the owner of a final account can claim now, in wei.</summary>
    public Task<UInt128> GetClaimableAsync(Account account, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<UInt128>("claimable", [Tuples.Of(account)], block, cancellationToken);

    /// <summary>Calldata of <c>deposit</c>; pay the amount.</summary>
    public byte[] Deposit(Address user) => Encode("deposit", user);

    /// <summary>Calldata of <c>claim</c>: an account of the last final state with its proof.</summary>
    public byte[] Claim(Account account, SparseMerkleProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        return Encode("claim", Tuples.Of(account), proof.Bitmap, Tuples.Of(proof));
    }

    /// <summary>Calldata of <c>requestWithdrawal</c>.</summary>
    public byte[] RequestWithdrawal(UInt128 amount) => Encode("requestWithdrawal", amount);

    /// <summary>Calldata of <c>withdraw</c>: the user's account in a batch that covers the request.</summary>
    public byte[] Withdraw(Address to, ulong batchIndex, Account account, SparseMerkleProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        return Encode("withdraw", to, batchIndex, Tuples.Of(account), proof.Bitmap, Tuples.Of(proof));
    }

    /// <summary>Calldata of <c>reserveEarnings</c>: earnings that the host will spend on jobs of its own.</summary>
    public byte[] ReserveEarnings(UInt128 amount, Account account, SparseMerkleProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        return Encode("reserveEarnings", amount, Tuples.Of(account), proof.Bitmap, Tuples.Of(proof));
    }

    /// <summary>Calldata of <c>authorizeSession</c>.</summary>
    public byte[] AuthorizeSession(Address key, UInt128 cap, ulong expiresAt) => Encode("authorizeSession", key, cap, expiresAt);

    /// <summary>Calldata of <c>revokeSession</c>.</summary>
    public byte[] RevokeSession(Address key) => Encode("revokeSession", key);
}
