using TeeTee.Primitives;
using TeeTee.Rollup.Abi;

namespace TeeTee.RollupContracts;

/// <summary>Evidence for the DevQuoteVerifier: a quote that an allowed attestor has verified and signed for.</summary>
public static class DevEvidence
{
    private const string Tag = "TeeTee dev evidence v1";

    /// <summary><c>abi.encode(uint64 expiresAt, bytes quote, bytes signature)</c>.</summary>
    /// <param name="reportData">The 64 bytes that the quote carries.</param>
    /// <param name="expiresAt">Unix seconds until which the key may be valid.</param>
    public static byte[] Create(
        ulong chainId, Address verifier, byte[] reportData, ReadOnlySpan<byte> quote, ulong expiresAt, IDigestSigner attestor)
    {
        ArgumentNullException.ThrowIfNull(reportData);
        ArgumentNullException.ThrowIfNull(attestor);
        Signature signature = attestor.Sign(Digest(chainId, verifier, reportData, quote, expiresAt));
        return new TupleWriter().Number(expiresAt).Blob(quote).Blob(signature.ToArray()).ToArray();
    }

    private static Bytes32 Digest(ulong chainId, Address verifier, ReadOnlySpan<byte> reportData, ReadOnlySpan<byte> quote, ulong expiresAt)
    {
        TupleWriter words = new();
        words.Text(Tag).Number(chainId).Account(verifier).Hash(new Bytes32(reportData[..32])).Hash(new Bytes32(reportData[32..]));
        return Keccak256.Hash(words.Number(expiresAt).Hash(Keccak256.Hash(quote)).ToArray());
    }
}
