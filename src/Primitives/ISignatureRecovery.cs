namespace TeeTee.Primitives;

/// <summary>Finds the signer of a digest. Pure, so that what decides money can depend on it.</summary>
public interface ISignatureRecovery
{
    /// <summary>The signer's address, or null if r or s is out of range, s is high, or no key matches.</summary>
    Address? Recover(Bytes32 digest, Signature signature);
}
