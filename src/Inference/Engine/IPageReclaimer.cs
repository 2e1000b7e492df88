namespace TeeTee.Inference.Engine;

/// <summary>Holds pages that it can do without.</summary>
internal interface IPageReclaimer
{
    /// <summary>Gives back memory of at least one page that nobody else uses. Called while the pool's gate is held.</summary>
    /// <returns>False where there is nothing more to give.</returns>
    bool TryReclaim();
}
