namespace TeeTee.Attestation.Sources;

/// <summary>
/// The four things that are done to configfs: its directories fill themselves when they are made and go with what is in them when they are
/// removed, and its files are read and written whole.
/// </summary>
internal interface ITsmFileSystem
{
    /// <summary>mkdir.</summary>
    void CreateEntry(string path);

    /// <summary>rmdir.</summary>
    void RemoveEntry(string path);

    /// <summary>Reads a file to its end, wherever its length says that is.</summary>
    /// <exception cref="IOException">It has more than <paramref name="mostBytes"/>, or the system refuses; <see cref="Exception.HResult"/> is then its error number.</exception>
    byte[] Read(string path, int mostBytes);

    /// <summary>Writes a file in one write.</summary>
    void Write(string path, ReadOnlySpan<byte> content);
}
