namespace TeeTee.ShardProtocol.Links;

/// <summary>Who is at the other end of a TLS connection, proven.</summary>
public abstract record LinkCaller;
