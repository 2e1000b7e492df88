namespace TeeTee.Inference.Quality;

/// <summary>Adds up what two models make of the same positions.</summary>
internal sealed class QualityTally
{
    private int _positions;
    private int _agreeing;
    private double _reference;
    private double _served;
    private double _divergence;

    /// <summary>Takes one position.</summary>
    /// <param name="reference">Logits in full precision.</param>
    /// <param name="served">Logits of the served model.</param>
    /// <param name="next">The token that the text goes on with.</param>
    public void Add(double[] reference, float[] served, uint next)
    {
        double[] wide = Array.ConvertAll(served, logit => (double)logit);
        _positions++;
        _reference -= FloatMath.LogProbability(reference, next);
        _served -= FloatMath.LogProbability(wide, next);
        _divergence += Divergence(reference, wide);
        if (IndexOfMax(reference) == IndexOfMax(wide))
            _agreeing++;
    }

    /// <exception cref="ArgumentException">Nothing was added.</exception>
    public QualityReport Report() => _positions == 0
        ? throw new ArgumentException("No document has two tokens.")
        : new QualityReport(
            _positions, Math.Exp(_reference / _positions), Math.Exp(_served / _positions), (double)_agreeing / _positions, _divergence / _positions);

    /// <summary>Kullback-Leibler divergence of the served distribution from the reference, in nats.</summary>
    private static double Divergence(double[] reference, double[] served)
    {
        double p = FloatMath.LogProbability(reference, 0) - reference[0], q = FloatMath.LogProbability(served, 0) - served[0];
        double sum = 0;
        for (int i = 0; i < reference.Length; i++)
            sum += Math.Exp(reference[i] + p) * (reference[i] + p - served[i] - q);
        return sum;
    }

    private static int IndexOfMax(double[] logits) => Array.IndexOf(logits, logits.Max());
}
