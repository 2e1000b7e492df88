using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TeeTee.Attestation.Tls;

/// <summary>
/// What this process proves to be on its connections: the current certificate, with a key that exists nowhere else, renewed in the background
/// before it runs out. Connections that were made with an older one keep it to their end. Thread-safe.
/// </summary>
/// <param name="options">Times and callbacks.</param>
/// <param name="evidence">Makes quote and claims, or a voucher, for a draft.</param>
/// <param name="clock">The clock of validity.</param>
public sealed class TlsIdentity(
    TlsIdentityOptions options, Func<CertificateDraft, CancellationToken, Task<CertificateEvidence>> evidence, TimeProvider clock)
{
    // Looked at in small steps, so that a clock that was set or a machine that slept cannot carry past the end.
    private static readonly TimeSpan s_step = TimeSpan.FromMinutes(1);

    private TlsCredential? _current;

    /// <summary>The certificate for new connections.</summary>
    /// <exception cref="InvalidOperationException">None was made yet.</exception>
    public TlsCredential Current => Volatile.Read(ref _current) ?? throw new InvalidOperationException("No certificate was made yet.");

    /// <summary>When the current certificate is due for renewal: after two thirds of its validity.</summary>
    public DateTimeOffset DueAt => Current.NotBefore + ((Current.NotAfter - Current.NotBefore) * (2.0 / 3.0));

    /// <summary>Makes a certificate and puts it in place.</summary>
    /// <exception cref="IOException">The evidence cannot be had.</exception>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        using CertificateDraft draft = new(now - options.Backdating, now + options.Validity);
        X509Certificate2 certificate = draft.Complete(await evidence(draft, cancellationToken).ConfigureAwait(false));
        Volatile.Write(ref _current, new TlsCredential(certificate, draft.NotBefore, draft.NotAfter));
    }

    /// <summary>Renews for ever; the first certificate must have been made. Ends only by the token, or by what it cannot explain.</summary>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        TimeSpan pause = options.FirstPause;
        DateTimeOffset next = DueAt;
        while (true)
        {
            TimeSpan wait = next - clock.GetUtcNow();
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait < s_step ? wait : s_step, clock, cancellationToken).ConfigureAwait(false);
                continue;
            }
            try
            {
                await RenewAsync(cancellationToken).ConfigureAwait(false);
                (pause, next) = (options.FirstPause, DueAt);
                options.Renewed?.Invoke(Current.NotAfter);
            }
            catch (Exception fault) when (fault is IOException or TimeoutException or CryptographicException or InvalidOperationException)
            {
                options.Failed?.Invoke(fault, Current.NotAfter);
                next = clock.GetUtcNow() + pause;
                pause = pause * 2 < options.LongestPause ? pause * 2 : options.LongestPause;
            }
        }
    }
}
