using Dapper;
using Microsoft.Data.Sqlite;
using TeeTee.Hosting.Storage;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Attestations;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Storage;
using TeeTee.Sequencer.Tests.Support;

namespace TeeTee.Sequencer.Tests.Batching;

/// <summary>Epochs that an older program stored, and what is known of newer ones.</summary>
public sealed class EpochStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-epochs-").FullName;

    private string DatabasePath => Path.Combine(_folder, "sequencer.db");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Find_EpochOfAnOlderProgram_HasNoCollateralAndIsOtherwiseWhole()
    {
        QuoteRecord record = Record(7);
        using (SqliteConnection old = SqliteDatabase.Open(DatabasePath, [.. Schema.Migrations.Take(2)]).Connect())
        {
            old.Execute(
                "INSERT INTO epochs (slot_id, operator, epoch, record, quote, digests, tee_type) VALUES (@slot, @operator, 7, @record, x'0102', @digest, 'simulated')",
                new { slot = (long)record.Slot, @operator = record.Operator.ToArray(), record = record.Encode(), digest = Keccak256.Hash([1]).ToArray() });
        }

        StoredEpoch epoch = new EpochStore(SqliteDatabase.Open(DatabasePath, Schema.Migrations)).Find(new EpochKey(record.Slot, record.Operator, 7))!;

        Assert.Equal((record, null, null), (epoch.Quote.Record, epoch.CollateralHash, epoch.VerifiedAt));
    }

    [Fact]
    public void Save_WithCollateral_IsFoundWithItsHashAndTime()
    {
        SqliteDatabase database = SqliteDatabase.Open(DatabasePath, Schema.Migrations);
        EpochStore epochs = new(database);
        CollateralStore collaterals = new(database);
        QuoteRecord record = Record(8);
        Bytes32 hash = collaterals.Keep(TestTee.Collateral);

        bool added = epochs.Save(new(record, new byte[] { 1 }), [Keccak256.Hash([1])], "simulated", hash, DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
        bool again = epochs.Save(new(record, new byte[] { 2 }), [Keccak256.Hash([2])], "tdx", Bytes32.Zero, DateTimeOffset.FromUnixTimeSeconds(1));

        StoredEpoch epoch = epochs.Find(new EpochKey(record.Slot, record.Operator, 8))!;
        Assert.Equal((true, false), (added, again));
        Assert.Equal((hash, 1_800_000_000ul, "simulated"), (epoch.CollateralHash!.Value, epoch.VerifiedAt!.Value, epoch.TeeType));
        Assert.Equal(TestTee.Collateral.Write(), collaterals.Find(collaterals.Keep(TestTee.Collateral)));
        Assert.Null(collaterals.Find(Bytes32.Zero));
    }

    private static QuoteRecord Record(ulong epoch) => new(
        TestWorld.ModelId, 7, TestWorld.User.Address, epoch, Keccak256.Hash([3]), TestWorld.Stranger.Address, Keccak256.Hash([4]), Keccak256.Hash([5]));
}
