namespace TeeTee.Inference.Models.Packed;

/// <summary>A new file that is written in any order, by several threads; unwritten bytes are zero.</summary>
internal interface IPackedOutput : IDisposable
{
    /// <summary>Writes bytes at a place, beyond the present end too.</summary>
    /// <exception cref="IOException">The disk is full or broken.</exception>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Sets the length and waits until everything is on the disk.</summary>
    /// <exception cref="IOException">The disk is full or broken.</exception>
    void Finish(long length);
}
