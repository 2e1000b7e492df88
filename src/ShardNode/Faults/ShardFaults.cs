using System.Collections.Concurrent;
using TeeTee.Hosting.Faults;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Primitives;
using TeeTee.ShardNode.Jobs;

namespace TeeTee.ShardNode.Faults;

/// <summary>
/// The faults of a shard on a development network: gives each job that begins the fault that is switched on, and remembers it, because a dispute asks for
/// what was computed then. A shard outside of development has none of this. Thread-safe.
/// </summary>
internal sealed class ShardFaults(FaultSwitch active, string modelPath, ShardModel honest) : IDisposable
{
    private const int MostRemembered = 100_000;

    private readonly ConcurrentDictionary<Bytes32, Fault?> _jobs = new();
    private readonly ConcurrentDictionary<(FaultKind Kind, int Layer, int Operator, uint Seed), Lazy<ShardModel>> _models = new();

    /// <summary>What is switched on now.</summary>
    public Fault? Active => active.Active;

    /// <summary>The job as this shard takes it: with some faults it ends elsewhere than the request says.</summary>
    public AdmittedJob Admit(AdmittedJob job) => Active?.Kind switch
    {
        FaultKind.RunPastStop => job with { IgnoresStops = true },
        FaultKind.Truncate => job with { Limit = Math.Max(1, job.Limit / 2) },
        _ => job,
    };

    /// <summary>The fault of a job that begins or is defended; null where it is run honestly.</summary>
    public JobFault? Of(AdmittedJob job) => Of(job.JobId, job.PromptTokens);

    /// <inheritdoc cref="Of(AdmittedJob)"/>
    public JobFault? Of(Bytes32 jobId, int promptTokens)
    {
        if (_jobs.Count >= MostRemembered)
            _jobs.Clear();
        if (_jobs.GetOrAdd(jobId, _ => Active) is not { } fault || !FaultCatalog.Of(fault.Kind).Shard)
            return null;
        int layer = fault.Layer ?? honest.Range.First;
        return honest.Range.Contains(layer) || fault.Layer is null ? new JobFault(fault, this, honest.Range, layer, promptTokens) : null;
    }

    /// <summary>The model that a fault of the weights computes with.</summary>
    public ShardModel ModelOf(Fault fault, int layer) => _models.GetOrAdd(
        (fault.Kind, layer, fault.Operator ?? 0, fault.Seed),
        _ => new Lazy<ShardModel>(() =>
        {
            using CanonicalModel model = OpenModel(fault, layer);
            return ShardModel.Load(model, honest.Range, honest.Threads);
        })).Value;

    /// <summary>The same as a canonical model, whose tensors a defence reads.</summary>
    public CanonicalModel OpenModel(Fault fault, int layer) => CanonicalModel.Import(modelPath, WeightFault.Substitution(fault, layer, honest.Config.LayerCount));

    public void Dispose()
    {
        foreach (Lazy<ShardModel> model in _models.Values.Where(model => model.IsValueCreated))
            model.Value.Dispose();
    }
}
