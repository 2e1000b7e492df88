using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Disputing;

namespace TeeTee.Verifier.Tests.Disputing;

public sealed class RecordStoreTests : IDisposable
{
    private static readonly Deployment s_deployment = new(31337, Account(1), Account(2), Account(3), Account(4), 1);

    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-records-").FullName;

    [Fact]
    public void Add_Record_IsThereAfterARestart()
    {
        DisputeRecord record = Record(7);
        new RecordStore(File, s_deployment).Add(record);

        RecordStore again = new(File, s_deployment);

        Assert.Equal(record, again.Find(record.Target));
        Assert.Equal([record], again.Disputes);
    }

    [Fact]
    public void Remove_Record_IsGoneAfterARestart()
    {
        RecordStore store = new(File, s_deployment);
        store.Add(Record(7));
        store.Add(Record(8));
        store.Remove(Record(7).Target);

        Assert.Equal([Record(8)], new RecordStore(File, s_deployment).Disputes);
    }

    [Fact]
    public void Add_Challenge_IsThereOnceAfterARestart()
    {
        RecordStore store = new(File, s_deployment);
        ChallengeRecord challenge = new(DisputeKind.DataChallenges, 3);
        store.Add(challenge);
        store.Add(challenge);

        Assert.Equal([challenge], new RecordStore(File, s_deployment).Challenges);
    }

    [Fact]
    public void GasSince_Spendings_CountsThoseFromTheSecondOn()
    {
        RecordStore store = new(File, s_deployment);
        store.AddGas(new SpentGas(100, 5, "open"));
        store.AddGas(new SpentGas(200, 7, "prove"));

        RecordStore again = new(File, s_deployment);

        Assert.Equal((UInt128)12, again.GasSince(100));
        Assert.Equal((UInt128)7, again.GasSince(101));
        Assert.Equal((UInt128)0, again.GasSince(201));
    }

    [Fact]
    public void New_FileOfAnotherDeployment_IsRefusedAndKept()
    {
        new RecordStore(File, s_deployment).Add(Record(7));
        byte[] before = System.IO.File.ReadAllBytes(File);

        FailureException fault = Assert.Throws<FailureException>(() => new RecordStore(File, s_deployment with { ChainId = 1 }));

        Assert.Equal("state_unusable", fault.Code);
        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
    }

    [Fact]
    public void New_DamagedFile_IsRefusedAndKept()
    {
        System.IO.File.WriteAllText(File, "{");

        Assert.Equal("state_unusable", Assert.Throws<FailureException>(() => new RecordStore(File, s_deployment)).Code);
        Assert.Equal("{", System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void Add_Record_IsForTheOwnersEyesAlone()
    {
        new RecordStore(File, s_deployment).Add(Record(7));

        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string File => Path.Combine(_folder, "disputes.json");

    private static DisputeRecord Record(uint position) =>
        new(new DisputeTarget(4, Keccak256.Hash("batch"u8), 1, 0, position), Keccak256.Hash("salt"u8), Keccak256.Hash("root"u8), 99);

    private static Address Account(byte last) => new([.. new byte[19], last]);
}
