namespace TeeTee.Attestation.Sources;

/// <summary>configfs-tsm could not answer now and may in a moment.</summary>
internal sealed class TsmBusyException(string message, Exception? cause = null) : Exception(message, cause)
{
    // Linux's numbers; .NET puts them into HResult.
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int Busy = 16;
    private const int TimedOut = 110;

    public static bool IsTransient(IOException fault) => fault.HResult is Interrupted or TryAgain or Busy or TimedOut;
}
