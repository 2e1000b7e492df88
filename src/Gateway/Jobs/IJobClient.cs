using System.Text.Json;
using TeeTee.Gateway.Attestation;
using TeeTee.Primitives;

namespace TeeTee.Gateway.Jobs;

/// <summary>The native job API as a client sees it: over HTTP from another machine, or directly inside the sequencer.</summary>
public interface IJobClient
{
    /// <summary>What the sequencer serves now.</summary>
    /// <exception cref="JobApiException">Refused or unreachable.</exception>
    Task<NodeInfo> GetInfoAsync(CancellationToken cancellationToken);

    /// <summary>The account's nonce and money as the sequencer counts them.</summary>
    /// <exception cref="JobApiException">Refused or unreachable.</exception>
    Task<AccountInfo> GetAccountAsync(Address address, CancellationToken cancellationToken);

    /// <summary>Runs a job or attaches to it. Ending the enumeration early does not end the job.</summary>
    /// <exception cref="JobApiException">Refused before the stream began, or the connection is lost for good.</exception>
    IAsyncEnumerable<JobEvent> SubmitAsync(JobSubmission submission, CancellationToken cancellationToken);

    /// <summary>Ends a job at the signed output count.</summary>
    /// <exception cref="JobApiException">Refused or unreachable.</exception>
    Task<CancelOutcome> CancelAsync(JobCancellation cancellation, CancellationToken cancellationToken);

    /// <summary>The receipt as it stands (docs/api.md section 3), or null for an unknown id.</summary>
    /// <exception cref="JobApiException">Refused or unreachable.</exception>
    Task<JsonElement?> GetReceiptAsync(Bytes32 jobId, CancellationToken cancellationToken);

    /// <summary>The collateral container of a hash that a receipt names, or null for an unknown hash.</summary>
    /// <exception cref="JobApiException">Refused or unreachable.</exception>
    Task<JsonElement?> GetCollateralAsync(Bytes32 hash, CancellationToken cancellationToken);

    /// <summary>Fresh quotes of the shards of a model's pipeline. Nothing in it is believed: see <see cref="AttestationReportCheck"/>.</summary>
    /// <param name="modelId">The model.</param>
    /// <param name="nonce">A challenge that the caller draws for this call alone.</param>
    /// <exception cref="JobApiException">Refused or unreachable.</exception>
    Task<AttestationReport> GetAttestationAsync(Bytes32 modelId, Bytes32 nonce, CancellationToken cancellationToken);
}
