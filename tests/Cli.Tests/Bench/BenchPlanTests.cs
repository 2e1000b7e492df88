using TeeTee.Cli.Bench.Inference;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Kernels;

namespace TeeTee.Cli.Tests.Bench;

public sealed class BenchPlanTests
{
    private static readonly BenchPlan s_plan = new() { Model = "a.gguf" };

    [Fact]
    public void With_EveryName_ChangesThatAlone()
    {
        BenchPlan plan = s_plan.With("model=b.gguf, prompt=512,generate=8,threads=3,shards=2,sessions=8,busy=1,trace=off,sampled=on,kernels=managed");

        Assert.Equal(
            new BenchPlan
            {
                Model = "b.gguf", Prompt = 512, Generate = 8, Threads = 3, Shards = 2, Sessions = 8, Busy = 1, Trace = false, Sampled = true,
                Kernels = KernelPreference.Managed,
            },
            plan);
        Assert.Equal(s_plan with { Sessions = 8 }, s_plan.With("sessions=8"));
    }

    [Theory]
    [InlineData("session=8")]
    [InlineData("sessions")]
    [InlineData("sessions=-1")]
    [InlineData("sessions=0")]
    [InlineData("trace=yes")]
    [InlineData("kernels=fast")]
    [InlineData("prompt=99999999999")]
    public void With_UnknownOrUnfit_IsRefused(string changes) => Assert.Throws<FailureException>(() => s_plan.With(changes));
}
