namespace TeeTee.Sequencer.Posting;

/// <summary>Where a batch stands as far as the database knows.</summary>
internal enum LocalStatus
{
    Built,
    Posted,
    Final,
    RolledBack,
}
