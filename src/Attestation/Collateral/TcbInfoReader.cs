using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Collateral;

/// <summary>Reads <see cref="TcbInfo"/> member by member. Unknown members are ignored: Intel adds some within a version.</summary>
internal static class TcbInfoReader
{
    public const int MaxSize = 65_536;
    public const string Tdx = "TDX";
    private const string Sgx = "SGX";

    private const int Version = 3;
    private const int ComponentCount = 16;
    private const int MeasurementSize = 48;
    private const int AttributesSize = 8;

    private static readonly TcbStatus[] s_platform =
    [
        TcbStatus.UpToDate, TcbStatus.SWHardeningNeeded, TcbStatus.ConfigurationNeeded, TcbStatus.ConfigurationAndSWHardeningNeeded,
        TcbStatus.OutOfDate, TcbStatus.OutOfDateConfigurationNeeded, TcbStatus.Revoked,
    ];

    private static readonly TcbStatus[] s_module = [TcbStatus.UpToDate, TcbStatus.OutOfDate, TcbStatus.Revoked];

    public static TcbInfo Read(JsonFields root)
    {
        string id = root.Text("id");
        Require(id is Tdx or Sgx, $"id \"{id}\" is neither TDX nor SGX");
        int version = root.Number("version", 1_000);
        Require(version == Version, $"version {version} is not {Version}");
        int type = root.Number("tcbType", int.MaxValue);
        Require(type == 0, $"tcbType {type} is not 0");
        bool tdx = id == Tdx;
        return new TcbInfo
        {
            Id = id,
            IssueDate = root.Date("issueDate"),
            NextUpdate = root.Date("nextUpdate"),
            Fmspc = root.Hex("fmspc", 6),
            PceId = root.Hex("pceId", 2),
            TcbEvaluationDataNumber = root.Number("tcbEvaluationDataNumber", int.MaxValue),
            Module = tdx ? ReadModule(root.Object("tdxModule"), "", []) : null,
            ModuleIdentities = tdx ? ReadModules(root) : [],
            Levels = ReadLevels(root, tdx),
        };
    }

    private static TdxModuleIdentity[] ReadModules(JsonFields root)
    {
        if (!root.Has("tdxModuleIdentities"))
            return [];
        TdxModuleIdentity[] modules = root.Objects(
            "tdxModuleIdentities", 256, module => ReadModule(module, module.Text("id"), IsvSvnLevel.Read(module, s_module)));
        int distinct = modules.Select(module => module.Id).Distinct(StringComparer.OrdinalIgnoreCase).Count();
        Require(distinct == modules.Length, "a TDX module identity is there twice");
        return modules;
    }

    private static TdxModuleIdentity ReadModule(JsonFields module, string id, IReadOnlyList<IsvSvnLevel> levels) => new()
    {
        Id = id,
        MrSigner = module.Hex("mrsigner", MeasurementSize),
        Attributes = module.Hex("attributes", AttributesSize),
        AttributesMask = module.Hex("attributesMask", AttributesSize),
        Levels = levels,
    };

    private static TcbLevel[] ReadLevels(JsonFields root, bool tdx)
    {
        TcbLevel[] levels = root.Objects("tcbLevels", 256, level => ReadLevel(level, tdx));
        Require(levels.Length > 0, "tcbLevels is empty");
        // PCS sends them so; the order decides, so it is not left to the sender.
        return [.. levels.Order(Comparer<TcbLevel>.Create((x, y) => Compare(y, x)))];
    }

    private static TcbLevel ReadLevel(JsonFields level, bool tdx)
    {
        JsonFields tcb = level.Object("tcb");
        return new TcbLevel
        {
            SgxComponents = ReadComponents(tcb, "sgxtcbcomponents"),
            PceSvn = tcb.Number("pcesvn", ushort.MaxValue),
            TdxComponents = tdx ? ReadComponents(tcb, "tdxtcbcomponents") : default(ReadOnlyMemory<byte>),
            TcbDate = level.Date("tcbDate"),
            Status = level.Status("tcbStatus", s_platform),
            Advisories = level.Advisories(),
        };
    }

    private static byte[] ReadComponents(JsonFields tcb, string name)
    {
        byte[] components = tcb.Objects(name, 64, component => (byte)component.Number("svn", byte.MaxValue));
        Require(components.Length == ComponentCount, $"{name} has {components.Length} components, not {ComponentCount}");
        return components;
    }

    private static int Compare(TcbLevel x, TcbLevel y)
    {
        int sgx = x.SgxComponents.Span.SequenceCompareTo(y.SgxComponents.Span);
        if (sgx != 0)
            return sgx;
        int pce = x.PceSvn.CompareTo(y.PceSvn);
        return pce != 0 ? pce : x.TdxComponents.Span.SequenceCompareTo(y.TdxComponents.Span);
    }

    private static void Require(bool condition, string cause)
    {
        if (!condition)
            throw new MalformedCollateralException(cause);
    }
}
