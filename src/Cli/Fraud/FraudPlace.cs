namespace TeeTee.Cli.Fraud;

/// <summary>Where in the computation a dispute ended, as far as it came.</summary>
internal sealed record FraudPlace(string? Operator, int? Layer, uint? Position, uint? Element);
