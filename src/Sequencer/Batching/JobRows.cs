using System.Globalization;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Sequencer.Batching;

/// <summary>Values of the database as this program writes them; anything else is a damaged file.</summary>
internal static class JobRows
{
    /// <exception cref="InvalidDataException">Not the encoding of a message of this kind.</exception>
    public static T Decode<T>(byte[] abi)
        where T : class, IRollupMessage<T> =>
        MessageCodec.TryDecode(abi, out T? message)
            ? message
            : throw new InvalidDataException($"The database holds {abi.Length} bytes that are no {typeof(T).Name}.");

    /// <exception cref="InvalidDataException">Not the encoding of a message of this kind.</exception>
    public static Signed<T> Signed<T>(byte[] abi, byte[] signature)
        where T : class, ITypedMessage<T> => new(Decode<T>(abi), new Signature(signature));

    public static UInt128 Wei(string text) => UInt128.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    public static string Text(UInt128 wei) => wei.ToString(CultureInfo.InvariantCulture);

    /// <summary>abi.encode(Account[]).</summary>
    public static byte[] Encode(IReadOnlyCollection<Account> accounts) =>
        new Rollup.Abi.TupleWriter().Array(accounts, static (words, account) => account.WriteMembers(words)).ToArray();

    /// <summary>What <see cref="Encode"/> wrote.</summary>
    /// <exception cref="InvalidDataException">Something else.</exception>
    public static IEnumerable<Account> DecodeAccounts(byte[] abi)
    {
        const int Head = 64;
        const int Size = 160;
        if (abi.Length < Head || (abi.Length - Head) % Size != 0)
            throw new InvalidDataException($"The database holds {abi.Length} bytes that are no accounts.");
        for (int at = Head; at < abi.Length; at += Size)
            yield return Decode<Account>(abi.AsSpan(at, Size).ToArray());
    }
}
