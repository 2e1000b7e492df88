namespace TeeTee.Sequencer.Tests.Posting;

/// <summary>The way to the chain, which can be cut before or after any call arrives.</summary>
internal sealed class FaultyChain : DelegatingHandler
{
    public FaultyChain()
        : base(new SocketsHttpHandler())
    {
    }

    /// <summary>Whether nothing arrives any more.</summary>
    public bool IsDown { get; set; }

    /// <summary>Called with each body before it leaves; true cuts the line first.</summary>
    public Func<string, bool> CutBefore { get; set; } = _ => false;

    /// <summary>Called with each body after the answer came; true cuts the line and loses the answer.</summary>
    public Func<string, bool> CutAfter { get; set; } = _ => false;

    /// <summary>Called with each body and its answer; what the node says instead.</summary>
    public Func<string, string, string> Rewrite { get; set; } = (_, answer) => answer;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string body = await request.Content!.ReadAsStringAsync(cancellationToken);
        IsDown |= CutBefore(body);
        if (IsDown)
            throw new HttpRequestException(HttpRequestError.ConnectionError, "The line is cut.");
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        IsDown |= CutAfter(body);
        if (!IsDown)
        {
            string answer = await response.Content.ReadAsStringAsync(cancellationToken);
            response.Content = new StringContent(Rewrite(body, answer), System.Text.Encoding.UTF8, "application/json");
            return response;
        }

        response.Dispose();
        throw new HttpRequestException(HttpRequestError.ConnectionError, "The line is cut.");
    }
}
