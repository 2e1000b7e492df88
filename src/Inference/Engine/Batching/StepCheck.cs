namespace TeeTee.Inference.Engine.Batching;

/// <summary>What a step must satisfy before it is queued, so that nothing of it can fail in a pass but its values.</summary>
internal static class StepCheck
{
    /// <summary>The step's positions.</summary>
    /// <exception cref="ArgumentException">The step does not fit the session or the model.</exception>
    /// <exception cref="ContextFullException">There is no room for the positions.</exception>
    /// <exception cref="InvalidOperationException">The shard cannot embed or pick.</exception>
    public static int Count(ShardSession session, in BatchStep step)
    {
        int count = step.Tokens.IsEmpty ? CountVectors(session, step.HiddenIn.Length) : CountTokens(session, step);
        int rowBytes = session.Model.Config.EmbeddingLength * sizeof(float);
        if (!step.HiddenOut.IsEmpty && step.HiddenOut.Length != (long)count * rowBytes)
            throw new ArgumentException($"{step.HiddenOut.Length} bytes of output for {count} positions of {rowBytes}.", nameof(step));
        if (step.Pick is { } sampling)
        {
            _ = session.Model.Output;
            if (!sampling.IsValid)
                throw new ArgumentException($"Inverse temperature bits {sampling.InverseTemperatureBits:X8} are not in [2^-7, 2^10].", nameof(step));
        }
        session.CheckRoom(count);
        return count;
    }

    private static int CountTokens(ShardSession session, in BatchStep step)
    {
        _ = session.Model.EmbeddingMatrix;
        if (!step.HiddenIn.IsEmpty)
            throw new ArgumentException("A step has tokens or vectors, not both.", nameof(step));
        foreach (uint token in step.Tokens.Span)
        {
            if (token >= (uint)session.Model.Config.VocabularySize)
                throw new ArgumentException($"Token {token} is not below {session.Model.Config.VocabularySize}.", nameof(step));
        }
        return step.Tokens.Length;
    }

    private static int CountVectors(ShardSession session, int bytes)
    {
        (int count, int rest) = Math.DivRem(bytes, session.Model.Config.EmbeddingLength * sizeof(float));
        return count > 0 && rest == 0
            ? count
            : throw new ArgumentException($"{bytes} bytes are not vectors of {session.Model.Config.EmbeddingLength} elements.", nameof(bytes));
    }
}
