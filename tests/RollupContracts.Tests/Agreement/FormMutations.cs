using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>Headers, lengths, signatures and damage.</summary>
internal static class FormMutations
{
    private static readonly BigInteger s_order = ForgedCertificates.Order;

    private static readonly Dictionary<string, Func<BigInteger, BigInteger, (BigInteger, BigInteger)>> s_badPairs = new()
    {
        ["r = 0"] = (_, s) => (0, s),
        ["s = 0"] = (r, _) => (r, 0),
        ["r = s = 0"] = (_, _) => (0, 0),
        ["r = n"] = (_, s) => (s_order, s),
        ["s = n"] = (r, _) => (r, s_order),
        ["s above n"] = (r, s) => (r, BigInteger.Min(s_order + s, BigInteger.Pow(2, 256) - 1)),
        ["r and s exchanged"] = (r, s) => (s, r),
        ["r one more"] = (r, s) => (r + 1, s),
        ["s one less"] = (r, s) => (r, s - 1),
    };

    /// <summary>Pairs that are no signature although they were one before.</summary>
    public static IReadOnlyDictionary<string, Func<BigInteger, BigInteger, (BigInteger R, BigInteger S)>> BadPairs => s_badPairs;

    /// <summary>The other signature that is as good.</summary>
    public static (BigInteger R, BigInteger S) Malleate(BigInteger r, BigInteger s) => (r, s_order - s);

    public static void AddTo(MutationList list)
    {
        AddHeader(list);
        AddLengths(list);
        AddSignatures(list);
        AddDamage(list);
    }

    private static void AddHeader(MutationList list)
    {
        list.Refuse("version", draft => draft.Header.Add(header => BinaryPrimitives.WriteUInt16LittleEndian(header, Other(draft.Random, 4, 5))), 2);
        list.Refuse("version 4 and 5 exchanged", draft => draft.Header.Add(header => header[0] ^= 1));
        list.Refuse("key type", draft => draft.Header.Add(header => BinaryPrimitives.WriteUInt16LittleEndian(header[2..], Other(draft.Random, 2, 2))));
        list.Refuse("TEE type", draft => draft.Header.Add(header => header[4 + draft.Random.Next(4)] ^= (byte)draft.Random.Next(1, 256)));
        list.Refuse("TEE type SGX", draft => draft.Header.Add(header => header[4] = 0));
        list.Refuse("vendor", draft => draft.Header.Add(header => draft.Random.Flip(header.Slice(12, 16))));
        list.Refuse("body type", draft =>
        {
            draft.Use15();
            draft.Header.Add(header => BinaryPrimitives.WriteUInt16LittleEndian(header[48..], Other(draft.Random, (ushort)draft.Type, (ushort)draft.Type)));
        }, 2);
        list.Refuse("body size", draft =>
        {
            draft.Use15();
            draft.Header.Add(header => draft.Random.Flip(header.Slice(50, 4)));
        });
    }

    private static void AddLengths(MutationList list)
    {
        list.RefuseEdited("signature data length", (quote, at, random) => random.Flip(quote.AsSpan(at.Length, 4)), 2);
        list.RefuseEdited("signature data one shorter", (quote, at, _) => Add(quote.AsSpan(at.Length), -1));
        list.RefuseEdited("outer certification type", (quote, at, random) => random.Flip(quote.AsSpan(at.OuterType, 2)));
        list.RefuseEdited("outer certification size", (quote, at, random) => random.Flip(quote.AsSpan(at.OuterType + 2, 4)));
        list.RefuseEdited("authentication data size", (quote, at, random) => random.Flip(quote.AsSpan(at.AuthenticationSize, 2)));
        list.RefuseEdited("inner certification type", (quote, at, random) => random.Flip(quote.AsSpan(at.InnerType(quote), 2)));
        list.RefuseEdited("inner certification size", (quote, at, random) => random.Flip(quote.AsSpan(at.InnerType(quote) + 2, 4)));
        list.Refuse("cut off anywhere", draft => draft.Finish.Add((quote, _) => quote[..draft.Random.Next(quote.Length)]), 4);
        list.Refuse("one byte short", draft => draft.Finish.Add((quote, _) => quote[..^1]));
        list.Refuse("empty", draft => draft.Finish.Add((_, _) => []));
        list.Accept("bytes behind the signature data", draft => draft.Finish.Add((quote, _) => [.. quote, .. draft.Random.Bytes(draft.Random.Next(1, 3000))]), 3);
        list.Accept("zeros behind the signature data", draft => draft.Finish.Add((quote, _) => [.. quote, .. new byte[70]]));
    }

