using TeeTee.Inference.Disputes;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Inference.Models.Packed;
using TeeTee.Inference.Tests.Engine;
using TeeTee.Inference.Tests.Support;
using TeeTee.Primitives;

namespace TeeTee.Inference.Tests.Models.Packed;

public sealed class PackedCacheTests : IDisposable
{
    private readonly PackedModelFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_SecondTime_ReadsThePackedFileAloneAndGivesTheSame()
    {
        Assert.Equal(_folder.Expected, _folder.Run());
        Assert.Equal([LoadStage.Packing, LoadStage.Loading], _folder.Stages.Order());
        byte[] first = File.ReadAllBytes(_folder.PackedPath);
        _folder.Stages.Clear();
        Assert.Equal(_folder.Expected, _folder.Run());
        Assert.Equal([LoadStage.Loading], _folder.Stages);
        Assert.Equal(first, File.ReadAllBytes(_folder.PackedPath));
        Assert.Empty(_folder.Warnings);
        Assert.Equal(["model.gguf", "model.gguf.teetee"], _folder.Files());
    }

    [Fact]
    public void Open_MatricesOfNarrowQuants_ArePackedInFourBits()
    {
        _folder.Run();
        (PackedHeader header, TensorPlace[] order) = ReadHeader();
        string[] narrow = [.. order.Where((_, i) => header.Packings[i] == (byte)WeightPacking.Q4).Select(place => place.Role.GgufName(place.Layer))];
        Assert.Equal(["token_embd.weight", "blk.0.attn_q.weight", "blk.1.attn_v.weight", "blk.2.ffn_gate.weight"], narrow);
        Assert.Contains((byte)WeightPacking.Q8, header.Packings);
    }

    [Fact]
    public void Open_WithoutCache_WritesNothing()
    {
        Assert.Equal(_folder.Expected, _folder.Run(_folder.Options with { UseCache = false }));
        Assert.Equal(_folder.Expected, _folder.Run(_folder.Options with { LeastBytes = 1 << 30 }));
        Assert.Equal(["model.gguf"], _folder.Files());
        Assert.Equal([LoadStage.Hashing, LoadStage.Loading], _folder.Stages.Order());
    }

    [Fact]
    public void Open_OtherFolder_NamesFilesByContent()
    {
        using PackedModelFolder other = new(PackedModelFolder.Shape with { Seed = 8 });
        string cache = Directory.CreateDirectory(Path.Combine(_folder.Folder, "cache")).FullName;
        Assert.Equal(_folder.Expected, _folder.Run(_folder.Options with { CacheFolder = cache }));
        Assert.Equal(other.Expected, other.Run(other.Options with { CacheFolder = cache }));
        Assert.Equal(2, Directory.GetFiles(cache, "model.gguf.*.teetee").Length);
        Assert.Equal(["model.gguf"], _folder.Files());
        File.Copy(_folder.ModelPath, Path.Combine(other.Folder, "model.gguf"), overwrite: true);
        other.Run(other.Options with { CacheFolder = cache });
        Assert.Equal(2, Directory.GetFiles(cache).Length);
        Assert.Empty(_folder.Warnings);
    }

    [Fact]
    public void WeightTree_OverThePackedFile_OpensPagesOfTheModelFile()
    {
        _folder.Run();
        _folder.Stages.Clear();
        using CanonicalModel model = _folder.Open();
        WeightTree tree = WeightTree.Build(model, CancellationToken.None);
        Assert.Empty(_folder.Stages);
        Assert.Equal(_folder.Expected.Identity.WeightsRoot, tree.Root);
        CanonicalTensor tensor = model.GetTensor(TensorRole.FeedForwardDown, 2);
        Assert.Equal(WeightPage.Content(tensor, 7, 0).ToArray(), tree.Prove(tensor.TensorId, 7, 0).Content);
    }

