using System.Runtime.CompilerServices;

namespace TeeTee.Inference.Kernels.Lanes;

/// <summary>Partial scores of two rows (a and b) at two neighbouring vectors of positions.</summary>
internal readonly struct ScoreTile<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    public readonly TLanes A0;
    public readonly TLanes A1;
    public readonly TLanes B0;
    public readonly TLanes B1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScoreTile(TLanes a0, TLanes a1, TLanes b0, TLanes b1) => (A0, A1, B0, B1) = (a0, a1, b0, b1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScoreTile<TLanes> operator +(ScoreTile<TLanes> x, ScoreTile<TLanes> y) =>
        new(x.A0 + y.A0, x.A1 + y.A1, x.B0 + y.B0, x.B1 + y.B1);
}
