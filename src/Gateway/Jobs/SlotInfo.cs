using TeeTee.Primitives;

namespace TeeTee.Gateway.Jobs;

/// <summary>One stage of a model's pipeline.</summary>
/// <param name="SlotId">Its id in the registry.</param>
/// <param name="Operator">Whom it pays.</param>
/// <param name="FirstLayer">First layer that it runs.</param>
/// <param name="LayerCount">How many.</param>
/// <param name="SigningKey">Enclave key that signs its receipts.</param>
/// <param name="TeeType"><c>tdx</c> or <c>simulated</c>.</param>
public sealed record SlotInfo(uint SlotId, Address Operator, uint FirstLayer, uint LayerCount, Address SigningKey, string TeeType);