    [Fact]
    public void Import_WithSubstitution_KeepsOutOfThePackedFile()
    {
        _folder.Run();
        using CanonicalModel model = CanonicalModel.Import(_folder.ModelPath, (role, layer, read) => role != TensorRole.AttentionNorm
            ? read(role, layer)
            : new CanonicalTensor(role, layer, CanonicalType.F32, 1, PackedModelFolder.Shape.Embedding, new byte[4 * PackedModelFolder.Shape.Embedding]));
        Assert.NotEqual(_folder.Expected.Identity.WeightsRoot, model.ComputeIdentity(CancellationToken.None).WeightsRoot);
        using ShardModel shard = ShardModel.Load(model, new LayerRange(0, 1), 1);
        Assert.All(shard.Layer(0).AttentionNorm, element => Assert.Equal(0f, element));
    }

    [Fact]
    public void Load_PartOfTheLayers_ChecksThatPartAndTheWholeRoot()
    {
        _folder.Run();
        Flip(Section(TensorRole.FeedForwardUp, 2).Offset + 100);
        using (CanonicalModel model = _folder.Open())
        {
            using ShardModel upper = ShardModel.Load(model, new LayerRange(0, 2), 2);
            Assert.Equal(_folder.Expected.Identity, model.ComputeIdentity(CancellationToken.None));
            Assert.Empty(_folder.Warnings);
            using ShardModel lower = ShardModel.Load(model, new LayerRange(2, 1), 2);
            Assert.Contains("FeedForwardUp of layer 2", Assert.Single(_folder.Warnings), StringComparison.Ordinal);
        }
        Assert.Equal(_folder.Expected, _folder.Run());
        Assert.Single(_folder.Warnings);
    }

    [Theory]
    [InlineData("magic")]
    [InlineData("format version")]
    [InlineData("packing version")]
    [InlineData("source")]
    [InlineData("identity")]
    [InlineData("packings")]
    [InlineData("header's hash")]
    [InlineData("header's padding")]
    [InlineData("first leaf")]
    [InlineData("last leaf")]
    [InlineData("leaves' padding")]
    [InlineData("cosines")]
    [InlineData("sines")]
    [InlineData("table's padding")]
    [InlineData("norm")]
    [InlineData("four-bit quant")]
    [InlineData("quant")]
    [InlineData("scale")]
    [InlineData("unused row")]
    [InlineData("matrix's padding")]
    [InlineData("last byte")]
    public void Run_OneByteChanged_IsFoundAndThePackedFileMadeAgain(string where)
    {
        _folder.Run();
        byte[] sound = File.ReadAllBytes(_folder.PackedPath);
        Flip(Place(where, sound.Length));
        Assert.Equal(_folder.Expected, _folder.Run());
        Assert.Contains("is made again", Assert.Single(_folder.Warnings), StringComparison.Ordinal);
        Assert.Equal(sound, File.ReadAllBytes(_folder.PackedPath));
    }

