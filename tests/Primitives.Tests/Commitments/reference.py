"""Prints the golden values of CommitmentTests and SaltTests from docs/protocol.md, sections 2 and 10, with nothing but hashlib.

Run: python3 tests/Primitives.Tests/Commitments/reference.py
"""
import hashlib
import struct


def sha(data):
    return hashlib.sha256(data).digest()


def mth(leaves):
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return sha(b"\0" + leaves[0])
    split = 1
    while 2 * split < len(leaves):
        split *= 2
    return sha(b"\1" + mth(leaves[:split]) + mth(leaves[split:]))


def root(tag, leaves, size=None):
    return sha(tag + struct.pack(">Q", len(leaves) if size is None else size) + mth(leaves))


def pages(data):
    return [data[i:i + 1024] for i in range(0, len(data), 1024)]


def vector(count):
    return root(b"TT/vect1", pages(struct.pack(f"<{count}f", *[i / 4 for i in range(count)])), count)


def tokens(count):
    return root(b"TT/toks1", pages(struct.pack(f"<{count}I", *[i * 70_001 for i in range(count)])), count)


ROWS = [bytes((r * 16 + i) % 256 for i in range(16)) for r in range(6)]


def leaf(position):
    return sha(b"TT/leaf1" + struct.pack(">I", position) + vector(position) + vector(position + 1) + root(b"TT/kvpo1", ROWS))


for count in (0, 1, 255, 256, 257, 2048, 2500):
    print("vector", count, vector(count).hex())
for count in (0, 1, 256, 257, 1000):
    print("tokens", count, tokens(count).hex())
print("kv", root(b"TT/kvpo1", ROWS).hex())
print("layer", root(b"TT/kvly1", [b"".join(ROWS), b"".join(ROWS[::-1])]).hex())
print("leaf", leaf(7).hex())
for count in (1, 5, 8):
    print("trace", count, root(b"TT/trac1", [leaf(p) for p in range(count)]).hex())

KEY = bytes(range(32))


def salt(kind, layer, position, index):
    return sha(KEY + struct.pack(">IIII", kind, layer, position, index))


def salted(leaves, kind, layer, position):
    return [salt(kind, layer, position, i) + leaf for i, leaf in enumerate(leaves)]


print("salt", salt(3, 5, 260, 2).hex())
ids = struct.pack("<300I", *[i * 70_001 for i in range(300)])
print("salted tokens", root(b"TT/toks1", salted(pages(ids), 1, 0, 0), 300).hex())
print("salted prompt", root(b"TT/toks1", salted(pages(ids), 2, 0, 0), 300).hex())
elements = struct.pack("<700f", *[i / 4 for i in range(700)])
print("salted vector", root(b"TT/vect1", salted(pages(elements), 3, 2, 9), 700).hex())
print("salted kv", root(b"TT/kvpo1", [b for layer in range(3) for b in salted(ROWS[2 * layer:2 * layer + 2], 4, 4 + layer, 9)]).hex())
