"""
Prints the identity of a model in a GGUF file (docs/protocol.md, section 3), without any of the C# code: hashlib, mpmath, a Keccak and a
GGUF reader of its own, and the block formats of tests/Numerics.Tests/PackedBlocks/packed-blocks.py. Slow: for tiny models only.
For files with a SentencePiece vocabulary.

    ./teetee model synth --shape tiny-qwen2 --layers 1 --context 16 --out t.gguf && python3 identity.py t.gguf
"""
import hashlib, importlib.util, math, pathlib, struct, sys
import mpmath

HERE = pathlib.Path(__file__).resolve().parent
SPEC = importlib.util.spec_from_file_location("packed_blocks", HERE.parents[1] / "Numerics.Tests/PackedBlocks/packed-blocks.py")
packed = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(packed)
f32 = packed.f32

# ---- Keccak-256
RC = []
R = 1
for _ in range(24):
    c = 0
    for j in range(7):
        R = ((R << 1) ^ ((R >> 7) * 0x71)) % 256
        if R & 2:
            c ^= 1 << ((1 << j) - 1)
    RC.append(c)

def keccak_f(a):
    rol = lambda v, n: ((v << n) | (v >> (64 - n))) & (2**64 - 1) if n % 64 else v
    for rc in RC:
        c = [a[x][0] ^ a[x][1] ^ a[x][2] ^ a[x][3] ^ a[x][4] for x in range(5)]
        d = [c[(x + 4) % 5] ^ rol(c[(x + 1) % 5], 1) for x in range(5)]
        a = [[a[x][y] ^ d[x] for y in range(5)] for x in range(5)]
        x, y, now = 1, 0, a[1][0]
        for t in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            now, a[x][y] = a[x][y], rol(now, (t + 1) * (t + 2) // 2 % 64)
        b = [[a[x][y] ^ (~a[(x + 1) % 5][y] & a[(x + 2) % 5][y]) for y in range(5)] for x in range(5)]
        a = b
        a[0][0] ^= rc
    return a

def keccak(data):
    a = [[0] * 5 for _ in range(5)]
    data = bytearray(data) + b"\x01"
    data += b"\0" * (-len(data) % 136)
    data[-1] ^= 0x80
    for at in range(0, len(data), 136):
        for i in range(17):
            a[i % 5][i // 5] ^= int.from_bytes(data[at + i * 8:at + i * 8 + 8], "little")
        a = keccak_f(a)
    return b"".join(a[i % 5][i // 5].to_bytes(8, "little") for i in range(4))

assert keccak(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"

# ---- GGUF
TYPES = {0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22), 7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34),
         10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110), 12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 30: ("BF16", 1, 2)}

class Gguf:
    def __init__(self, data):
        self.data, self.at = data, 24
        magic, version, tensors, pairs = struct.unpack_from("<4sIQQ", data)
        assert magic == b"GGUF" and version == 3
        self.pairs = {}
        for _ in range(pairs):
            key = self.text().decode()
            self.pairs[key] = self.value(self.take("<I"))
        infos = []
        for _ in range(tensors):
            name = self.text().decode()
            shape = [self.take("<Q") for _ in range(self.take("<I"))]
            infos.append((name, shape, self.take("<I"), self.take("<Q")))
        start = -(-self.at // 32) * 32
        self.tensors = {name: (shape, kind, start + offset) for name, shape, kind, offset in infos}

    def take(self, form):
        value = struct.unpack_from(form, self.data, self.at)[0]
        self.at += struct.calcsize(form)
        return value

    def text(self):
        n = self.take("<Q")
        self.at += n
        return self.data[self.at - n:self.at]

    def value(self, kind):
        if kind == 8: return self.text()
        if kind == 9:
            inner = self.take("<I")
            return [self.value(inner) for _ in range(self.take("<Q"))]
        return self.take({0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}[kind])

    def rows(self, name):
        """The numbers of a tensor, row by row, and for Q8_0, Q4_0 and Q5_0 the blocks that are kept."""
        shape, kind, at = self.tensors[name]
        label, elements, size = TYPES[kind]
        columns, count = shape[0], math.prod(shape[1:])
        for _ in range(count):
            blocks = [self.data[at + i * size:at + (i + 1) * size] for i in range(columns // elements)]
            at += columns // elements * size
            if label == "Q8_0": yield None, b"".join(blocks)
            elif label == "Q4_0": yield None, b"".join(b[:2] + bytes((packed.nibble(b, 2 + e % 16, e >= 16) - 8) % 256 for e in range(32)) for b in blocks)
            elif label == "Q5_0": yield None, b"".join(
                b[:2] + bytes((packed.nibble(b, 6 + e % 16, e >= 16) + 16 * packed.bit(b, 2, e) - 16) % 256 for e in range(32)) for b in blocks)
            elif label == "F32": yield [struct.unpack("<f", b)[0] for b in blocks], None
            elif label == "F16": yield [struct.unpack("<e", b)[0] for b in blocks], None
            elif label == "BF16": yield [struct.unpack("<f", b"\0\0" + b)[0] for b in blocks], None
            else: yield [packed.FORMATS[label][0](b, e) for b in blocks for e in range(elements)], None

# ---- canonical tensors
def quantize(row):
    out = b""
    row = row + [0.0] * (-len(row) % 32)
    for i in range(0, len(row), 32):
        block = row[i:i + 32]
        scale = f32(max(abs(x) for x in block) / 127)
        stored = struct.pack("<e", scale)
        if struct.unpack("<e", stored)[0] == 0:
            out += bytes(34)
            continue
        inverse = f32(1 / scale)
        out += stored
        for x in block:
            t = f32(x * inverse)
            q = math.floor(abs(t) + 0.5) if abs(t) - math.floor(abs(t)) >= 0.5 else math.floor(abs(t))
            out += struct.pack("<b", max(-127, min(127, int(math.copysign(q, t)))))
    return out

def rope(config, divisors):
    mpmath.mp.prec = 300
    cosines, sines = [], []
    for p in range(config["context_length"]):
        row = [p * mpmath.power(mpmath.mpf(config["base"]), mpmath.mpf(-2 * i) / config["rope"]) / divisors[i] for i in range(config["rope"] // 2)]
        rounded = lambda x: float(mpmath.mpf(x, prec=24, rounding="n"))
        cosines.append([rounded(mpmath.cos(x)) for x in row])
        sines.append([rounded(mpmath.sin(x)) for x in row])
    return cosines, sines

LAYER = {11: "attn_norm.weight", 12: "attn_q.weight", 13: "attn_k.weight", 14: "attn_v.weight", 15: "attn_output.weight", 16: "ffn_norm.weight",
         17: "ffn_gate.weight", 18: "ffn_up.weight", 19: "ffn_down.weight", 20: "attn_q.bias", 21: "attn_k.bias", 22: "attn_v.bias",
         23: "attn_q_norm.weight", 24: "attn_k_norm.weight"}
ARCHITECTURES = {"llama": (1, 0, range(11, 20)), "qwen2": (2, 1, range(11, 23)), "qwen3": (3, 1, [*range(11, 20), 23, 24])}
VECTORS = {2, 11, 16, 20, 21, 22, 23, 24}

def leaves(tensor_id, kind, rows, columns):
    """Columns are the padded width; rows are bytes."""
    page = 8704 if kind == 8 else 1024
    for r, row in enumerate(rows):
        for p in range(0, len(row), page):
            yield struct.pack(">6I", tensor_id, kind, len(rows), columns, r, p // page) + row[p:p + page]

def root(tag, data):
    hashes = [hashlib.sha256(b"\0" + d).digest() for d in data]
    def tree(nodes):
        if len(nodes) == 1: return nodes[0]
        split = 1 << (len(nodes) - 1).bit_length() - 1
        return hashlib.sha256(b"\1" + tree(nodes[:split]) + tree(nodes[split:])).digest()
    return hashlib.sha256(tag + struct.pack(">Q", len(hashes)) + tree(hashes)).digest()

def word(value):
    return value.to_bytes(32, "big") if isinstance(value, int) else value

def f32_bits(x):
    return struct.unpack("<I", struct.pack("<f", x))[0]

def main(path):
    file = Gguf(pathlib.Path(path).read_bytes())
    name = file.pairs["general.architecture"].decode()
    number, pairing, roles = ARCHITECTURES[name]
    get = lambda key, default=None: file.pairs.get(f"{name}.{key}", default)
    heads = get("attention.head_count")
    head = get("attention.key_length", get("embedding_length") // heads)
    config = {"context_length": get("context_length"), "base": get("rope.freq_base", 10000.0), "rope": get("rope.dimension_count", head)}
    tied = "output.weight" not in file.tensors
    tensors = {}
    def add(tensor_id, role, gguf):
        matrix = role not in VECTORS
        rows = [kept if kept is not None else quantize(row) if matrix else struct.pack(f"<{len(row)}f", *row) for row, kept in file.rows(gguf)]
        columns = file.tensors[gguf][0][0]
        tensors[tensor_id] = (8 if matrix else 0, rows, -(-columns // 32) * 32 if matrix else columns)
    add(1, 1, "token_embd.weight")
    add(2, 2, "output_norm.weight")
    if not tied: add(3, 3, "output.weight")
    divisors = next(file.rows("rope_freqs.weight"))[0] if "rope_freqs.weight" in file.tensors else [1] * (config["rope"] // 2)
    for role, table in zip((4, 5), rope(config, divisors)):
        tensors[role] = (0, [struct.pack(f"<{len(row)}f", *row) for row in table], config["rope"] // 2)
    for layer in range(get("block_count")):
        for role in roles: add(64 * (layer + 1) + role, role, f"blk.{layer}.{LAYER[role]}")
    weights = root(b"TT/wght1", [leaf for t in sorted(tensors) for leaf in leaves(t, *tensors[t])])

    tokens, scores, types = (file.pairs[f"tokenizer.ggml.{key}"] for key in ("tokens", "scores", "token_type"))
    scale = f32(1 / f32(math.sqrt(head)))
    config_hash = keccak(b"".join(map(word, [
        number, len(tokens), get("embedding_length"), get("feed_forward_length"), get("block_count"), heads, get("attention.head_count_kv", heads), head,
        config["rope"], config["context_length"], f32_bits(get("attention.layer_norm_rms_epsilon")), f32_bits(scale), pairing, int(tied)])))
    vocabulary = root(b"TT/vocb1", [struct.pack(">If", kind, score) + text for text, score, kind in zip(tokens, scores, types)])
    ids = [file.pairs.get(f"tokenizer.ggml.{key}_token_id", default) for key, default in (("bos", 1), ("eos", 2), ("eot", 0xFFFFFFFF), ("unknown", 0))]
    tokenizer_hash = keccak(b"".join(map(word, [
        1, vocabulary, keccak(b""), keccak(file.pairs.get("tokenizer.ggml.pre", b"")), keccak(file.pairs.get("tokenizer.chat_template", b"")), *ids,
        int(file.pairs.get("tokenizer.ggml.add_bos_token", True)), int(file.pairs.get("tokenizer.ggml.add_space_prefix", True))])))
    model_id = keccak(weights + config_hash + tokenizer_hash + word(1))
    for label, value in (("weightsRoot", weights), ("configHash", config_hash), ("tokenizerHash", tokenizer_hash), ("modelId", model_id)):
        print(label, "0x" + value.hex())

main(sys.argv[1])
