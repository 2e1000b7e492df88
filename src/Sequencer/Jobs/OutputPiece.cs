namespace TeeTee.Sequencer.Jobs;

/// <summary>One chunk of ciphertext for the user of a sealed job.</summary>
internal readonly record struct OutputPiece(uint First, uint Count, byte[] Bytes);
