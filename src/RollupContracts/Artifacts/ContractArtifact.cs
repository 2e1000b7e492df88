using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>A compiled contract as it is committed below contracts/artifacts: its interface and its creation code.</summary>
public sealed class ContractArtifact
{
    private static readonly ConcurrentDictionary<string, ContractArtifact> s_loaded = new();

    private readonly FrozenDictionary<string, AbiFunction> _functions;

    private ContractArtifact(string name, JsonElement root)
    {
        Name = name;
        JsonElement[] abi = [.. root.GetProperty("abi").EnumerateArray()];
        _functions = Of(abi, "function").ToFrozenDictionary(AbiJson.Name, e => AbiFunction.Parse(AbiJson.Function(e)));
        Events = [.. Of(abi, "event").Select(e => AbiEvent.Parse(AbiJson.Event(e)))];
        Errors = [.. Of(abi, "error").Select(e => AbiError.Parse(AbiJson.Error(e)))];
        ConstructorInputs = [.. Of(abi, "constructor").SelectMany(AbiJson.InputTypes).Select(AbiType.Parse)];
        CreationCode = root.TryGetProperty("bytecode", out JsonElement code) ? Hex.Decode(code.GetString()) : [];
    }

    /// <summary>The contract's name.</summary>
    public string Name { get; }

    /// <summary>Its events.</summary>
    public IReadOnlyList<AbiEvent> Events { get; }

    /// <summary>Its errors.</summary>
    public IReadOnlyList<AbiError> Errors { get; }

    /// <summary>Types of its constructor's arguments.</summary>
    public IReadOnlyList<AbiType> ConstructorInputs { get; }

    /// <summary>Creation code without arguments; empty of an interface.</summary>
    public ReadOnlyMemory<byte> CreationCode { get; }

    /// <summary>A committed artifact.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static ContractArtifact Load(string name) => s_loaded.GetOrAdd(name, Read);

    /// <summary>A function by name; overloads do not occur in these contracts.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public AbiFunction Function(string name) => _functions.TryGetValue(name, out AbiFunction? function)
        ? function
        : throw new ArgumentException($"{Name} has no function {name}.", nameof(name));

    /// <summary>The name of the function that calldata calls; null if it is none of the contract's.</summary>
    public string? NameOf(ReadOnlySpan<byte> calldata)
    {
        foreach (AbiFunction function in _functions.Values)
        {
            if (calldata.StartsWith(function.Selector))
                return function.Name;
        }

        return null;
    }

    /// <summary>An event by name.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public AbiEvent Event(string name) => Events.FirstOrDefault(e => e.Name == name)
        ?? throw new ArgumentException($"{Name} has no event {name}.", nameof(name));

    /// <summary>Creation code with encoded arguments: the data of a deploying transaction.</summary>
    public byte[] Deploy(params object[] arguments) =>
        [.. CreationCode.Span, .. AbiCodec.Encode(ConstructorInputs, arguments)];

    private static ContractArtifact Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"artifacts/{name}.json")
            ?? throw new ArgumentException($"There is no contract {name}.", nameof(name));
        using JsonDocument document = JsonDocument.Parse(stream);
        return new ContractArtifact(name, document.RootElement);
    }

    private static IEnumerable<JsonElement> Of(JsonElement[] abi, string kind) =>
        abi.Where(e => e.GetProperty("type").GetString() == kind);
}
