namespace TeeTee.Sequencer.Storage;

/// <summary>What slot 0 gets beside the request.</summary>
/// <param name="IsSealed">Whether the bytes are encrypted to slot 0.</param>
/// <param name="Bytes">Prompt ids (u32 LE), or their ciphertext.</param>
internal sealed record JobInput(bool IsSealed, ReadOnlyMemory<byte> Bytes);
