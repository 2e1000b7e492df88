using System.Net.Http.Headers;

namespace TeeTee.Attestation.Collateral;

/// <summary>A whole answer with status 200.</summary>
internal sealed record PcsAnswer(byte[] Body, HttpResponseHeaders Headers);
