using TeeTee.Attestation.Encryption;
using TeeTee.Ethereum;
using TeeTee.Primitives;

namespace TeeTee.Cli.Devnet;

/// <summary>The keys of a development network: drawn once, kept in files with mode 600.</summary>
internal sealed class DevnetKeys
{
    private DevnetKeys(DevnetFolder folder, int shards)
    {
        Deployer = LoadOrCreate(folder.Key("deployer"));
        Sequencer = LoadOrCreate(folder.Key("sequencer"));
        User = LoadOrCreate(folder.Key("user"));
        Session = LoadOrCreate(folder.Key("session"));
        Challenger = LoadOrCreate(folder.Key("challenger"));
        using EnclaveEncryptionKey audit = EnclaveEncryptionKey.LoadOrCreate(folder.AuditKey);
        Audit = new Bytes32(audit.PublicKey.Span);
        Operators = [.. Enumerable.Range(0, shards).Select(i => LoadOrCreate(folder.Key(OperatorRole(i))))];
    }

    /// <summary>Deploys the contracts and lists the model.</summary>
    public PrivateKey Deployer { get; }

    /// <summary>Signs answers and posts batches.</summary>
    public PrivateKey Sequencer { get; }

    /// <summary>Deposits credit and asks.</summary>
    public PrivateKey User { get; }

    /// <summary>Signs for the user inside the gateway.</summary>
    public PrivateKey Session { get; }

    /// <summary>Pays the verifier's bonds and gas, and gets its bounties.</summary>
    public PrivateKey Challenger { get; }

    /// <summary>X25519 key of the verifier, for users who let it audit confidential jobs.</summary>
    public Bytes32 Audit { get; }

    /// <summary>One host per shard.</summary>
    public IReadOnlyList<PrivateKey> Operators { get; }

    /// <summary>The role name of a shard's operator.</summary>
    public static string OperatorRole(int shard) => $"operator-{shard}";

    /// <summary>Everyone who sends transactions.</summary>
    public IEnumerable<PrivateKey> Senders => [Deployer, Sequencer, User, Challenger, .. Operators];

    /// <summary>Reads the keys, drawing those that are missing.</summary>
    /// <exception cref="KeyFileException">A key file is unreadable or open to others.</exception>
    public static DevnetKeys LoadOrCreate(DevnetFolder folder, int shards) => new(folder, shards);

    private static PrivateKey LoadOrCreate(string path)
    {
        if (File.Exists(path))
            return KeyFile.Load(path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        PrivateKey key = PrivateKey.Generate();
        KeyFile.CreateHex(path, key);
        return key;
    }
}
