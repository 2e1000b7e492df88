"""The llama forward pass in numpy, one token at a time, from the tensors of a GGUF file."""

import numpy as np


def quantize_activation(x):
    """int8 per 32 values with an F32 scale and back: what the runtime's arithmetic does before each matrix product."""
    blocks = x.reshape(-1, 32)
    largest = np.abs(blocks).max(axis=1, keepdims=True)
    inverse = np.divide(np.float32(127), largest, out=np.zeros_like(largest), where=largest >= 2.0 ** -100)
    return (np.rint(blocks * inverse) * (largest / np.float32(127))).reshape(-1)


class Llama:
    def __init__(self, metadata, tensors, int8_activations):
        self.tensors = tensors
        self.layers = metadata["llama.block_count"]
        self.heads = metadata["llama.attention.head_count"]
        self.kv_heads = metadata["llama.attention.head_count_kv"]
        self.head_width = metadata["llama.rope.dimension_count"]
        self.context = metadata["llama.context_length"]
        self.epsilon = np.float32(metadata["llama.attention.layer_norm_rms_epsilon"])
        exponents = np.arange(0, self.head_width, 2) / self.head_width
        angles = np.arange(self.context)[:, None] * metadata["llama.rope.freq_base"] ** -exponents
        self.cos, self.sin = np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)
        self.to_int8 = quantize_activation if int8_activations else lambda x: x
        self.reset()

    def reset(self):
        self.cache = [([], []) for _ in range(self.layers)]

    def step(self, token, position):
        """Feeds one token and returns the logits of the next."""
        x = self.tensors["token_embd.weight"][token]
        for layer in range(self.layers):
            x = x + self.attention(self.norm(x, f"blk.{layer}.attn_norm"), layer, position)
            y = self.norm(x, f"blk.{layer}.ffn_norm")
            gate, up = self.multiply(f"blk.{layer}.ffn_gate", y), self.multiply(f"blk.{layer}.ffn_up", y)
            x = x + self.multiply(f"blk.{layer}.ffn_down", gate / (1 + np.exp(-gate)) * up)
        head = "output" if "output.weight" in self.tensors else "token_embd"
        return self.multiply(head, self.norm(x, "output_norm"))

    def attention(self, x, layer, position):
        q = self.rotate(self.multiply(f"blk.{layer}.attn_q", x).reshape(self.heads, -1), position)
        keys, values = self.cache[layer]
        keys.append(self.rotate(self.multiply(f"blk.{layer}.attn_k", x).reshape(self.kv_heads, -1), position))
        values.append(self.multiply(f"blk.{layer}.attn_v", x).reshape(self.kv_heads, -1))
        group = self.heads // self.kv_heads
        k, v = np.repeat(keys, group, axis=1), np.repeat(values, group, axis=1)
        scores = np.einsum("hd,phd->hp", q, k) / np.float32(self.head_width ** 0.5)
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        return self.multiply(f"blk.{layer}.attn_output", np.einsum("hp,phd->hd", weights, v).reshape(-1))

    def multiply(self, name, x):
        return self.tensors[f"{name}.weight"] @ self.to_int8(x)

    def norm(self, x, name):
        return x / np.sqrt(np.mean(x * x) + self.epsilon) * self.tensors[f"{name}.weight"]

    def rotate(self, heads, position):
        cos, sin = self.cos[position], self.sin[position]
        even, odd = heads[:, 0::2], heads[:, 1::2]
        return np.stack((even * cos - odd * sin, even * sin + odd * cos), -1).reshape(heads.shape)

    def generate(self, prompt, eos, most=96):
        """The most likely tokens after the prompt, up to the end token."""
        self.reset()
        answer, tokens = [], list(prompt)
        for position in range(self.context):
            logits = self.step(tokens[position], position)
            if position + 1 < len(tokens):
                continue
            best = int(np.argmax(logits))
            if best == eos or len(answer) == most:
                break
            answer.append(best)
            tokens.append(best)
        return answer
