using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>The address that a creating transaction gives its contract.</summary>
public static class ContractAddress
{
    /// <summary>The last 20 bytes of keccak256(rlp([sender, nonce])) (Yellow Paper, section 7).</summary>
    public static Address Create(Address sender, ulong nonce)
    {
        byte[] encoded = Rlp.Encode(RlpItem.FromList(RlpItem.FromBytes(sender.ToArray()), RlpItem.FromNumber((UInt128)nonce)));
        return new Address(Keccak256.Hash(encoded).ToArray().AsSpan(12));
    }
}
