using System.Numerics;

namespace TeeTee.Inference.Quality;

/// <summary>The formulas in double precision, sums in whatever order is quick.</summary>
internal static class FloatMath
{
    /// <summary>y = W x for row-major W.</summary>
    public static double[] Multiply(float[] weights, double[] x, int rows)
    {
        double[] y = new double[rows];
        Parallel.For(0, rows, row => y[row] = Dot(weights.AsSpan(row * x.Length, x.Length), x));
        return y;
    }

    /// <summary>RMSNorm.</summary>
    public static double[] Normalize(ReadOnlySpan<double> x, ReadOnlySpan<float> weight, double epsilon)
    {
        double squares = 0;
        foreach (double value in x)
            squares += value * value;
        double r = 1 / Math.Sqrt((squares / x.Length) + epsilon);
        double[] y = new double[x.Length];
        for (int i = 0; i < y.Length; i++)
            y[i] = x[i] * r * weight[i];
        return y;
    }

    /// <summary>x * sigmoid(x).</summary>
    public static double Silu(double x) => x / (1 + Math.Exp(-x));

    /// <summary>ln of the probability that a token has by these logits.</summary>
    public static double LogProbability(ReadOnlySpan<double> logits, uint token)
    {
        double max = double.NegativeInfinity, sum = 0;
        foreach (double logit in logits)
            max = Math.Max(max, logit);
        foreach (double logit in logits)
            sum += Math.Exp(logit - max);
        return logits[(int)token] - max - Math.Log(sum);
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<double> b)
    {
        Vector<double> sum = Vector<double>.Zero;
        int i = 0;
        for (; i + Vector<float>.Count <= a.Length; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(a[i..]), out Vector<double> low, out Vector<double> high);
            sum += (low * new Vector<double>(b[i..])) + (high * new Vector<double>(b[(i + Vector<double>.Count)..]));
        }
        double rest = 0;
        for (; i < a.Length; i++)
            rest += a[i] * b[i];
        return Vector.Sum(sum) + rest;
    }
}
