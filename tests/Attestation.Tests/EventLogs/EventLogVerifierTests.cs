using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TeeTee.Attestation.EventLogs;
using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Tests.EventLogs;

public sealed class EventLogVerifierTests
{
    [Fact]
    public void Verify_OrdinaryLog_MatchesAndTellsTheApplication()
    {
        EventLogFixture made = EventLogFixture.Ordinary();

        EventLogVerdict verdict = EventLogVerifier.Verify(made.Read(), made.Report(ConfigId.Version1(EventLogFixture.ComposeHash)), EventLogFixture.Compose);

        Assert.Null(verdict.Error);
        Assert.Equal([true, true, true, true], verdict.RegisterMatches);
        Assert.Equal(ConfigIdBinding.Version1, verdict.ConfigId);
        Assert.Equal(EventLogFixture.ComposeHash, verdict.Claims!.ComposeHash.ToArray());
        Assert.Equal(EventLogFixture.ComposeHash[..20], verdict.Claims.AppId.ToArray());
        Assert.Equal(20, verdict.Claims.InstanceId.Length);
        Assert.Equal("kms", verdict.Claims.KeyProvider.Name);
        Assert.Equal(new byte[] { 10, 11 }, verdict.Claims.KeyProvider.Id.ToArray());
        Assert.True(verdict.Compose!.IsPinned);
    }

    [Fact]
    public void Verify_SwappedOrder_IsRefused() => AssertRegistersRefused(made => made.Move(made.Find("app-id"), 12));

    [Fact]
    public void Verify_RemovedEvent_IsRefused() => AssertRegistersRefused(made => made.Events.Remove(made.Find("boot-mr-done")));

    [Fact]
    public void Verify_RemovedFirmwareEvent_IsRefused() => AssertRegistersRefused(made => made.Events.RemoveAt(4));

    [Fact]
    public void Verify_ExtraEvent_IsRefused() => AssertRegistersRefused(made => made.Runtime("extra", []));

    [Fact]
    public void Verify_EventInAnotherRegister_IsRefused() => AssertRegistersRefused(made => made.Events[1]!["imr"] = 2);

    [Fact]
    public void Verify_ChangedPayloadWithNewDigest_IsRefused() => AssertRegistersRefused(made =>
    {
        int index = made.Events.IndexOf(made.Find("compose-hash"));
        made.Events[index] = EventLogFixture.RuntimeEvent("compose-hash", new byte[32]);
    });

    // In each of the following the registers do match: the machine really measured it so.
    [Theory]
    [InlineData("compose-hash")]
    [InlineData("app-id")]
    [InlineData("boot-mr-done")]
    public void Verify_DoubledNameBeforeReady_IsRefused(string name)
    {
        EventLogFixture made = EventLogFixture.Ordinary();
        made.Events.Insert(12, EventLogFixture.RuntimeEvent(name, new byte[32]));

        AssertRefused(EventLogStage.Names, $"{name} is there twice", made);
    }

    [Fact]
    public void Verify_ComposeHashOnlyAfterReady_IsRefused()
    {
        EventLogFixture made = EventLogFixture.Ordinary();
        made.Move(made.Find("compose-hash"), made.Events.Count - 1);

        AssertRefused(EventLogStage.Names, "compose-hash", made);
    }

    [Fact]
    public void Verify_SecondComposeHashAfterReady_IsRefused()
    {
        EventLogFixture made = EventLogFixture.Ordinary();
        made.Runtime("compose-hash", new byte[32]);

        AssertRefused(EventLogStage.Names, "after system-ready", made);
    }

    [Fact]
    public void Verify_RepeatedApplicationEvents_AreNoMatterOfTheBoot()
    {
        EventLogFixture made = EventLogFixture.Ordinary();
        made.Runtime("application", [1]);

        Assert.Null(EventLogVerifier.Verify(made.Read(), made.Report()).Error);
    }

    [Theory]
    [InlineData("system-ready")]
    [InlineData("app-id")]
    [InlineData("key-provider")]
    public void Verify_AbsentName_IsRefused(string name)
    {
        EventLogFixture made = EventLogFixture.Ordinary();
        made.Events.Remove(made.Find(name));

        AssertRefused(EventLogStage.Names, $"{name} is absent", made);
    }

    [Theory]
    [InlineData("app-id", "00")]
    [InlineData("compose-hash", "00")]
    [InlineData("instance-id", "00")]
    [InlineData("key-provider", "00")]
    [InlineData("key-provider", "7b7d")]
    [InlineData("key-provider", "5b5d")]
    public void Verify_PayloadOfWrongForm_IsRefused(string name, string payload)
    {
        EventLogFixture made = EventLogFixture.Ordinary();
        made.Events[made.Events.IndexOf(made.Find(name))] = EventLogFixture.RuntimeEvent(name, Convert.FromHexString(payload));

        AssertRefused(EventLogStage.Names, name, made);
    }

    [Fact]
    public void Verify_NameOfFirmwareEvent_ClaimsNothing()
    {
        EventLogFixture made = new();
        made.Firmware(0, 1);
        made.Events[0]!["event"] = "compose-hash";

        EventLogVerdict verdict = EventLogVerifier.Verify(made.Read(), made.Report());

        Assert.Null(verdict.Error);
        Assert.Null(verdict.Claims);
    }

