using Microsoft.Extensions.Logging;
using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Observability;
using TeeTee.ShardNode.Observability;

namespace TeeTee.ShardNode.Chain;

/// <summary>
/// Keeps the registered key of a running shard alive: has it attested anew before it ends, and where its judge fell silent. Failures are tried
/// again ever less often; readiness says so when a tenth of the validity is left. One try at a time, and a try that was cut short goes on with its
/// nonce, so that a restart in between does no harm.
/// </summary>
internal sealed class KeyRenewal(
    SlotRegistration registration, uint slot, Readiness readiness, ShardMetrics metrics, TimeProvider clock, ILogger logger) : IDisposable
{
    private const string Part = "renewal";

    private static readonly TimeSpan s_soonest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_whenFine = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_latest = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _one = new(1, 1);
    private (KeyLook Look, long At)? _known;
    private int _failures;

    /// <summary>Renews until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
            await Task.Delay(await CheckAsync(cancellationToken), clock, cancellationToken);
    }

    /// <summary>Looks once and does what is due.</summary>
    /// <returns>When to look again.</returns>
    public async Task<TimeSpan> CheckAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            KeyLook look = await LookAsync(cancellationToken);
            bool renewed = look.MayBeDue && await registration.RenewAsync(slot, look, cancellationToken);
            if (renewed)
                look = await RequireLongerAsync(look, cancellationToken);
            return Succeeded(look, renewed);
        }
        catch (FailureException e)
        {
            return Failed(e.Message);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private async Task<KeyLook> LookAsync(CancellationToken cancellationToken)
    {
        KeyLook look = await registration.LookAsync(slot, cancellationToken);
        _known = (look, clock.GetTimestamp());
        metrics.KeyLeft(look.Left);
        return look;
    }

    private async Task<KeyLook> RequireLongerAsync(KeyLook before, CancellationToken cancellationToken)
    {
        KeyLook after = await LookAsync(cancellationToken);
        return after.State == KeyState.Standing && after.Validity.End > before.Validity.End
            ? after
            : throw new FailureException(ExitCode.Refused, "registration_failed", $"The key was registered again, and is {after.State} until epoch {after.Validity.End} as before.");
    }

    private TimeSpan Succeeded(KeyLook look, bool renewed)
    {
        _failures = 0;
        if (renewed)
            metrics.KeyRenewed("renewed");
        if (FindAlarm(look) is { } alarm)
            readiness.Block(Part, alarm);
        else
            readiness.Clear(Part);
        return Shorter(s_whenFine, Third(look) / 20);
    }

    private string? FindAlarm(KeyLook look) => look.State switch
    {
        KeyState.Lapsed => $"The key of slot {slot} lapsed: its image was de-listed or its platform revoked. It does not come back; start with new keys on a machine that is listed.",
        KeyState.Ended => $"The key of slot {slot} ends with epoch {look.Validity.End}, exclusive: it ran out, or was revoked or replaced. It is not renewed; start with new keys.",
        _ when look.Validity.IsAlarming => $"The key of slot {slot} ends with epoch {look.Validity.End}, exclusive, and fresh evidence would not last longer: the verifier's policy or this machine's certificate runs out.",
        _ => null,
    };

    private TimeSpan Failed(string reason)
    {
        metrics.KeyRenewed("failed");
        TimeSpan left = _known is { } known ? known.Look.Left - clock.GetElapsedTime(known.At) : TimeSpan.Zero;
        ShardLog.KeyRenewalFailed(logger, slot, left, reason);
        // Before the first look nothing is known; the registration's own part of readiness tells whether the key counts.
        if (_known is { Look: { } look } && left < TimeSpan.FromSeconds((double)look.Validity.Longest * look.EpochSeconds / 10))
            readiness.Block(Part, $"The key of slot {slot} counts for {left} more and cannot be renewed: {reason}");
        TimeSpan pause = s_soonest * Math.Pow(2, Math.Min(_failures++, 20));
        return Shorter(Shorter(pause, s_latest), _known is { } at ? Third(at.Look) / 10 : s_whenFine);
    }

    // A third of the validity is all the time there is: however short it is, it is enough for some tries.
    private static TimeSpan Third(KeyLook look) => TimeSpan.FromSeconds((double)look.Validity.Longest * look.EpochSeconds / 3);

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other)
    {
        TimeSpan shorter = one < other ? one : other;
        return shorter > s_soonest ? shorter : s_soonest;
    }
}
