using System.Runtime.CompilerServices;
using System.Text.Json;
using TeeTee.Gateway.Attestation;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;

namespace TeeTee.Gateway.Tests.Attestation;

/// <summary>A sequencer as far as attestation goes.</summary>
internal sealed class Relay(Func<Bytes32, Task<AttestationReport>> report) : IJobClient
{
    public static NodeInfo Node { get; } = new(1, AttestationFixture.Domain.ChainId, AttestationFixture.Domain.Rollup, Address.Zero, 1, 1, 0, []);

    public List<Bytes32> Nonces { get; } = [];

    public Task<AttestationReport> GetAttestationAsync(Bytes32 modelId, Bytes32 nonce, CancellationToken cancellationToken)
    {
        Nonces.Add(nonce);
        return report(nonce);
    }

    public Task<NodeInfo> GetInfoAsync(CancellationToken cancellationToken) => Task.FromResult(Node);

    public Task<AccountInfo> GetAccountAsync(Address address, CancellationToken cancellationToken) => throw Away();

    public async IAsyncEnumerable<JobEvent> SubmitAsync(JobSubmission submission, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        yield break;
    }

    public Task<CancelOutcome> CancelAsync(JobCancellation cancellation, CancellationToken cancellationToken) => throw Away();

    public Task<JsonElement?> GetReceiptAsync(Bytes32 jobId, CancellationToken cancellationToken) => Task.FromResult<JsonElement?>(null);

    public Task<JsonElement?> GetCollateralAsync(Bytes32 hash, CancellationToken cancellationToken) => Task.FromResult<JsonElement?>(null);

    private static JobApiException Away() => new(null, "unreachable", "This relay knows attestation only.");
}
