using TeeTee.Primitives;

namespace TeeTee.Gateway.Sessions;

/// <summary>What one API key may do: sign for one user up to a cap.</summary>
/// <param name="Name">For people and logs.</param>
/// <param name="KeyHash">Hash of the API key.</param>
/// <param name="Signer">Signs for the user.</param>
public sealed record GatewaySession(string Name, Bytes32 KeyHash, JobSigner Signer);
