namespace TeeTee.Cli.Devnet;

/// <summary>Where a development network keeps what.</summary>
internal sealed class DevnetFolder(string root)
{
    /// <summary>The folder itself, absolute.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>The contracts' addresses.</summary>
    public string Deployment => Path.Combine(Root, "deployment.json");

    /// <summary>API keys of the gateway.</summary>
    public string ApiKeys => Path.Combine(Root, "api-keys.json");

    /// <summary>The API key of the demo user in clear, mode 600, for people to copy.</summary>
    public string ApiKey => Path.Combine(Root, "api-key");

    /// <summary>State of anvil.</summary>
    public string Chain => Path.Combine(Root, "anvil.json");

    /// <summary>PKI of the simulated TEE, shared by all shards.</summary>
    public string SimulatedPki => Path.Combine(Root, "simulated-tee");

    /// <summary>Root certificate that quotes are checked against.</summary>
    public string TrustedRoot => Path.Combine(SimulatedPki, "root.pem");

    /// <summary>Collateral of the simulated TEE.</summary>
    public string Collateral => Path.Combine(SimulatedPki, "collateral.json");

    /// <summary>Policy of the shards' quotes: their simulated image and no other.</summary>
    public string Policy => Path.Combine(Root, "policy.json");

    /// <summary>A role's key file.</summary>
    public string Key(string role) => Path.Combine(Root, "keys", role + ".key");

    /// <summary>The verifier's X25519 key, with which it reads confidential jobs.</summary>
    public string AuditKey => Key("audit");

    /// <summary>A service's own folder.</summary>
    public string Service(string name) => Path.Combine(Root, name);

    /// <summary>A service's log.</summary>
    public string Log(string name) => Path.Combine(Root, "logs", name + ".log");
}
