namespace TeeTee.Rollup.Accounting;

/// <summary>For what a payee has a share of a fee.</summary>
public enum PayeeRole
{
    Host,
    Sequencer,
}
