namespace TeeTee.Inference.Models;

/// <summary>What a <see cref="LoadProgress"/> is about.</summary>
public enum LoadStage
{
    /// <summary>The whole model file is read, hashed and written again in packed form.</summary>
    Packing,

    /// <summary>The whole model file is read and hashed.</summary>
    Hashing,

    /// <summary>The weights of some layers are brought into memory.</summary>
    Loading,
}
