namespace TeeTee.Inference.Quality;

/// <summary>How near a served model is to the same model in full precision.</summary>
/// <param name="Positions">Predictions compared.</param>
/// <param name="ReferencePerplexity">Of the text by the model in full precision.</param>
/// <param name="Perplexity">Of the text by the served model.</param>
/// <param name="GreedyAgreement">Share of the positions at which both put the same token first.</param>
/// <param name="MeanDivergence">Mean Kullback-Leibler divergence from the reference's distribution, in nats.</param>
public sealed record QualityReport(int Positions, double ReferencePerplexity, double Perplexity, double GreedyAgreement, double MeanDivergence);