    [Fact]
    public void Run_RandomByteChanged_IsFound()
    {
        _folder.Run();
        byte[] sound = File.ReadAllBytes(_folder.PackedPath);
        Random random = new(4);
        for (int i = 0; i < 30; i++)
        {
            _folder.Warnings.Clear();
            Flip(random.Next(sound.Length));
            Assert.Equal(_folder.Expected, _folder.Run());
            Assert.Single(_folder.Warnings);
            Assert.Equal(sound, File.ReadAllBytes(_folder.PackedPath));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(300)]
    [InlineData(5000)]
    [InlineData(-4096)]
    [InlineData(-1)]
    [InlineData(1)]
    public void Run_CutOrLengthened_IsFoundAndThePackedFileMadeAgain(int length)
    {
        _folder.Run();
        byte[] sound = File.ReadAllBytes(_folder.PackedPath);
        using (FileStream file = File.OpenWrite(_folder.PackedPath))
            file.SetLength(length is > 1 or 0 ? length : sound.Length + length);
        Assert.Equal(_folder.Expected, _folder.Run());
        Assert.Single(_folder.Warnings);
        Assert.Equal(sound, File.ReadAllBytes(_folder.PackedPath));
    }

    [Fact]
    public void Load_FileCutWhileItIsOpen_IsFoundAndThePackedFileMadeAgain()
    {
        _folder.Run();
        using CanonicalModel model = _folder.Open();
        model.ComputeIdentity(CancellationToken.None);
        using (FileStream file = new(_folder.PackedPath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(20_000);
        Assert.Equal(_folder.Expected, PackedModelFolder.Run(model));
        Assert.Contains("ends at byte", Assert.Single(_folder.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_HeaderOfAnotherModel_IsNotBelieved()
    {
        _folder.Run();
        byte[] bytes = File.ReadAllBytes(_folder.PackedPath);
        (PackedHeader header, TensorPlace[] order) = ReadHeader();
        ModelIdentity other = header.Identity with { ModelId = Sha256.Hash([1]) };
        (header with { Identity = other }).Encode().CopyTo(bytes, 0);
        File.WriteAllBytes(_folder.PackedPath, bytes);
        Assert.Equal(other, PackedHeader.Parse(bytes.AsSpan(0, PackedHeader.Bytes(order.Length)), order.Length).Identity);
        Assert.Equal(_folder.Expected, _folder.Run());
        Assert.Contains(other.ModelId.ToString(), Assert.Single(_folder.Warnings), StringComparison.Ordinal);
    }

    // Leaves, root and bytes agree here, so only the rules of the import are left to refuse what kernels are not made for.
    [Theory]
    [InlineData(TensorRole.AttentionNorm)]
    [InlineData(TensorRole.FeedForwardUp)]
    public void Load_ConsistentFileOfWeightsThatAreNotFinite_IsRefused(TensorRole infinite)
    {
        using CanonicalModel other = CanonicalModel.Import(_folder.ModelPath, (role, layer, read) =>
        {
            CanonicalTensor tensor = read(role, layer);
            byte[] bytes = tensor.Data.ToArray();
            if (role == infinite)
                Convert.FromHexString(tensor.Type == CanonicalType.F32 ? "0000807F" : "007C").CopyTo(bytes, 0);
            return new CanonicalTensor(role, layer, tensor.Type, tensor.Rows, tensor.Columns, bytes);
        });
        using (GgufFile file = GgufFile.Open(_folder.ModelPath))
        using (FileOutput output = new(_folder.PackedPath))
        using (WorkerPool pool = new(1))
            PackedFileWriter.Write(other, SourceStamp.Of(file)!.Value, output, pool, new LoadMeter(null, LoadStage.Packing, 1), CancellationToken.None);
        using CanonicalModel model = _folder.Open();
        Assert.Equal(other.ComputeIdentity(CancellationToken.None), model.ComputeIdentity(CancellationToken.None));
        Assert.Throws<ModelException>(() => ShardModel.Load(model, new LayerRange(0, 1), 2));
        Assert.Contains("not finite", Assert.Single(_folder.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_ModelFileChangedWithTheSameLength_IsFoundAndThePackedFileMadeAgain(bool sameDate)
    {
        _folder.Run();
        DateTime written = File.GetLastWriteTimeUtc(_folder.ModelPath);
        using PackedModelFolder other = new(PackedModelFolder.Shape with { Seed = 8 });
        byte[] bytes = File.ReadAllBytes(other.ModelPath);
        Assert.Equal(new FileInfo(_folder.ModelPath).Length, bytes.Length);
        File.WriteAllBytes(_folder.ModelPath, bytes);
        File.SetLastWriteTimeUtc(_folder.ModelPath, sameDate ? written : written.AddSeconds(1));
        Assert.Equal(other.Expected, _folder.Run());
        Assert.Contains("has changed since", Assert.Single(_folder.Warnings), StringComparison.Ordinal);
        Assert.Equal(other.Expected, _folder.Run());
    }

    [Fact]
    public void Run_OneWeightChangedUnderTheSameDate_IsFoundAndThePackedFileMadeAgain()
    {
        _folder.Run();
        DateTime written = File.GetLastWriteTimeUtc(_folder.ModelPath);
        byte[] bytes = File.ReadAllBytes(_folder.ModelPath);
        bytes[^1] ^= 1;
        File.WriteAllBytes(_folder.ModelPath, bytes);
        File.SetLastWriteTimeUtc(_folder.ModelPath, written);
        Assert.NotEqual(_folder.Expected.Identity, _folder.Run().Identity);
        Assert.Contains("has changed since", Assert.Single(_folder.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ModelFileExchangedAndPackedFileDamaged_IsRefused()
    {
        _folder.Run();
        using PackedModelFolder other = new(PackedModelFolder.Shape with { Seed = 8 });
        using CanonicalModel model = _folder.Open();
        model.ComputeIdentity(CancellationToken.None);
        Flip(Section(TensorRole.Output, -1).Offset);
        using (FileStream file = new(_folder.ModelPath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.Write(File.ReadAllBytes(other.ModelPath));
        Assert.Contains("Start again", Assert.Throws<ModelException>(() => PackedModelFolder.Run(model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_SeveralAtOnce_MakeOnePackedFile()
    {
        PackedModelFolder.Outcome[] outcomes = new PackedModelFolder.Outcome[4];
        Thread[] starts = [.. Enumerable.Range(0, outcomes.Length).Select(i => new Thread(() => outcomes[i] = _folder.Run()))];
        Array.ForEach(starts, thread => thread.Start());
        Array.ForEach(starts, thread => thread.Join());
        Assert.All(outcomes, outcome => Assert.Equal(_folder.Expected, outcome));
        Assert.All(_folder.Warnings, warning => Assert.Contains("waiting", warning, StringComparison.Ordinal));
        Assert.Equal(["model.gguf", "model.gguf.teetee"], _folder.Files());
    }

    [Fact]
    public void Open_WhileAnotherProcessPacks_WaitsAndCanBeCanceled()
    {
        using CanonicalModel model = _folder.Open();
        using (PackedFileLock.Acquire(_folder.PackedPath, null, CancellationToken.None))
        {
            using CancellationTokenSource soon = new(TimeSpan.FromMilliseconds(30));
            Assert.Throws<OperationCanceledException>(() => model.ComputeIdentity(soon.Token));
            Assert.Contains("waiting for it", Assert.Single(_folder.Warnings), StringComparison.Ordinal);
        }
        Assert.Equal(_folder.Expected, PackedModelFolder.Run(model));
        Assert.Equal(["model.gguf", "model.gguf.teetee"], _folder.Files());
    }

    [Fact]
    public void Open_LeftoversOfAKilledProcess_AreRemoved()
    {
        File.WriteAllBytes(_folder.PackedPath + ".0123.tmp", new byte[10]);
        File.WriteAllBytes(_folder.PackedPath + ".lock", []);
        Assert.Equal(_folder.Expected, _folder.Run());
        Assert.Equal(["model.gguf", "model.gguf.teetee"], _folder.Files());
    }

    [Fact]
    public void Open_Canceled_LeavesNothing()
    {
        using CanonicalModel model = _folder.Open();
        Assert.Throws<OperationCanceledException>(() => model.ComputeIdentity(new CancellationToken(true)));
        Assert.Equal(["model.gguf"], _folder.Files());
        Assert.Equal(_folder.Expected, PackedModelFolder.Run(model));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    [InlineData(long.MaxValue)]
    public void Run_DiskFull_WarnsAndGoesOnWithout(long room)
    {
        ModelStoreOptions options = _folder.Options with { CreateOutput = path => new FullDisk(path, room) };
        Assert.Equal(_folder.Expected, _folder.Run(options));
        string warning = Assert.Single(_folder.Warnings);
        Assert.Contains("cannot be written", warning, StringComparison.Ordinal);
        Assert.Contains("No space left on device", warning, StringComparison.Ordinal);
        Assert.Equal(["model.gguf"], _folder.Files());
    }

    [LinuxFact]
    public void Run_FolderThatTakesNoFile_WarnsAndGoesOnWithout()
    {
        string[] folders = ["/proc", "/dev/null", "/nowhere"];
        foreach (string cache in folders)
            Assert.Equal(_folder.Expected, _folder.Run(_folder.Options with { CacheFolder = cache }));
        Assert.Equal(folders.Length, _folder.Warnings.Count);
        Assert.All(_folder.Warnings, warning => Assert.Contains("cannot be written", warning, StringComparison.Ordinal));
    }

    /// <summary>A file of the real system, and writes to /dev/full once the room is used.</summary>
    private sealed class FullDisk(string path, long room) : IPackedOutput
    {
        private readonly FileOutput _file = new(path);
        private long _room = room;

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            if (Interlocked.Add(ref _room, -bytes.Length) < 0)
                throw Full();
            _file.Write(offset, bytes);
        }

        public void Finish(long length) => throw Full();

        public void Dispose() => _file.Dispose();

        private static IOException Full()
        {
            if (!OperatingSystem.IsLinux())
                return new IOException("No space left on device");
            using Microsoft.Win32.SafeHandles.SafeFileHandle full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
            return Assert.ThrowsAny<IOException>(() => RandomAccess.Write(full, new byte[1], 0));
        }
    }

    private (PackedHeader Header, TensorPlace[] Order) ReadHeader()
    {
        using CanonicalModel model = CanonicalModel.Import(_folder.ModelPath);
        TensorPlace[] order = [.. PackedLayout.Order(model.Map)];
        byte[] bytes = File.ReadAllBytes(_folder.PackedPath);
        return (PackedHeader.Parse(bytes.AsSpan(0, PackedHeader.Bytes(order.Length)), order.Length), order);
    }

    private PackedSection Section(TensorRole role, int layer)
    {
        (PackedHeader header, TensorPlace[] order) = ReadHeader();
        using CanonicalModel model = CanonicalModel.Import(_folder.ModelPath);
        PackedLayout layout = new(model.Map);
        for (int i = 0; i < order.Length; i++)
            layout.Append(order[i], (WeightPacking)header.Packings[i]);
        return layout.Find(model.Map.Find(role, layer));
    }

    private long Place(string where, long length)
    {
        (_, TensorPlace[] order) = ReadHeader();
        int header = PackedHeader.Bytes(order.Length);
        long leaves = PackedLayout.PageEnd(header);
        int count = order.Sum(place => place.Leaves);
        PackedSection key = Section(TensorRole.AttentionKey, 1);
        return where switch
        {
            "magic" => 3,
            "format version" => 8,
            "packing version" => 12,
            "source" => 20,
            "identity" => 200,
            "packings" => header - 40,
            "header's hash" => header - 1,
            "header's padding" => header,
            "first leaf" => leaves,
            "last leaf" => leaves + (long)count * Bytes32.Size - 1,
            "leaves' padding" => leaves + (long)count * Bytes32.Size,
            "cosines" => Section(TensorRole.RopeCosines, -1).Offset + 17,
            "sines" => Section(TensorRole.RopeSines, -1).End - 1,
            "table's padding" => Section(TensorRole.RopeSines, -1).End,
            "norm" => Section(TensorRole.OutputNorm, -1).Offset,
            "four-bit quant" => Section(TensorRole.TokenEmbedding, -1).Offset + 1234,
            "quant" => Section(TensorRole.FeedForwardUp, 2).Offset + 99,
            "scale" => Section(TensorRole.FeedForwardUp, 2).Offset + 513,
            // 24 rows: the second tile has 8 that the matrix has not.
            "unused row" => key.Offset + key.Bytes / 2 + 15 * 4,
            "matrix's padding" => key.End,
            "last byte" => length - 1,
            _ => throw new ArgumentOutOfRangeException(nameof(where), where, null),
        };
    }

    private void Flip(long at)
    {
        using FileStream file = new(_folder.PackedPath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = at;
        int value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 0x10));
    }
}
