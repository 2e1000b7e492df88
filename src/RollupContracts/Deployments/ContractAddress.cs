using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>The address that a creating transaction gives its contract.</summary>
public static class ContractAddress
{
    /// <summary>The last 20 bytes of keccak256(rlp([sender, nonce])) (Yellow Paper, section 7).</summary>
    public static Address Create(Address sender, ulong nonce)
    {
        byte[] number = nonce == 0 ? [] : Hex.Decode(nonce.ToString("x").Length % 2 == 0 ? $"0x{nonce:x}" : $"0x0{nonce:x}");
        byte[] item = number.Length == 1 && number[0] < 0x80 ? number : [(byte)(0x80 + number.Length), .. number];
        byte[] payload = [0x80 + Address.Size, .. sender.ToArray(), .. item];
        return new Address(Keccak256.Hash([(byte)(0xc0 + payload.Length), .. payload]).ToArray().AsSpan(12));
    }
}
