#!/usr/bin/env python3
"""Writes evex-golden.txt: each instruction below and its bytes, as GNU as encodes it (binutils 2.40 of Debian 12).

Run it where `as` and `objcopy` are; the test of EvexAssembler reads only the text file.
"""
import itertools, pathlib, struct, subprocess, tempfile

BASES = ["rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11"]
# Every bit of a register number is set and cleared in every operand's place.
TRIPLES = [(0, 0, 0), (1, 2, 4), (8, 16, 31), (31, 8, 16), (16, 31, 8), (15, 23, 30), (27, 14, 5), (10, 21, 9)]


def addresses(tuple_bytes):
    """No displacement, short ones at both ends of their range, long ones of both kinds."""
    displacements = [0, tuple_bytes, 127 * tuple_bytes, -128 * tuple_bytes, 128 * tuple_bytes, tuple_bytes + 1, -129 * tuple_bytes]
    for base, displacement in itertools.zip_longest(BASES, displacements, fillvalue=4096):
        yield f"[{base}{displacement:+d}]" if displacement else f"[{base}]"


def lines():
    for v, size in (("ymm", 32), ("zmm", 64)):
        registers = [t[0] for t in TRIPLES]
        half = {"ymm": "xmm", "zmm": "ymm"}[v]
        for i, m in enumerate(addresses(size)):
            yield f"vmovdqu32 {v}{registers[i % 8]}, {m}"
            yield f"vmovups {m}, {v}{registers[(i + 1) % 8]}"
        for i, m in enumerate(addresses(4)):
            yield f"vpbroadcastd {v}{registers[i % 8]}, DWORD PTR {m}"
        for i, m in enumerate(addresses(size // 2)):
            yield f"vcvtph2ps {v}{registers[i % 8]}, {m}"
        for mnemonic in ("vpdpbusd", "vmulps"):
            for (a, b, _), m in zip(TRIPLES + TRIPLES, addresses(4)):
                yield f"{mnemonic} {v}{a}, {v}{b}, {m}{{1to{size // 4}}}"
        for mnemonic in ("vpdpbusd", "vfmadd231ps", "vpxord", "vpandd"):
            for a, b, c in TRIPLES:
                yield f"{mnemonic} {v}{a}, {v}{b}, {v}{c}"
        for (a, b, _), m in zip(TRIPLES + TRIPLES, addresses(4)):
            yield f"vpslld {v}{a}, {m}{{1to{size // 4}}}, 4"
        for i, base in enumerate(BASES):
            yield f"vpbroadcastd {v}{registers[i % 8]}, {'e' + base[1:] if base[1].isalpha() else base + 'd'}"
        for a, b, _ in TRIPLES:
            yield f"vcvtdq2ps {v}{a}, {v}{b}"
            yield f"vpsrld {v}{a}, {v}{b}, 4"
    for m in addresses(1):
        yield f"prefetcht1 {m}"
    for base in BASES[1:]:  # as has a form of its own for rax
        yield f"add {base}, 544"
        yield f"sub {base}, {'-' if base > 'rc' else ''}1000"
    for a, b in zip(BASES, BASES[3:] + BASES[:3]):
        yield f"add {a}, {b}"
        yield f"mov {'e' + a[1:] if a[1].isalpha() else a + 'd'}, 252645135"
    for distance in (300, 129, 70000):
        yield f"jnz .-{distance}"
    yield from ("vzeroupper", "ret")


def assemble(instructions):
    source = [".intel_syntax noprefix", ".text"]
    for i, line in enumerate(instructions):
        form = "{disp32} " if line.startswith("jnz") else "{evex} " if line[0] == "v" and line != "vzeroupper" else ""
        source += [f"L{i}:", form + line]
    source += [f"L{len(instructions)}:", ".data"] + [f".long L{i}-L0" for i in range(len(instructions) + 1)]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "a.s").write_text("\n".join(source) + "\n")
        subprocess.run(["as", "-o", path / "a.o", path / "a.s"], check=True)
        for section in ("text", "data"):
            subprocess.run(["objcopy", "-O", "binary", "-j", f".{section}", path / "a.o", path / section], check=True)
        code, table = (path / "text").read_bytes(), (path / "data").read_bytes()
    offsets = struct.unpack(f"<{len(instructions) + 1}I", table)
    return [code[a:b] for a, b in itertools.pairwise(offsets)]


instructions = list(lines())
target = pathlib.Path(__file__).with_name("evex-golden.txt")
target.write_text("".join(f"{code.hex()} {line}\n" for code, line in zip(assemble(instructions), instructions)))
print(f"{target}: {len(instructions)} instructions")
