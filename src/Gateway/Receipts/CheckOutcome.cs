namespace TeeTee.Gateway.Receipts;

/// <summary>What became of one check of a receipt.</summary>
public enum CheckOutcome
{
    /// <summary>It was made and holds.</summary>
    Pass,

    /// <summary>It was made and does not hold: the receipt is not what it claims.</summary>
    Fail,

    /// <summary>It could not be made: the part does not exist yet, or is not in the document.</summary>
    Missing,

    /// <summary>The user asked not to make it.</summary>
    Skip,
}
