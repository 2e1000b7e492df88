namespace TeeTee.Rollup.Economics;

/// <summary>What a simulation saw.</summary>
/// <param name="Caught">Share of runs with a conviction.</param>
/// <param name="MeanLoss">Wei lost on average: stake and shares.</param>
/// <param name="LossDeviation">Standard deviation of the loss of one run.</param>
/// <param name="Gain">Wei saved in each run.</param>
public sealed record SimulatedOutcome(double Caught, double MeanLoss, double LossDeviation, double Gain);