    private static void AddSignatures(MutationList list)
    {
        Dictionary<string, Func<QuoteOffsets, int>> signatures = new() { ["quote"] = at => at.Signature, ["QE report"] = at => at.QeSignature };
        foreach ((string which, Func<QuoteOffsets, int> position) in signatures)
        {
            list.RefuseEdited($"{which} signature damaged", (quote, at, random) => random.Flip(quote.AsSpan(position(at), 64)), 3);
            list.RefuseEdited($"{which} signature of another", (quote, at, _) => SignByAnother(quote, at, which == "quote"));
            list.Accept($"{which} signature with n - s", draft => draft.Finish.Add((quote, at) =>
            {
                ForgedCertificates.ChangePair(quote.AsSpan(position(at)), Malleate);
                return quote;
            }), 2);
            foreach ((string name, Func<BigInteger, BigInteger, (BigInteger R, BigInteger S)> change) in BadPairs)
                list.RefuseEdited($"{which} signature, {name}", (quote, at, _) => ForgedCertificates.ChangePair(quote.AsSpan(position(at)), change));
        }
        list.RefuseEdited("attestation key damaged", (quote, at, random) => random.Flip(quote.AsSpan(at.AttestationKey, 64)), 2);
        // Bound by a quoting enclave that vouches for what is no point of the curve.
        AddBoundKey(list, "no point of the curve", (key, random) => random.Flip(key));
        AddBoundKey(list, "zero", (key, _) => key.Clear());
        AddBoundKey(list, "above the field", (key, _) => key.Fill(0xff));
        AddBoundKey(list, "of another", (key, _) => WriteKey(key));
    }

    private static void AddDamage(MutationList list)
    {
        list.RefuseEdited("damage in the header", (quote, _, random) => random.Flip(quote.AsSpan(0, 48)), 4);
        list.RefuseEdited("damage in the body", (quote, at, random) => random.Flip(quote.AsSpan(at.Body, at.SignedEnd - at.Body)), 20);
        list.RefuseEdited("damage in the signature data", (quote, at, random) => random.Flip(quote.AsSpan(at.Length, at.Chain(quote) - at.Length)), 20);
        list.RefuseEdited("damage in several places", (quote, at, random) =>
        {
            for (int i = random.Next(2, 9); i > 0; i--)
                random.Flip(quote.AsSpan(0, at.AuthenticationSize));
        }, 3);
        list.Refuse("a body of another quote", draft => draft.Finish.Add((quote, at) =>
        {
            draft.Random.NextBytes(quote.AsSpan(at.Body + 472, 48));
            return quote;
        }));
    }

    private static void AddBoundKey(MutationList list, string name, KeyChange change) => list.Refuse($"attestation key {name}, bound", draft =>
    {
        byte[] key = new byte[64];
        WriteKey(key, draft.Machine.Attestation);
        change(key, draft.Random);
        draft.Enclave.Add(report => SHA256.HashData([.. key, .. draft.Authentication], report[320..]));
        draft.Finish.Add((quote, at) =>
        {
            key.CopyTo(quote.AsSpan(at.AttestationKey));
            return quote;
        });
    });

    private static void WriteKey(Span<byte> target, ECDsa? key = null)
    {
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        ECPoint point = (key ?? other).ExportParameters(false).Q;
        point.X!.CopyTo(target);
        point.Y!.CopyTo(target[32..]);
    }

    private static void SignByAnother(byte[] quote, QuoteOffsets at, bool body)
    {
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        (int start, int end, int target) = body ? (0, at.SignedEnd, at.Signature) : (at.QeReport, at.QeSignature, at.QeSignature);
        other.SignData(quote.AsSpan(start, end - start), quote.AsSpan(target, 64), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private static ushort Other(Random random, ushort first, ushort last)
    {
        ushort[] near = [0, 1, 2, 3, 4, 5, 6, 7, (ushort)random.Next(65536)];
        ushort[] others = [.. near.Where(value => value < first || value > last)];
        return others[random.Next(others.Length)];
    }

    private static void Add(Span<byte> number, int by) =>
        BinaryPrimitives.WriteInt32LittleEndian(number, BinaryPrimitives.ReadInt32LittleEndian(number) + by);

    private delegate void KeyChange(Span<byte> key, Random random);
}
