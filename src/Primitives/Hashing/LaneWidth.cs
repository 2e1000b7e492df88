namespace TeeTee.Primitives;

/// <summary>How many messages the next step hashes at once; <see cref="One"/> is a call of the library for each.</summary>
internal enum LaneWidth
{
    One = 1,
    Four = 4,
    Eight = 8,
    Sixteen = 16,
}
