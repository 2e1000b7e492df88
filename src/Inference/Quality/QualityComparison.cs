using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;

namespace TeeTee.Inference.Quality;

/// <summary>Compares a model as it is served, in canonical arithmetic, with the same model in full precision, on text that both only read.</summary>
public static class QualityComparison
{
    /// <summary>Runs all documents through both.</summary>
    /// <param name="reference">The weights to measure against, taken as the file has them.</param>
    /// <param name="served">The model as a shard would run it.</param>
    /// <param name="documents">Token ids; each document begins anew and is cut at the model's context length.</param>
    /// <param name="cancellationToken">Ends the work between positions.</param>
    /// <exception cref="ArgumentException">The models have other vocabularies, or no document has two tokens.</exception>
    /// <exception cref="ModelException">A tensor cannot be read.</exception>
    public static QualityReport Run(
        CanonicalModel reference, CanonicalModel served, IReadOnlyList<uint[]> documents, CancellationToken cancellationToken)
    {
        if (reference.Config.VocabularySize != served.Config.VocabularySize)
            throw new ArgumentException($"Vocabularies of {reference.Config.VocabularySize} and {served.Config.VocabularySize} tokens cannot be compared.", nameof(served));
        FloatModel full = new(reference);
        using var shard = ShardModel.Load(served, served.Config.AllLayers, Environment.ProcessorCount);
        QualityTally tally = new();
        foreach (uint[] document in documents)
            Read(full, shard, document[..Math.Min(document.Length, served.Config.ContextLength)], tally, cancellationToken);
        return tally.Report();
    }

    private static void Read(FloatModel full, ShardModel shard, uint[] document, QualityTally tally, CancellationToken cancellationToken)
    {
        using ShardSession session = shard.CreateSession(document.Length, trace: false);
        FloatSequence sequence = full.Begin();
        float[] hidden = new float[shard.Config.EmbeddingLength];
        float[] logits = new float[shard.Config.VocabularySize];
        for (int i = 0; i + 1 < document.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            session.Embed(document.AsSpan(i, 1), hidden);
            session.Forward(hidden, 1, hidden);
            session.Logits(hidden, logits);
            tally.Add(full.Next(sequence, document[i]), logits, document[i + 1]);
        }
    }
}
