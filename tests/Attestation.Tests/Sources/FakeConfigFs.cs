using System.Collections.Concurrent;
using System.Globalization;
using TeeTee.Attestation.Sources;
using TeeTee.Attestation.Sources.Simulator;

namespace TeeTee.Attestation.Tests.Sources;

/// <summary>
/// A folder of plain files that a thread of its own animates as the kernel does configfs: entries fill themselves, a write to inblob counts the
/// generation up and makes a quote. The source's own file access does all reading and writing.
/// </summary>
internal sealed class FakeConfigFs : ITsmFileSystem, IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly TemporaryFolder _folder = new();
    private readonly TsmFileSystem _files = new();
    private readonly BlockingCollection<(Action Work, TaskCompletionSource Done)> _work = [];
    private readonly Thread _kernel;

    public FakeConfigFs()
    {
        _kernel = new Thread(Run) { IsBackground = true };
        _kernel.Start();
    }

    public string Path => _folder.Path;

    public string Provider { get; set; } = "tdx_guest\n";

    /// <summary>The number of the request, from 1, to how far the generation moves when inblob is written.</summary>
    public Func<int, int> Steps { get; set; } = _ => 1;

    /// <summary>The number of the request to how far the generation moves when outblob is read.</summary>
    public Func<int, int> LateSteps { get; set; } = _ => 0;

    /// <summary>Report data to what outblob holds.</summary>
    public Func<byte[], byte[]> Quote { get; set; } = data => QuoteFixture.Source.Make(data, SimulatedQuoteShape.Ordinary);

    /// <summary>Request number and file name to the error number that using it fails with; 0 for none.</summary>
    public Func<int, string, int> Errors { get; set; } = (_, _) => 0;

    public int Requests { get; private set; }

    public List<byte[]> Written { get; } = [];

    public string[] Entries => Directory.GetDirectories(Path);

    public void CreateEntry(string path)
    {
        Requests++;
        Fail("mkdir");
        _files.CreateEntry(path);
        OnKernel(() =>
        {
            File.WriteAllText(File_(path, "provider"), Provider);
            File.WriteAllText(File_(path, "generation"), "41\n");
            File.WriteAllBytes(File_(path, "inblob"), []);
            File.WriteAllBytes(File_(path, "outblob"), []);
        });
    }

    public void RemoveEntry(string path)
    {
        OnKernel(() =>
        {
            foreach (string file in Directory.GetFiles(path))
                File.Delete(file);
        });
        _files.RemoveEntry(path);
    }

    public byte[] Read(string path, int mostBytes)
    {
        Fail(System.IO.Path.GetFileName(path));
        byte[] content = _files.Read(path, mostBytes);
        if (System.IO.Path.GetFileName(path) == "outblob")
            OnKernel(() => Count(path, LateSteps(Requests)));
        return content;
    }

    public void Write(string path, ReadOnlySpan<byte> content)
    {
        Fail(System.IO.Path.GetFileName(path));
        _files.Write(path, content);
        OnKernel(() =>
        {
            byte[] written = File.ReadAllBytes(path);
            Written.Add(written);
            Count(path, Steps(Requests));
            File.WriteAllBytes(File_(System.IO.Path.GetDirectoryName(path)!, "outblob"), Quote(written));
        });
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _kernel.Join(s_patience);
        _folder.Dispose();
        _work.Dispose();
    }

    private static void Count(string path, int steps)
    {
        string file = File_(System.IO.Path.GetDirectoryName(path)!, "generation");
        long now = long.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);
        File.WriteAllText(file, $"{now + steps}\n");
    }

    private static string File_(string entry, string name) => System.IO.Path.Combine(entry, name);

    private void Fail(string name)
    {
        int error = Errors(Requests, name);
        if (error != 0)
            throw new IOException($"error {error}", error);
    }

    private void OnKernel(Action work)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add((work, done));
        done.Task.WaitAsync(s_patience).GetAwaiter().GetResult();
    }

    private void Run()
    {
        foreach ((Action work, TaskCompletionSource done) in _work.GetConsumingEnumerable())
        {
            try
            {
                work();
                done.SetResult();
            }
            catch (Exception fault)
            {
                done.SetException(fault);
            }
        }
    }
}
