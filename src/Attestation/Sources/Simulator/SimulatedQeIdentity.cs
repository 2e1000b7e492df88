namespace TeeTee.Attestation.Sources.Simulator;

/// <summary>Writes the identity of the simulated quoting enclave.</summary>
internal static class SimulatedQeIdentity
{
    public static string Write(SimulatedCollateralShape shape) => SimulatedJson.Write(writer =>
    {
        SimulatedJson.WriteHead(writer, shape.Tdx ? "TD_QE" : "QE", 2, shape);
        writer.WriteNumber("tcbEvaluationDataNumber", SimulatedJson.EvaluationDataNumber);
        writer.WriteString("miscselect", "00000000");
        writer.WriteString("miscselectMask", "FFFFFFFF");
        writer.WriteString("attributes", "11000000000000000000000000000000");
        writer.WriteString("attributesMask", "FBFFFFFFFFFFFFFF0000000000000000");
        SimulatedJson.WriteHex(writer, "mrsigner", SimulatedReports.MrSigner);
        writer.WriteNumber("isvprodid", SimulatedReports.ProductOf(shape.Tdx));
        SimulatedJson.WriteLevels(writer, upToDate: SimulatedReports.QeSvn, outOfDate: 5, revoked: 3);
    });
}
