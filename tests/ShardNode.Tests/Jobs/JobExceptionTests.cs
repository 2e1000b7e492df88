using TeeTee.ShardNode.Jobs;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Tests.Jobs;

public sealed class JobExceptionTests
{
    [Fact]
    public void From_AbortWithControlCharacters_IsShownAsPlainText()
    {
        JobException read = JobException.From(new Abort { Code = JobFailure.Internal, Message = "lost\r\n\u001b[2Jforged line" + new string('x', 600) });

        Assert.StartsWith("lost???[2Jforged line", read.Message, StringComparison.Ordinal);
        Assert.Equal(512, read.Message.Length);
    }
}
