"""SentencePiece tokenizer of a GGUF file: greedy merges by score, bytes for what the vocabulary lacks."""

import re

NORMAL, BYTE = 1, 6


class Tokenizer:
    def __init__(self, metadata):
        self.tokens = metadata["tokenizer.ggml.tokens"]
        self.scores = metadata["tokenizer.ggml.scores"]
        self.kinds = metadata["tokenizer.ggml.token_type"]
        self.bos = metadata["tokenizer.ggml.bos_token_id"]
        self.eos = metadata["tokenizer.ggml.eos_token_id"]
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        self.pieces = {token: i for token, i in self.ids.items() if self.kinds[i] == NORMAL}

    def encode(self, text):
        """Ids of plain text; special tokens in it are text."""
        parts = list(text.replace(" ", "\u2581"))
        while True:
            pairs = [(self.scores[self.pieces[a + b]], -i)
                     for i, (a, b) in enumerate(zip(parts, parts[1:])) if a + b in self.pieces]
            if not pairs:
                break
            at = -max(pairs)[1]
            parts[at:at + 2] = [parts[at] + parts[at + 1]]
        return [i for part in parts for i in self.part_ids(part)]

    def part_ids(self, part):
        if part in self.pieces:
            return [self.pieces[part]]
        return [self.ids[f"<0x{byte:02X}>"] for byte in part.encode("utf-8")]

    def decode(self, ids):
        data = b"".join(self.token_bytes(i) for i in ids)
        return data.decode("utf-8", "replace")

    def token_bytes(self, i):
        if self.kinds[i] == BYTE:
            return bytes([int(re.fullmatch(r"<0x(..)>", self.tokens[i])[1], 16)])
        return self.tokens[i].replace("\u2581", " ").encode("utf-8")
