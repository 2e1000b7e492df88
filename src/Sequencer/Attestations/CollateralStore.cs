using Dapper;
using Microsoft.Data.Sqlite;
using TeeTee.Attestation.Collateral;
using TeeTee.Hosting.Storage;
using TeeTee.Primitives;

namespace TeeTee.Sequencer.Attestations;

/// <summary>
/// Collateral that quotes were accepted by, kept by the hash of its container: what judged a quote then has run out when somebody checks a
/// receipt years later.
/// </summary>
internal sealed class CollateralStore(SqliteDatabase database)
{
    /// <summary>Keeps collateral.</summary>
    /// <returns>Keccak-256 of its container.</returns>
    public Bytes32 Keep(QuoteCollateral collateral)
    {
        byte[] container = collateral.Write();
        Bytes32 hash = Keccak256.Hash(container);
        using SqliteConnection connection = database.Connect();
        connection.Execute("INSERT OR IGNORE INTO collaterals (hash, container) VALUES (@hash, @container)", new { hash = hash.ToArray(), container });
        return hash;
    }

    /// <summary>A container, or null.</summary>
    public byte[]? Find(Bytes32 hash)
    {
        using SqliteConnection connection = database.Connect();
        return connection.ExecuteScalar<byte[]?>("SELECT container FROM collaterals WHERE hash = @hash", new { hash = hash.ToArray() });
    }
}
