"""The llama architecture in torch, for training only."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional


@dataclass(frozen=True)
class Shape:
    vocabulary: int = 1536
    width: int = 192
    layers: int = 6
    heads: int = 6
    kv_heads: int = 2
    head_width: int = 32
    feed_forward: int = 512
    context: int = 512
    norm_epsilon: float = 1e-5
    rope_base: float = 10000.0


class Product(torch.autograd.Function):
    """Batched matrix product by one BLAS call for each matrix: torch.bmm without MKL is many times slower."""

    @staticmethod
    def forward(context, a, b):
        context.save_for_backward(a, b)
        return multiply_each(a, b)

    @staticmethod
    def backward(context, gradient):
        a, b = context.saved_tensors
        return multiply_each(gradient, b.transpose(1, 2)), multiply_each(a.transpose(1, 2), gradient)


def multiply_each(a, b):
    out = a.new_empty(a.shape[0], a.shape[1], b.shape[2])
    for x, y, z in zip(a.unbind(), b.unbind(), out.unbind()):
        torch.mm(x, y, out=z)
    return out


class Norm(nn.Module):
    def __init__(self, width, epsilon):
        super().__init__()
        self.weight, self.epsilon = nn.Parameter(torch.ones(width)), epsilon

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.epsilon) * self.weight


def rotate(x, cos, sin):
    """Rotary embedding over the pairs (2i, 2i+1)."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


class Layer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        kv_width = shape.kv_heads * shape.head_width
        self.attn_norm = Norm(shape.width, shape.norm_epsilon)
        self.attn_q = nn.Linear(shape.width, shape.heads * shape.head_width, bias=False)
        self.attn_k = nn.Linear(shape.width, kv_width, bias=False)
        self.attn_v = nn.Linear(shape.width, kv_width, bias=False)
        self.attn_output = nn.Linear(shape.heads * shape.head_width, shape.width, bias=False)
        self.ffn_norm = Norm(shape.width, shape.norm_epsilon)
        self.ffn_gate = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.ffn_up = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.ffn_down = nn.Linear(shape.feed_forward, shape.width, bias=False)

    def forward(self, x, cos, sin, mask):
        x = x + self.attention(self.attn_norm(x), cos, sin, mask)
        y = self.ffn_norm(x)
        return x + self.ffn_down(functional.silu(self.ffn_gate(y)) * self.ffn_up(y))

    def attention(self, x, cos, sin, mask):
        rows, length, _ = x.shape
        shape, group = self.shape, self.shape.heads // self.shape.kv_heads

        def split(y, heads):
            return y.view(rows, length, heads, shape.head_width).transpose(1, 2)

        q = rotate(split(self.attn_q(x), shape.heads), cos, sin) * shape.head_width ** -0.5
        k = rotate(split(self.attn_k(x), shape.kv_heads), cos, sin)
        v = split(self.attn_v(x), shape.kv_heads)
        q = q.reshape(rows * shape.kv_heads, group * length, shape.head_width)
        k, v = (y.reshape(rows * shape.kv_heads, length, shape.head_width) for y in (k, v))
        scores = Product.apply(q, k.transpose(1, 2)).view(-1, group, length, length) + mask
        weights = scores.softmax(-1).view(-1, group * length, length)
        y = Product.apply(weights, v).view(rows, shape.heads, length, shape.head_width)
        return self.attn_output(y.transpose(1, 2).reshape(rows, length, -1))


class Llama(nn.Module):
    """The output matrix is the embedding (tied)."""

    def __init__(self, shape):
        super().__init__()
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.blk = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.output_norm = Norm(shape.width, shape.norm_epsilon)
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                residual = name.endswith(("attn_output.weight", "ffn_down.weight"))
                nn.init.normal_(parameter, std=0.03 / (2 * shape.layers) ** 0.5 if residual else 0.03)
        exponents = torch.arange(0, shape.head_width, 2) / shape.head_width
        angles = torch.arange(shape.context)[:, None] * shape.rope_base ** -exponents
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def forward(self, tokens, wanted):
        """Logits at the positions where `wanted` is true."""
        length = tokens.shape[1]
        mask = torch.full((length, length), float("-inf")).triu(1)
        x = self.token_embd(tokens)
        for layer in self.blk:
            x = layer(x, self.cos[:length], self.sin[:length], mask)
        return self.output_norm(x[wanted]) @ self.token_embd.weight.T
