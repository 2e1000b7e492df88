namespace TeeTee.Primitives.Tests;

public sealed class Eip712StructTests
{
    private static readonly Eip712Struct s_person = new("Person", [new("name", "string"), new("wallet", "address")]);

    private static readonly Eip712Struct s_mail =
        new("Mail", [new("from", "Person"), new("to", "Person"), new("contents", "string")], s_person);

    // EIP-712's own example ("Mail"), assets/eip-712/Example.js.
    [Fact]
    public void Digest_MailExample_IsKnown()
    {
        Eip712Domain domain = new("Ether Mail", "1", 1, Address.Parse("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"));
        Assert.Equal("0xf2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f", domain.Separator.ToString());
        Assert.Equal("Mail(Person from,Person to,string contents)Person(string name,address wallet)", s_mail.EncodeType());
        var hash = s_mail.HashStruct(
            new object[] { "Cow", Address.Parse("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826") },
            new object[] { "Bob", Address.Parse("0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB") },
            "Hello, Bob!");
        Assert.Equal("0xc52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e", hash.ToString());
        Assert.Equal("0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2", domain.Digest(hash).ToString());
    }

    [Fact]
    public void Constructor_UnknownType_Throws() =>
        Assert.Throws<ArgumentException>(() => new Eip712Struct("Bad", [new("x", "Unknown")]));

    [Fact]
    public void HashStruct_WrongValues_Throws()
    {
        Assert.Throws<ArgumentException>(() => s_person.HashStruct("Cow"));
        Assert.Throws<ArgumentException>(() => s_person.HashStruct("Cow", "not an address"));
    }
}
