using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.Rollup.Tests.Support;

namespace TeeTee.Rollup.Tests.Requests;

public sealed class JobRequestRulesTests
{
    private static readonly World s_world = new();

    private static readonly Dictionary<RequestFaultCode, Func<JobRequest, JobRequest>> s_plants = new()
    {
        [RequestFaultCode.UserIsZero] = r => r with { User = Address.Zero },
        [RequestFaultCode.NonceIsZero] = r => r with { Nonce = 0 },
        [RequestFaultCode.WrongModel] = r => r with { ModelId = Bytes32.Zero },
        [RequestFaultCode.WrongSequencer] = r => r with { Sequencer = Address.Zero },
        [RequestFaultCode.PromptEmpty] = r => r with { PromptTokens = 0 },
        [RequestFaultCode.PromptTooLong] = r => r with { PromptTokens = 64 },
        [RequestFaultCode.OutputLimitIsZero] = r => r with { MaxOutputTokens = 0 },
        [RequestFaultCode.TooManyStopTokens] = r => r with { StopTokens = [.. Enumerable.Range(0, 17).Select(i => (uint)i)] },
        [RequestFaultCode.StopTokensNotAscending] = r => r with { StopTokens = [2, 2] },
        [RequestFaultCode.StopTokenOutOfRange] = r => r with { StopTokens = [2, 1000] },
        [RequestFaultCode.TopKUnsupported] = r => r with { Sampling = r.Sampling with { TopK = 40 } },
        [RequestFaultCode.TemperatureOutOfRange] = r => r with { Sampling = r.Sampling with { InverseTemperatureBits = 0x7FC00000 } },
        [RequestFaultCode.MaxFeeTooSmall] = r => r with { MaxFee = (3 * 7) + 10 },
        [RequestFaultCode.DeadlinePassed] = r => r with { Deadline = World.PostedAt - 1 },
    };

    public static TheoryData<RequestFaultCode> Codes => [.. s_plants.Keys];

    [Theory]
    [MemberData(nameof(Codes))]
    public void CheckAdmission_PlantedFault_NamesIt(RequestFaultCode code)
    {
        JobRequest request = s_world.Draft(1).Request;

        Assert.Null(Admit(request));
        Assert.Equal(code, Admit(s_plants[code](request))?.Code);
    }

    [Theory]
    [InlineData(0.0078125f, true)]
    [InlineData(0.0078124f, false)]
    [InlineData(1024f, true)]
    [InlineData(1024.1f, false)]
    [InlineData(0f, false)]
    [InlineData(-1f, false)]
    [InlineData(float.PositiveInfinity, false)]
    public void CheckForm_InverseTemperature_HasBounds(float value, bool isAllowed)
    {
        JobRequest request = s_world.Draft(1).Request;
        Sampling sampling = request.Sampling with { InverseTemperatureBits = BitConverter.SingleToUInt32Bits(value) };

        Assert.Equal(isAllowed, Admit(request with { Sampling = sampling }) is null);
        Assert.Null(Admit(request with { Sampling = sampling with { Greedy = true } }));
    }

    [Theory]
    [InlineData(10, 500, 11, 10)]
    [InlineData(100, 5000, 11, 61)]
    [InlineData(100, 64, 11, 3)]
    [InlineData(100, 20, 11, 0)]
    [InlineData(100, 21, 0, 61)]
    public void EffectiveOutputLimit_EachBound_Binds(uint most, ulong maxFee, ulong price, uint expected)
    {
        JobRequest request = s_world.Draft(1).Request with { MaxOutputTokens = most, MaxFee = maxFee, OutputPrice = price };

        Assert.Equal(expected, JobRequestRules.EffectiveOutputLimit(request, 64));
    }

    [Fact]
    public void Fee_ExtremePrices_IsNullInsteadOfWrapping()
    {
        JobRequest request = s_world.Draft(1).Request with { PromptPrice = UInt128.MaxValue, OutputPrice = UInt128.MaxValue };

        Assert.Null(JobRequestRules.Fee(request, 1));
        Assert.Equal(0u, JobRequestRules.EffectiveOutputLimit(request, 64));
        Assert.Equal(RequestFaultCode.MaxFeeTooSmall, Admit(request)?.Code);
    }

    private static RequestFault? Admit(JobRequest request) =>
        JobRequestRules.CheckAdmission(request, s_world.Model, World.Sequencer.Address, World.PostedAt);
}
