"""Writes and reads GGUF version 3 files with F32 and Q8_0 tensors."""

import struct

import numpy as np

MAGIC, VERSION, ALIGNMENT = b"GGUF", 3, 32
U32, I32, F32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
SCALARS = {U32: "<I", I32: "<i", F32: "<f", BOOL: "<?"}
TENSOR_F32, TENSOR_Q8_0 = 0, 8
Q8_BLOCK = np.dtype([("scale", "<f2"), ("values", "i1", 32)])


def quantize_q8_0(matrix):
    """The reference quantiser of ggml: scale a/127 stored as fp16, values rounded half away from zero."""
    blocks = matrix.astype(np.float32).reshape(-1, 32)
    scale = np.abs(blocks).max(axis=1) / np.float32(127)
    inverse = np.divide(np.float32(1), scale, out=np.zeros_like(scale), where=scale != 0)
    scaled = (blocks * inverse[:, None]).astype(np.float64)
    out = np.empty(len(blocks), Q8_BLOCK)
    out["scale"] = scale
    out["values"] = np.trunc(scaled + np.copysign(0.5, scaled))
    return out.tobytes()


def dequantize_q8_0(data, shape):
    blocks = np.frombuffer(data, Q8_BLOCK)
    return (blocks["values"].astype(np.float32) * blocks["scale"].astype(np.float32)[:, None]).reshape(shape)


def encode_string(text):
    data = text.encode("utf-8")
    return struct.pack("<Q", len(data)) + data


def encode_value(kind, value):
    return encode_string(value) if kind == STRING else struct.pack(SCALARS[kind], value)


def encode_pair(key, kind, value):
    """`kind` is a scalar kind, or (ARRAY, element kind)."""
    if isinstance(kind, tuple):
        body = struct.pack("<IQ", kind[1], len(value)) + b"".join(encode_value(kind[1], item) for item in value)
        return encode_string(key) + struct.pack("<I", ARRAY) + body
    return encode_string(key) + struct.pack("<I", kind) + encode_value(kind, value)


def padding(size):
    return b"\0" * (-size % ALIGNMENT)


def write(path, metadata, tensors):
    """`metadata`: (key, kind, value) in order. `tensors`: name -> array; vectors stay F32, matrices become Q8_0."""
    infos, data = b"", b""
    for name, array in tensors.items():
        kind = TENSOR_F32 if array.ndim == 1 else TENSOR_Q8_0
        raw = array.astype("<f4").tobytes() if kind == TENSOR_F32 else quantize_q8_0(array)
        sizes = array.shape[::-1]
        infos += encode_string(name) + struct.pack(f"<I{len(sizes)}QIQ", len(sizes), *sizes, kind, len(data))
        data += raw + padding(len(raw))
    head = MAGIC + struct.pack("<IQQ", VERSION, len(tensors), len(metadata))
    head += b"".join(encode_pair(*pair) for pair in metadata) + infos
    path.write_bytes(head + padding(len(head)) + data)


class Reader:
    """Metadata as a dictionary and tensors as F32 arrays."""

    def __init__(self, path):
        self.data, self.at = path.read_bytes(), 4
        version, tensor_count, pair_count = self.take("<IQQ")
        if self.data[:4] != MAGIC or version != VERSION:
            raise ValueError(f"{path} is no GGUF version 3 file")
        self.metadata = {}
        for _ in range(pair_count):
            key = self.string()
            self.metadata[key] = self.value(*self.take("<I"))
        infos = [self.tensor_info() for _ in range(tensor_count)]
        self.start = self.at + len(padding(self.at))
        self.tensors = {name: self.tensor(*rest) for name, *rest in infos}

    def take(self, layout):
        values = struct.unpack_from(layout, self.data, self.at)
        self.at += struct.calcsize(layout)
        return values

    def string(self):
        (size,) = self.take("<Q")
        self.at += size
        return self.data[self.at - size:self.at].decode("utf-8")

    def value(self, kind):
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            element, count = self.take("<IQ")
            return [self.value(element) for _ in range(count)]
        return self.take(SCALARS[kind])[0]

    def tensor_info(self):
        name = self.string()
        (dimensions,) = self.take("<I")
        shape = self.take(f"<{dimensions}Q")[::-1]
        return name, shape, *self.take("<IQ")

    def tensor(self, shape, kind, offset):
        count, at = int(np.prod(shape)), self.start + offset
        if kind == TENSOR_F32:
            return np.frombuffer(self.data, "<f4", count, at).reshape(shape)
        if kind == TENSOR_Q8_0:
            return dequantize_q8_0(self.data[at:at + count // 32 * 34], shape)
        raise ValueError(f"tensor type {kind} is not read here")
