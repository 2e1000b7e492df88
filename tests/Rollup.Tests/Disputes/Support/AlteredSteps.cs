using TeeTee.Numerics.Operators;
using TeeTee.Rollup.Disputes;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>
/// What a host may commit that no canonical computation gives: values that are not finite, and such as follow from them bit for bit. Each is
/// judged at the first layer of <see cref="DisputeShape.Small"/>.
/// </summary>
internal static class AlteredSteps
{
    public sealed record Step(string Name, DisputeOperator Operator, int Unit, StepUnit Judged, bool IsWrong, Action<LayerOutputs, OperatorOutputs> Alter);

    public static IReadOnlyList<Step> All { get; } =
    [
        new("residual that overflows as committed", DisputeOperator.AttentionResidual, 0, new(3, 0), true, (layer, all) =>
        {
            all.Entering[3] = layer.AttentionOutput.Values[3] = 3e38f;
            layer.AttentionResidual[3] = float.PositiveInfinity;
        }),
        new("residual just below the end", DisputeOperator.AttentionResidual, 0, new(3, 0), false, (layer, all) =>
        {
            all.Entering[3] = layer.AttentionOutput.Values[3] = 1.5e38f;
            layer.AttentionResidual[3] = 1.5e38f + 1.5e38f;
        }),
        new("residual of NaN as committed", DisputeOperator.AttentionResidual, 0, new(3, 0), true, (layer, all) =>
        {
            all.Entering[3] = float.NaN;
            layer.AttentionResidual[3] = float.NaN;
        }),
        new("lanes that overflow as committed", DisputeOperator.AttentionNorm, 0, new(0, 0), true, (layer, all) =>
        {
            all.Entering[5] = 1e30f;
            layer.AttentionNorm.Lanes[5] = float.PositiveInfinity;
        }),
        new("r of an infinite sum", DisputeOperator.AttentionNorm, 0, new(1, 0), true, (layer, _) =>
            layer.AttentionNorm.Lanes[5] = float.PositiveInfinity),
        new("normed value that overflows", DisputeOperator.QuantizedAttentionInput, 0, new(1, 0), true, (_, all) => all.Entering[40] = 3e38f),
        new("product that overflows as committed", DisputeOperator.Query, 0, new(7, 0), true, (layer, _) =>
        {
            Array.Fill(layer.AttentionInput.Scales, 3e38f);
            layer.Query.Values[7] = float.PositiveInfinity;
        }),
        new("rotation of an infinity", DisputeOperator.RotatedQuery, 0, new(0, 0), true, (layer, _) =>
            layer.Query.Values[0] = layer.RotatedQuery[0] = float.PositiveInfinity),
        new("copy of an infinity beyond the rotated dimensions", DisputeOperator.RotatedQuery, 0, new(14, 0), true, (layer, _) =>
            layer.Query.Values[14] = layer.RotatedQuery[14] = float.PositiveInfinity),
        new("key beyond binary16 as committed", DisputeOperator.KeyRow, 0, new(15, 0), true, (layer, _) =>
            (layer.Key.Values[15], layer.KeyRows[0][15]) = (65_520f, 0x7C00)),
        new("value beyond binary16 as committed", DisputeOperator.ValueRow, 1, new(2, 0), true, (layer, _) =>
            (layer.Value.Values[18], layer.ValueRows[1][2]) = (-65_520f, 0xFC00)),
        new("largest value of binary16", DisputeOperator.ValueRow, 1, new(2, 0), false, (layer, _) =>
            (layer.Value.Values[18], layer.ValueRows[1][2]) = (65_519.99f, 0x7BFF)),
        new("subnormal of binary16, tie to even", DisputeOperator.ValueRow, 1, new(2, 0), false, (layer, _) =>
            (layer.Value.Values[18], layer.ValueRows[1][2]) = (BitConverter.UInt32BitsToSingle(0x33C0_0000), 2)),
        new("negative zero kept", DisputeOperator.ValueRow, 1, new(2, 0), false, (layer, _) =>
            (layer.Value.Values[18], layer.ValueRows[1][2]) = (-0f, 0x8000)),
        new("score that overflows as committed", DisputeOperator.AttentionHead, 0, new(0, 0), true, (layer, _) =>
        {
            Array.Fill(layer.RotatedQuery, 3e38f);
            Array.Fill(layer.Heads[0].Scores, float.PositiveInfinity);
            layer.Heads[0].Maxima[0] = float.PositiveInfinity;
        }),
        new("score above the maximum", DisputeOperator.AttentionHead, 0, new(1, 0), true, (layer, _) =>
            layer.Heads[0].Scores[2] = layer.Heads[0].Maxima[0] + 1f),
        new("score of NaN", DisputeOperator.AttentionHead, 0, new(1, 0), true, (layer, _) => layer.Heads[0].Scores[2] = float.NaN),
        new("row below a score above the maximum", DisputeOperator.AttentionHead, 0, new(2, 0), true, (layer, _) =>
            layer.Heads[0].Scores[2] = layer.Heads[0].Maxima[0] + 1f),
        new("row over a sum of zero", DisputeOperator.AttentionHead, 0, new(2, 0), true, (layer, _) => Array.Clear(layer.Heads[0].Sums)),
        new("gated value that overflows", DisputeOperator.QuantizedGated, 0, new(0, 0), true, (layer, _) =>
            layer.Gate.Values[9] = layer.Up.Values[9] = 1e30f),
        new("silu of minus one hundred", DisputeOperator.QuantizedGated, 0, new(0, 0), false, (layer, _) =>
        {
            Array.Fill(layer.Gate.Values, -100f, 0, 32);
            Array.Clear(layer.QuantizedGated.Values, 0, 32);
            layer.QuantizedGated.Scales[0] = 0f;
        }),
        new("block of tiny values", DisputeOperator.QuantizedGated, 0, new(0, 0), false, (layer, _) =>
        {
            Array.Fill(layer.Up.Values, 1e-31f, 0, 32);
            Array.Fill(layer.Gate.Values, 1f, 0, 32);
            Array.Clear(layer.QuantizedGated.Values, 0, 32);
            layer.QuantizedGated.Scales[0] = 0f;
        }),
        new("block of tiny values with a sign on its zero scale", DisputeOperator.QuantizedGated, 0, new(0, 0), true, (layer, _) =>
        {
            Array.Clear(layer.Up.Values, 0, 32);
            Array.Clear(layer.QuantizedGated.Values, 0, 32);
            layer.QuantizedGated.Scales[0] = -0f;
        }),
        new("zero with another sign", DisputeOperator.AttentionResidual, 0, new(3, 0), true, (layer, all) =>
        {
            all.Entering[3] = layer.AttentionOutput.Values[3] = 0f;
            layer.AttentionResidual[3] = -0f;
        }),
    ];

    /// <summary>The claim, unit and witness of an altered step.</summary>
    public static (StepClaim Claim, byte[] Witness) Make(DisputeWorld world, Step step)
    {
        (OperatorList list, WitnessBuilder builder) = world.Altered(outputs => step.Alter(outputs.Layers[0], outputs));
        EntryPlace place = list.Layout.Locate(1, step.Operator, step.Unit);
        return (builder.Claim(place), builder.Build(place, list.AnswerContent(place.Group, place.Index), step.Judged));
    }
}
