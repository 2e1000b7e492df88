"""
Writes packed-blocks.json: blocks of ggml's formats and the binary32 numbers that they stand for.

Written from the description of the formats (ggml's type table and the layouts of its block structures), element by element and without
the C# code: an element is found by its number, not by unpacking planes. A binary32 operation is a binary64 one rounded once more, which
for + - * of binary32 operands is the same as rounding once (53 >= 2 * 24 + 2).

    python3 packed-blocks.py > packed-blocks.json
"""
import json, random, struct

def f32(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]

def half(b, at):
    return struct.unpack_from("<e", b, at)[0]

def bits(x):
    return struct.pack(">f", x).hex()

def mul(a, b): return f32(a * b)
def sub(a, b): return f32(a - b)
def add(a, b): return f32(a + b)

def nibble(b, at, high):
    return b[at] >> 4 if high else b[at] & 15

def bit(b, at, n):
    """Bit n, counted from the lowest bit of byte `at`."""
    return b[at + n // 8] >> (n % 8) & 1

def q4_0(b, e): return mul(half(b, 0), nibble(b, 2 + e % 16, e >= 16) - 8)
def q4_1(b, e): return add(mul(half(b, 0), nibble(b, 4 + e % 16, e >= 16)), half(b, 2))
def q5_0(b, e): return mul(half(b, 0), nibble(b, 6 + e % 16, e >= 16) + 16 * bit(b, 2, e) - 16)
def q5_1(b, e): return add(mul(half(b, 0), nibble(b, 8 + e % 16, e >= 16) + 16 * bit(b, 4, e)), half(b, 2))
def q8_0(b, e): return mul(half(b, 0), b[2 + e] - 256 * (b[2 + e] >> 7))

def two(b, at, e):
    """Two bits of element e: 32 bytes serve 128 elements, the lowest bits the first 32."""
    return b[at + e // 128 * 32 + e % 32] >> (e % 128 // 32 * 2) & 3

def q2_k(b, e):
    s = b[e // 16]
    return sub(mul(mul(half(b, 80), s & 15), two(b, 16, e)), mul(half(b, 82), s >> 4))

def q3_k(b, e):
    g = e // 16
    low = nibble(b, 96 + g % 8, g >= 8)
    high = b[96 + 8 + g % 4] >> (2 * (g // 4)) & 3
    third = b[e % 32] >> (e // 32) & 1
    return mul(mul(half(b, 108), low + 16 * high - 32), two(b, 32, e) + 4 * third - 4)

def six(b, g):
    """The 6-bit scale and minimum of group g, packed into 12 bytes from byte 4 on."""
    s = b[4:16]
    if g < 4:
        return s[g] & 63, s[g + 4] & 63
    return (s[g + 4] & 15) + 16 * (s[g - 4] >> 6), (s[g + 4] >> 4) + 16 * (s[g] >> 6)

def q4_k(b, e):
    scale, least = six(b, e // 32)
    q = nibble(b, 16 + e // 64 * 32 + e % 32, e % 64 >= 32)
    return sub(mul(mul(half(b, 0), scale), q), mul(half(b, 2), least))

def q5_k(b, e):
    scale, least = six(b, e // 32)
    q = nibble(b, 48 + e // 64 * 32 + e % 32, e % 64 >= 32) + 16 * (b[16 + e % 32] >> (e // 32) & 1)
    return sub(mul(mul(half(b, 0), scale), q), mul(half(b, 2), least))

def q6_k(b, e):
    low = nibble(b, e // 128 * 64 + e % 64, e % 128 >= 64)
    high = b[128 + e // 128 * 32 + e % 32] >> (e % 128 // 32 * 2) & 3
    s = struct.unpack_from("<b", b, 192 + e // 16)[0]
    return mul(mul(half(b, 208), s), low + 16 * high - 32)

FORMATS = {
    # name: function, bytes, elements, where the halves are
    "Q4_0": (q4_0, 18, 32, [0]), "Q4_1": (q4_1, 20, 32, [0, 2]), "Q5_0": (q5_0, 22, 32, [0]), "Q5_1": (q5_1, 24, 32, [0, 2]),
    "Q8_0": (q8_0, 34, 32, [0]), "Q2_K": (q2_k, 84, 256, [80, 82]), "Q3_K": (q3_k, 110, 256, [108]), "Q4_K": (q4_k, 144, 256, [0, 2]),
    "Q5_K": (q5_k, 176, 256, [0, 2]), "Q6_K": (q6_k, 210, 256, [208]),
}
# Ordinary, negative, subnormal, greatest, least, zeros.
HALVES = [0x2E66, 0xA5C3, 0x0001, 0x03FF, 0x7BFF, 0xFBFF, 0x0000, 0x8000, 0x3555, 0x14D2]

def main():
    draw = random.Random(20261129)
    blocks = []
    for name, (decode, size, elements, halves) in FORMATS.items():
        for n in range(6 if elements == 256 else 12):
            b = bytearray(draw.getrandbits(8) for _ in range(size))
            if n == 1: b = bytearray(b"\xff" * size)
            if n == 2: b = bytearray(b"\x80" * size)
            for i, at in enumerate(halves):
                struct.pack_into("<H", b, at, HALVES[(n * (i + 1) + i) % len(HALVES)])
            blocks.append({"type": name, "block": bytes(b).hex(), "elements": "".join(bits(decode(b, e)) for e in range(elements))})
    print("[\n" + ",\n".join(json.dumps(block) for block in blocks) + "\n]")

if __name__ == "__main__":
    main()
