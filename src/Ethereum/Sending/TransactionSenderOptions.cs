namespace TeeTee.Ethereum;

/// <summary>Times and limits of a <see cref="TransactionSender"/>. All times are clock times: block times differ and change.</summary>
public sealed record TransactionSenderOptions
{
    /// <summary>How often receipts are asked for.</summary>
    public TimeSpan ReceiptPoll { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>After how long the identical bytes are sent again: pools drop transactions silently.</summary>
    public TimeSpan Rebroadcast { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After how long the fees are raised.</summary>
    public TimeSpan Bump { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>After how long waiting ends.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The most ever offered per gas, in wei.</summary>
    public UInt128 MaxFeePerGas { get; init; } = 500_000_000_000;

    /// <summary>The least tip, in wei per gas. Base needs none worth naming.</summary>
    public UInt128 MinTip { get; init; } = 1;

    /// <summary>What is added to a gas estimate, in percent.</summary>
    public uint GasMarginPercent { get; init; } = 25;

    /// <summary>The most gas of one transaction (EIP-7825).</summary>
    public ulong MaxGasLimit { get; init; } = 16_777_216;
}
