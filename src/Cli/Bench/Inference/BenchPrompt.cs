namespace TeeTee.Cli.Bench.Inference;

/// <summary>Token ids without meaning, other ones for each session and round, so that no prefix is met twice.</summary>
internal static class BenchPrompt
{
    public static uint[] Create(int vocabularySize, int length, int session, int round)
    {
        ulong state = ((ulong)(uint)round << 32 | (uint)session) + 0x9E37_79B9_7F4A_7C15;
        uint[] prompt = new uint[length];
        for (int i = 0; i < length; i++)
        {
            state = (state * 6_364_136_223_846_793_005) + 1_442_695_040_888_963_407;
            prompt[i] = (uint)((state >> 33) % (ulong)vocabularySize);
        }
        return prompt;
    }
}
