namespace TeeTee.Primitives;

/// <summary>A member of an EIP-712 struct.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type as written in the struct: an elementary type, a struct's name, or an array of either.</param>
public sealed record Eip712Field(string Name, string Type);
