using TeeTee.Primitives;

namespace TeeTee.Rollup.Requests;

/// <summary>A session key as the contract holds it (protocol section 4). Times are Unix seconds.</summary>
/// <param name="User">For whom it signs.</param>
/// <param name="Key">Address of the session key.</param>
/// <param name="Cap">Highest cumulativeMax that it may sign, in wei.</param>
/// <param name="ExpiresAt">First second at which it may no longer sign.</param>
/// <param name="RevokedAt">When the user revoked it; 0 if not.</param>
public sealed record SessionGrant(Address User, Address Key, UInt128 Cap, ulong ExpiresAt, ulong RevokedAt)
{
    /// <summary>Whether the key may sign at <paramref name="time"/>.</summary>
    public bool IsActiveAt(ulong time) => time < ExpiresAt && (RevokedAt == 0 || time < RevokedAt);
}
