"""Writes the trained network and its tokenizer as a GGUF file."""

import gguf
from chat import BOS, EOS, SPECIALS, TEMPLATE, UNK


def export(path, model, pieces, shape):
    """`pieces` is the SentencePiece model; the special tokens of the chat follow its pieces."""
    plain = range(pieces.get_piece_size())
    kinds = [2 if i == UNK else 3 if i in (BOS, EOS) else 6 if pieces.is_byte(i) else 1 for i in plain]
    metadata = [
        ("general.architecture", gguf.STRING, "llama"),
        ("general.name", gguf.STRING, "teetee-demo"),
        ("general.alignment", gguf.U32, gguf.ALIGNMENT),
        ("general.file_type", gguf.U32, 7),
        ("general.quantization_version", gguf.U32, 2),
        ("llama.context_length", gguf.U32, shape.context),
        ("llama.embedding_length", gguf.U32, shape.width),
        ("llama.block_count", gguf.U32, shape.layers),
        ("llama.feed_forward_length", gguf.U32, shape.feed_forward),
        ("llama.attention.head_count", gguf.U32, shape.heads),
        ("llama.attention.head_count_kv", gguf.U32, shape.kv_heads),
        ("llama.attention.layer_norm_rms_epsilon", gguf.F32, shape.norm_epsilon),
        ("llama.rope.dimension_count", gguf.U32, shape.head_width),
        ("llama.rope.freq_base", gguf.F32, shape.rope_base),
        ("llama.vocab_size", gguf.U32, shape.vocabulary),
        ("tokenizer.ggml.model", gguf.STRING, "llama"),
        ("tokenizer.ggml.pre", gguf.STRING, "default"),
        ("tokenizer.ggml.tokens", (gguf.ARRAY, gguf.STRING), [pieces.id_to_piece(i) for i in plain] + list(SPECIALS)),
        ("tokenizer.ggml.scores", (gguf.ARRAY, gguf.F32), [pieces.get_score(i) for i in plain] + [0.0] * len(SPECIALS)),
        ("tokenizer.ggml.token_type", (gguf.ARRAY, gguf.I32), kinds + [3] * len(SPECIALS)),
        ("tokenizer.ggml.unknown_token_id", gguf.U32, UNK),
        ("tokenizer.ggml.bos_token_id", gguf.U32, BOS),
        ("tokenizer.ggml.eos_token_id", gguf.U32, EOS),
        ("tokenizer.ggml.add_bos_token", gguf.BOOL, True),
        ("tokenizer.ggml.add_eos_token", gguf.BOOL, False),
        ("tokenizer.ggml.add_space_prefix", gguf.BOOL, False),
        ("tokenizer.chat_template", gguf.STRING, TEMPLATE),
    ]
    gguf.write(path, metadata, {name: value.numpy() for name, value in model.state_dict().items()})
