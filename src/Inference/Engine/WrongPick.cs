namespace TeeTee.Inference.Engine;

/// <summary>A published token that the logits do not give.</summary>
/// <param name="Position">p: the position whose logits were used; the token stands at p + 1.</param>
/// <param name="Published">The token in the published list.</param>
/// <param name="Expected">The canonical pick.</param>
public sealed record WrongPick(int Position, uint Published, uint Expected);
