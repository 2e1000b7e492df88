using System.Buffers.Binary;
using System.Text.Json;
using TeeTee.Cli.Tests.Support;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Tests;

public sealed class ModelImportCommandTests : IDisposable
{
    private const int Width = 32;
    private const int Vocabulary = 260;
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-import-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Source => Path.Combine(_folder, "small");

    private string Target => Path.Combine(_folder, "small.gguf");

    [Fact]
    public async Task Import_SmallDirectory_RunsAndSaysWhatItIs()
    {
        WriteModel();

        CommandRun run = await CommandRun.RunAsync("model", "import", Source, "--out", Target, "--type", "f16", "--json");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Equal(("small", "qwen3", "f16", new FileInfo(Target).Length), (
            run.Json.GetProperty("name").GetString(), run.Json.GetProperty("architecture").GetString(), run.Json.GetProperty("type").GetString(), run.Json.GetProperty("fileBytes").GetInt64()));
        Assert.Contains("100 %", run.Progress, StringComparison.Ordinal);
        JsonElement answer = (await CommandRun.RunAsync("run", "--model", Target, "--prompt", "the", "--max-tokens", "2", "--json")).Json;
        Assert.Equal(2, answer.GetProperty("tokens").GetArrayLength());
        (await CommandRun.RunAsync("model", "import", Source, "--out", Target, "--json")).ShouldFail(ExitCode.Usage, "file_exists");
    }

    [Fact]
    public async Task Import_WhatItCannotRead_IsNamedAndLeavesNothing()
    {
        (await CommandRun.RunAsync("model", "import", Source, "--out", Target, "--json")).ShouldFail(ExitCode.Model, "bad_model");
        WriteModel();
        (await CommandRun.RunAsync("model", "import", Source, "--out", Target, "--type", "q2_k", "--json")).ShouldFail(ExitCode.Usage, "bad_setting");
        (await CommandRun.RunAsync("model", "import", Source, "--out", Target, "--threads", "0", "--json")).ShouldFail(ExitCode.Usage, "bad_setting");
        (await CommandRun.RunAsync("model", "import", Source, "--out", Path.Combine(_folder, "none", "x.gguf"), "--json")).ShouldFail(ExitCode.Configuration, "file_unwritable");
        string weights = Path.Combine(Source, "model.safetensors");
        File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..^2]);
        CommandRun run = await CommandRun.RunAsync("model", "import", Source, "--out", Target, "--json");
        run.ShouldFail(ExitCode.Model, "bad_model");
        Assert.Contains("model.safetensors (Header): tensor", run.Progress, StringComparison.Ordinal);
        Assert.Equal([Source], Directory.GetFileSystemEntries(_folder));
    }

    private void WriteModel()
    {
        Directory.CreateDirectory(Source);
        Write("config.json", new
        {
            model_type = "qwen3", hidden_size = Width, intermediate_size = Width, num_hidden_layers = 1, num_attention_heads = 2, num_key_value_heads = 1, head_dim = 16,
            vocab_size = Vocabulary, max_position_embeddings = 64, rms_norm_eps = 1e-6, tie_word_embeddings = true,
        });
        Dictionary<string, int> vocabulary = Enumerable.Range(0, 256).ToDictionary(static value => $"<0x{value:X2}>", static value => value + 3);
        (vocabulary["<unk>"], vocabulary["<s>"], vocabulary["</s>"]) = (0, 1, 2);
        Write("tokenizer.json", new
        {
            added_tokens = new[] { new { id = 0, content = "<unk>", special = true }, new { id = 1, content = "<s>", special = true }, new { id = 2, content = "</s>", special = true } },
            pre_tokenizer = new { type = "Metaspace", replacement = "\u2581", prepend_scheme = "never", split = false },
            model = new { type = "BPE", byte_fallback = true, unk_token = "<unk>", vocab = vocabulary, merges = Array.Empty<string>() },
        });
        Write("tokenizer_config.json", new { bos_token = "<s>", eos_token = "</s>" });
        WriteWeights();
    }

    private void WriteWeights()
    {
        Dictionary<string, int[]> shapes = new() { ["model.embed_tokens.weight"] = [Vocabulary, Width], ["model.norm.weight"] = [Width] };
        foreach ((string name, int[] shape) in new (string, int[])[]
        {
            ("input_layernorm", [Width]), ("post_attention_layernorm", [Width]), ("self_attn.q_norm", [16]), ("self_attn.k_norm", [16]),
            ("self_attn.q_proj", [Width, Width]), ("self_attn.k_proj", [16, Width]), ("self_attn.v_proj", [16, Width]), ("self_attn.o_proj", [Width, Width]),
            ("mlp.gate_proj", [Width, Width]), ("mlp.up_proj", [Width, Width]), ("mlp.down_proj", [Width, Width]),
        })
            shapes.Add($"model.layers.0.{name}.weight", shape);
        Dictionary<string, object> header = [];
        int at = 0;
        foreach ((string name, int[] shape) in shapes)
        {
            int end = at + shape.Aggregate(2, static (bytes, length) => bytes * length);
            header.Add(name, new { dtype = "BF16", shape, data_offsets = new[] { at, end } });
            at = end;
        }
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header), file = new byte[8 + json.Length + at];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, 8);
        for (int i = 8 + json.Length; i < file.Length; i += 2)
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(i), (ushort)(0x3C00 + i % 61));
        File.WriteAllBytes(Path.Combine(Source, "model.safetensors"), file);
    }

    private void Write(string name, object content) => File.WriteAllText(Path.Combine(Source, name), JsonSerializer.Serialize(content));
}
