namespace TeeTee.Primitives;

/// <summary>A parameter of a function, event or error.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Name">Its name; empty if the declaration gives none.</param>
/// <param name="IsIndexed">Whether an event keeps it in a topic.</param>
public sealed record AbiParameter(AbiType Type, string Name, bool IsIndexed = false);
