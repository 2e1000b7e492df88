namespace TeeTee.Inference.Engine;

/// <summary>The memory for keys and values of a shard at one moment, in pages of 32 positions.</summary>
/// <param name="Capacity">Pages that there may be.</param>
/// <param name="InUse">Pages that hold positions of sessions or of the prefix cache.</param>
/// <param name="Promised">Pages that sessions may still take.</param>
/// <param name="PageBytes">Bytes of a page.</param>
public readonly record struct KvMemory(int Capacity, int InUse, int Promised, long PageBytes);
