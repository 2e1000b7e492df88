using System.Text;
using System.Text.Json;
using TeeTee.Attestation.EventLogs;

namespace TeeTee.Attestation.Tests.EventLogs;

public sealed class AppComposeTests
{
    private const string Digest = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string Pinned = $"example/shard@sha256:{Digest}";

    [Theory]
    [InlineData($"services:\n  a:\n    image: {Pinned}\n")]
    [InlineData($"services:\r\n  a:\r\n    image: {Pinned}\r\n")]
    [InlineData($"version: '3'\nservices:\n    a:\n        image: \"{Pinned}\"  # ours\n        command: [\"run\", '-x', y]\n")]
    [InlineData($"services:\n  a:\n    image: host:5000/x/y:1.2@sha256:{Digest}\n    ports:\n      - \"80:80\"\n      - 81:81\n    environment:\n    - A=b\n    volumes:\n      - /a:/a\n  'b':\n    'image': {Pinned}\n")]
    [InlineData($"services:\n  a:\n    command:\n      - -v\n      - --x=1\n      - - a\n        - b\n    image: {Pinned}\n")]
    [InlineData($"services:\n  a:\n    entrypoint: |\n      image: no\n\n      services: {{}}\n    image: {Pinned}\nvolumes:\n  data:\n")]
    [InlineData($"# text\nservices:\n\n  a:\n    command:\n      - |\n        image: no\n      - x\n    image: {Pinned}\n")]
    public void TryRead_PinnedImages_ArePinned(string yaml)
    {
        AppCompose compose = Read(yaml);

        Assert.Empty(compose.Doubts);
        Assert.NotEmpty(compose.Images);
        Assert.All(compose.Images, image => Assert.True(image.IsPinned, image.Reference));
        Assert.True(compose.IsPinned);
    }

    [Theory]
    [InlineData("ubuntu")]
    [InlineData("ubuntu:24.04")]
    [InlineData("ubuntu@sha256:aaaa")]
    [InlineData("ubuntu@sha512:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData($"ubuntu@sha256:{Digest}0")]
    [InlineData($"${{IMAGE:-x@sha256:{Digest}}}")]
    [InlineData($"@sha256:{Digest}")]
    [InlineData($"x@sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void TryRead_OtherReference_IsNotPinned(string reference)
    {
        AppCompose compose = Read($"services:\n  a:\n    image: {Pinned}\n  b:\n    image: {reference}\n");

        Assert.False(compose.IsPinned);
        Assert.Equal([true, false], compose.Images.Select(image => image.IsPinned));
        Assert.Equal((5, reference), (compose.Images[1].Line, compose.Images[1].Reference));
    }

    // Each of these runs an image that no line "image: ..." of the file names, or might to some reader.
    [Theory]
    [InlineData($"services:\n  a:\n    image: {Pinned}\n  b: {{image: evil}}\n")]
    [InlineData($"services: {{a: {{image: {Pinned}}}}}\n")]
    [InlineData($"services:\n  a:\n    image: {Pinned}\n  b:\n    build: .\n")]
    [InlineData($"services:\n  a:\n    image: {Pinned}\n    build: .\n")]
    [InlineData($"services:\n  a:\n    image: {Pinned}\n  b:\n    extends: c\n")]
    [InlineData($"include:\n  - other.yaml\nservices:\n  a:\n    image: {Pinned}\n")]
    [InlineData($"x-b: &b\n  image: {Pinned}\nservices:\n  a:\n    <<: *b\n")]
    [InlineData($"services:\n  a:\n    image: {Pinned}\n  b:\n    \"im\\u0061ge\": evil\n")]
    [InlineData($"services:\n  a:\n    image: {Pinned}\n  b:\n    ? image\n    : evil\n")]
    [InlineData($"services:\n  a:\n    image: {Pinned}\n  b:\n    command: x\n")]
    [InlineData($"services:\n  a:\n    image: {Pinned}\n    x: |2\n  image: evil\n")]
    [InlineData($"services:\n  a:\n    image: {Pinned}\n    x: \"one\n      two\"\n")]
    [InlineData($"services:\n  a:\n    image: {Pinned}\n# \u2028y: |\n  b:\n    image: evil\n")]
    [InlineData($"services:\n  a:\n    image: {Pinned}\n# \ry: |\n  b:\n    image: evil\n")]
    [InlineData($"services:\n  a:\n    image: {Pinned}\n\tb:\n")]
    [InlineData($"services:\n  a:\n    image: !x {Pinned}\n")]
    [InlineData($"services:\n  a:\n    image: {Pinned}\n    x:\n      - - - - - - - a\n")]
    [InlineData($"services:\n  a:\n    image: {Pinned}\n---\nservices:\n  b:\n    image: {Pinned}\n")]
    [InlineData("services:\n")]
    [InlineData("")]
    [InlineData("{}")]
    public void TryRead_WhatIsNotUnderstood_IsADoubt(string yaml)
    {
        AppCompose compose = Read(yaml);

        Assert.NotEmpty(compose.Doubts);
        Assert.False(compose.IsPinned);
    }

    [Theory]
    [InlineData("pre_launch_script", "\"docker pull x\"", true)]
    [InlineData("init_script", "\"x\"", true)]
    [InlineData("init_script", "[\"x\"]", true)]
    [InlineData("bash_script", "\"x\"", true)]
    [InlineData("pre_launch_script", "\"  \"", false)]
    [InlineData("pre_launch_script", "null", false)]
    [InlineData("init_script", "[]", false)]
    [InlineData("other_script", "\"x\"", false)]
    public void TryRead_Script_IsNamed(string name, string value, bool found)
    {
        string json = $$"""{"docker_compose_file": "services:\n  a:\n    image: {{Pinned}}\n", "{{name}}": {{value}}}""";
        Assert.True(AppCompose.TryRead(Encoding.UTF8.GetBytes(json), out AppCompose? compose, out _));

        Assert.Equal(found ? [name] : [], compose.Scripts);
        Assert.Equal(!found, compose.IsPinned);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"docker_compose_file\":\"\\ud800\"}")]
    public void TryRead_NoComposeFile_IsRefused(string json)
    {
        Assert.False(AppCompose.TryRead(Encoding.UTF8.GetBytes(json), out _, out EventLogError? error));
        Assert.Equal(EventLogStage.Compose, error.Stage);
    }

    [Fact]
    public void TryRead_TooLong_IsRefused() =>
        Assert.False(AppCompose.TryRead(new byte[EventLogLimits.ComposeBytes + 1], out _, out _));

    private static AppCompose Read(string yaml)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(new { docker_compose_file = yaml });
        Assert.True(AppCompose.TryRead(json, out AppCompose? compose, out EventLogError? error), error?.ToString());
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(json), compose.Hash.ToArray());
        return compose;
    }
}
