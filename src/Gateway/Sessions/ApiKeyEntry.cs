using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Sessions;

/// <summary>One API key of an <see cref="ApiKeyFile"/>.</summary>
/// <param name="Name">For people and logs; never a secret.</param>
/// <param name="KeyHash">See <see cref="ApiKey.Hash"/>.</param>
/// <param name="User">The account that pays.</param>
/// <param name="SigningKeyFile">Key file (mode 600) of the user's own or a session key; relative to the file that names it.</param>
/// <param name="Cap">Most wei that the user's cumulative spend may reach through this key.</param>
/// <param name="Payment">What pays.</param>
public sealed record ApiKeyEntry(string Name, Bytes32 KeyHash, Address User, string SigningKeyFile, UInt128 Cap, PaymentKind Payment);
