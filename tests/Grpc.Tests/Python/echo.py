"""What the Python client and server share: the messages of echo.proto and health.proto, encoded by hand."""
import os
import sys
import threading

FAIL_TEXT = "bad: 100% \u00fcn\u00ef \U0001F600"
FAIL_DETAIL = bytes([0, 1, 0xFE, 0xFF])


def _varint(value):
    out = bytearray()
    value &= (1 << 64) - 1
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def encode(text="", payload=b"", count=0):
    out = b""
    for tag, data in ((0x0A, text.encode()), (0x12, payload)):
        if data:
            out += bytes([tag]) + _varint(len(data)) + data
    return out + (b"\x18" + _varint(count) if count else b"")


def _read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def decode(data):
    fields = {1: b"", 2: b"", 3: 0}
    at = 0
    while at < len(data):
        tag, at = _read_varint(data, at)
        value, at = _read_varint(data, at)
        if tag & 7 == 2:
            value, at = data[at:at + value], at + value
        fields[tag >> 3] = value
    return {"text": fields[1].decode(), "payload": fields[2], "count": fields[3]}


def exit_with_parent():
    """The parent holds our standard input open; when it goes, so do we."""
    def wait():
        sys.stdin.read()
        os._exit(0)
    threading.Thread(target=wait, daemon=True).start()
