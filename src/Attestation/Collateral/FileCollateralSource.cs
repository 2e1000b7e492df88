namespace TeeTee.Attestation.Collateral;

/// <summary>One container on disk, read anew at each fetch: what <c>teetee collateral fetch</c> or a simulated PKI writes.</summary>
public sealed class FileCollateralSource(string path) : ICollateralSource
{
    /// <inheritdoc/>
    public async Task<QuoteCollateral> FetchAsync(PlatformId platform, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(path).Length > CollateralContainer.MaxBytes)
                throw new CollateralUnavailableException($"{path} has more than {CollateralContainer.MaxBytes} bytes.");
            byte[] json = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
            if (!CollateralContainer.TryRead(json, out QuoteCollateral? collateral, out string cause))
                throw new CollateralUnavailableException($"{path}: {cause}.");
            return collateral;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CollateralUnavailableException($"{path} cannot be read: {fault.Message}", fault);
        }
    }
}
