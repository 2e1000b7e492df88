using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using TeeTee.Attestation.EventLogs;

namespace TeeTee.Attestation.Tests.EventLogs;

/// <summary>Mutants of logs in every form: none may throw, and none may allocate beyond a bound that follows its length.</summary>
public sealed class EventLogFuzzTests
{
    private const int AllocationFactor = 32;
    private const int AllocationConstant = 256 * 1024;

    public static TheoryData<string> Forms => ["json", "response", "attestation", "ccel", "compose"];

    [Theory]
    [MemberData(nameof(Forms))]
    public void TryRead_Mutants_NeverThrowAndStayInBounds(string form)
    {
        byte[] seed = Seed(form);
        Random random = new(20261121);
        int read = 0;
        // What is allocated once, at the first use of a type, is not the input's doing.
        Try(form, seed);
        for (int i = 0; i < 4000; i++)
        {
            byte[] mutant = Mutate(seed, random, i);
            long before = GC.GetAllocatedBytesForCurrentThread();
            bool good = Try(form, mutant);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            read += good ? 1 : 0;
            Assert.True(allocated <= AllocationConstant + (AllocationFactor * (long)mutant.Length), $"mutant {i} of {mutant.Length} bytes allocated {allocated}");
        }
        // Some mutations are harmless: the readers do see more than their first check.
        Assert.InRange(read, 1, 3999);
    }

    private static bool Try(string form, byte[] mutant)
    {
        if (form == "compose")
            return AppCompose.TryRead(mutant, out _, out _);
        if (!EventLog.TryRead(mutant, out EventLog? log, out _))
            return false;
        EventLogVerifier.Verify(log, EventLogFixture.Report(RegisterReplay.Compute([])), mutant);
        return true;
    }

    private static byte[] Mutate(byte[] seed, Random random, int round)
    {
        byte[] mutant = [.. seed];
        if (round == 0)
            return mutant;
        for (int edits = random.Next(1, 6); edits > 0; edits--)
        {
            int at = random.Next(mutant.Length);
            switch (random.Next(5))
            {
                case 0:
                    mutant[at] = (byte)random.Next(256);
                    break;
                case 1:
                    mutant[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2 when mutant.Length - at >= 4:
                    BinaryPrimitives.WriteUInt32LittleEndian(mutant.AsSpan(at), (uint)random.NextInt64(uint.MaxValue));
                    break;
                case 3:
                    mutant = mutant[..Math.Max(1, at)];
                    break;
                default:
                    int length = Math.Min(random.Next(64), mutant.Length - at);
                    mutant = [.. mutant[..at], .. mutant[at..(at + length)], .. mutant[at..]];
                    break;
            }
        }
        return mutant;
    }

    private static byte[] Seed(string form)
    {
        EventLogFixture made = EventLogFixture.Ordinary();
        made.Events.Add(EventLogFixture.RuntimeEvent2("second", [1, 2, 3]));
        return form switch
        {
            "json" => made.ToJson(),
            "response" => Encoding.UTF8.GetBytes(new JsonObject { ["quote"] = "0400", ["event_log"] = Encoding.UTF8.GetString(made.ToJson()) }.ToJsonString()),
            "attestation" => BinaryLogs.Attestation(EventLogFixture.Ordinary().Read().Events),
            "ccel" => BinaryLogs.Ccel(EventLogFixture.Ordinary().Read().Events),
            _ => EventLogFixture.Compose,
        };
    }
}
