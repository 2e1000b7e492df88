namespace TeeTee.Rollup.Disputes;

/// <summary>Where an entry stands in a list.</summary>
/// <param name="Group">Group 0 is what enters; then one per layer; then the head's where there is one.</param>
/// <param name="Index">Inside the group.</param>
public readonly record struct EntryPlace(int Group, int Index);
