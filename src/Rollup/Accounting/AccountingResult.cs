using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace TeeTee.Rollup.Accounting;

/// <summary>The state after a step, or why there is none.</summary>
public sealed record AccountingResult
{
    private AccountingResult()
    {
    }

    /// <summary>The state after the step.</summary>
    public AccountTree? After { get; private init; }

    /// <summary>Who was credited with what.</summary>
    public ImmutableArray<FeeShare> Shares { get; private init; } = [];

    /// <summary>Why the step is not allowed.</summary>
    public AccountingFault? Fault { get; private init; }

    /// <summary>What the rule allows, as text.</summary>
    public string Expected { get; private init; } = "";

    /// <summary>What the step would do, as text.</summary>
    public string Actual { get; private init; } = "";

    /// <summary>Whether the step was applied.</summary>
    [MemberNotNullWhen(true, nameof(After))]
    public bool IsApplied => After is not null;

    internal static AccountingResult Applied(AccountTree after, ImmutableArray<FeeShare> shares) => new() { After = after, Shares = shares };

    internal static AccountingResult Refused(AccountingFault fault, string expected, string actual) =>
        new() { Fault = fault, Expected = expected, Actual = actual };
}
