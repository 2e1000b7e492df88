namespace TeeTee.Gateway.Sessions;

/// <summary>What came back is not what the receipts commit to, or those who sign are not whom the contracts know: the answer must not be relied on. The message never holds prompt or answer.</summary>
public sealed class AnswerFaultException(string message) : Exception(message);