    [Fact]
    public void Verify_ReserialisedCompose_IsRefused()
    {
        EventLogFixture made = EventLogFixture.Ordinary();
        byte[] again = Encoding.UTF8.GetBytes(JsonNode.Parse(EventLogFixture.Compose)!.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));

        EventLogVerdict verdict = EventLogVerifier.Verify(made.Read(), made.Report(), again);

        Assert.Equal(EventLogStage.Compose, verdict.Error?.Stage);
    }

    [Fact]
    public void Verify_ComposeForLogWithoutBoot_IsRefused()
    {
        EventLogFixture made = new();
        made.Firmware(0, 1);

        Assert.Equal(EventLogStage.Compose, EventLogVerifier.Verify(made.Read(), made.Report(), EventLogFixture.Compose).Error?.Stage);
    }

    [Fact]
    public void Verify_ConfigIdOfOtherCompose_IsRefused()
    {
        EventLogFixture made = EventLogFixture.Ordinary();

        AssertRefused(EventLogStage.ConfigId, "MR_CONFIG_ID", made, ConfigId.Version1(new byte[32]));
        AssertRefused(EventLogStage.ConfigId, "MR_CONFIG_ID", made, ConfigId.Version2(new byte[32], EventLogFixture.ComposeHash.AsSpan(0, 20), "kms", [10, 11]));
        AssertRefused(EventLogStage.ConfigId, "none of dstack's forms", made, [9, .. new byte[47]]);
        AssertRefused(EventLogStage.ConfigId, "none of dstack's forms", made, [.. ConfigId.Version1(EventLogFixture.ComposeHash)[..47], 1]);
    }

    [Theory]
    [InlineData("kms", "0a0b", true)]
    [InlineData("kms", "", true)]
    [InlineData("kms", "0a", false)]
    [InlineData("tpm", "0a0b", false)]
    public void Verify_ConfigIdVersion2_BindsTheProvider(string provider, string id, bool matches)
    {
        EventLogFixture made = EventLogFixture.Ordinary();
        byte[] register = ConfigId.Version2(EventLogFixture.ComposeHash, EventLogFixture.ComposeHash.AsSpan(0, 20), provider, Convert.FromHexString(id));

        EventLogVerdict verdict = EventLogVerifier.Verify(made.Read(), made.Report(register));

        Assert.Equal(ConfigIdBinding.Version2, verdict.ConfigId);
        Assert.Equal(matches ? null : EventLogStage.ConfigId, verdict.Error?.Stage);
    }

    [Fact]
    public void Version2_Kind_IsOneByteBetweenApplicationAndId()
    {
        byte[] expected = [2, .. Primitives.Keccak256.Hash([.. new byte[32], .. new byte[20], 2, 9]).ToArray(), .. new byte[15]];

        Assert.Equal(expected, ConfigId.Version2(new byte[32], new byte[20], "kms", [9]));
    }

    [Theory]
    [InlineData("compose_hash", null, true)]
    [InlineData("compose_hash", "\"00\"", false)]
    [InlineData("app_id", "\"00\"", false)]
    [InlineData("instance_id", "\"00\"", false)]
    [InlineData("key_provider", "\"tpm\"", false)]
    [InlineData("key_provider", "7", false)]
    [InlineData("key_provider_id", "\"0a0b\"", true)]
    [InlineData("key_provider_id", "\"0a\"", false)]
    public void Verify_ConfigIdVersion3_BindsItsDocument(string member, string? value, bool matches)
    {
        JsonObject document = new()
        {
            ["app_id"] = Convert.ToHexStringLower(EventLogFixture.ComposeHash[..20]),
            ["compose_hash"] = Convert.ToHexStringLower(EventLogFixture.ComposeHash),
            ["key_provider"] = "kms",
            ["version"] = 3,
        };
        if (value is not null)
            document[member] = JsonNode.Parse(value);
        byte[] bytes = Encoding.UTF8.GetBytes(document.ToJsonString());
        EventLogFixture made = EventLogFixture.Ordinary();
        TdReport report = made.Report(ConfigId.Version3(bytes));

        Assert.Equal(matches ? null : EventLogStage.ConfigId, EventLogVerifier.Verify(made.Read(), report, null, bytes).Error?.Stage);
        Assert.Equal(EventLogStage.ConfigId, EventLogVerifier.Verify(made.Read(), report).Error?.Stage);
        Assert.Equal(EventLogStage.ConfigId, EventLogVerifier.Verify(made.Read(), report, null, new byte[] { (byte)'{', (byte)'}' }).Error?.Stage);
    }

    private static void AssertRegistersRefused(Action<EventLogFixture> change)
    {
        EventLogFixture made = EventLogFixture.Ordinary();
        TdReport report = made.Report();
        Assert.Null(EventLogVerifier.Verify(made.Read(), report).Error);
        change(made);

        EventLogVerdict verdict = EventLogVerifier.Verify(made.Read(), report);

        Assert.Equal(EventLogStage.Registers, verdict.Error?.Stage);
        Assert.Contains(false, verdict.RegisterMatches);
    }

    private static void AssertRefused(EventLogStage stage, string cause, EventLogFixture made, byte[]? configId = null)
    {
        EventLogVerdict verdict = EventLogVerifier.Verify(made.Read(), made.Report(configId));

        Assert.Equal(stage, verdict.Error?.Stage);
        Assert.Contains(cause, verdict.Error!.Cause, StringComparison.Ordinal);
        Assert.DoesNotContain(false, verdict.RegisterMatches);
    }
}
