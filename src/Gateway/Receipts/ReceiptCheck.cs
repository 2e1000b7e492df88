namespace TeeTee.Gateway.Receipts;

/// <summary>One check of a receipt.</summary>
/// <param name="Name">Stable lower_snake_case name.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Detail">What was compared, or why it was not.</param>
public sealed record ReceiptCheck(string Name, CheckOutcome Outcome, string Detail);
