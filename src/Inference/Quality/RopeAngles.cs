using TeeTee.Inference.Models;

namespace TeeTee.Inference.Quality;

/// <summary>Rotary angles as the formula has them, not from the canonical table.</summary>
internal sealed class RopeAngles(CanonicalModel model)
{
    private readonly ModelConfig _config = model.Config;
    private readonly float[] _divisors = model.RopeAngleDivisors;

    /// <summary>Rotates all heads of a vector.</summary>
    public void Apply(double[] heads, int position)
    {
        int pairs = _config.RopeDimensions / 2;
        double frequencyBase = BitConverter.UInt32BitsToSingle(_config.RopeBaseBits);
        for (int i = 0; i < pairs; i++)
        {
            double angle = position * Math.Pow(frequencyBase, -2.0 * i / _config.RopeDimensions) / _divisors[i];
            (double sine, double cosine) = Math.SinCos(angle);
            (int first, int second) = _config.RopePairing == RopePairing.Neox ? (i, i + pairs) : (2 * i, (2 * i) + 1);
            for (int start = 0; start < heads.Length; start += _config.HeadDimension)
            {
                (double x0, double x1) = (heads[start + first], heads[start + second]);
                heads[start + first] = (x0 * cosine) - (x1 * sine);
                heads[start + second] = (x0 * sine) + (x1 * cosine);
            }
        }
    }
}
