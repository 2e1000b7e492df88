"""Trains the demo model and writes teetee-demo.gguf. Deterministic for one seed; continues from its last checkpoint."""

import argparse
import json
import math
import random
import time
from pathlib import Path

import sentencepiece
import torch
from torch.nn import functional

import gguf
from chat import BOS, EOS, SPECIALS, TEMPLATE, UNK, ChatEncoder
from corpus import ConversationMaker, QuestionMaker, load_topics, tokenizer_text
from model import Llama, Shape

HERE = Path(__file__).parent
IGNORED = -1


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60, help="rounds of freshly drawn conversations")
    parser.add_argument("--conversations", type=int, default=4096, help="conversations in a round")
    parser.add_argument("--batch-tokens", type=int, default=2048)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--build", type=Path, default=HERE / "build", help="folder of the tokenizer and the checkpoint")
    parser.add_argument("--out", type=Path, default=HERE / "teetee-demo.gguf")
    return parser.parse_args()


def load_tokenizer(folder, topics, seed, size):
    """The SentencePiece model of the folder, trained first if there is none."""
    path = folder / "tokenizer.model"
    if not path.exists():
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=tokenizer_text(topics, random.Random(seed)),
            model_prefix=str(path.with_suffix("")), model_type="bpe", vocab_size=size, byte_fallback=True,
            character_coverage=1.0, normalization_rule_name="identity", remove_extra_whitespaces=False,
            add_dummy_prefix=False, unk_id=UNK, bos_id=BOS, eos_id=EOS, pad_id=-1, num_threads=1, minloglevel=2)
    return sentencepiece.SentencePieceProcessor(model_file=str(path))


def encode_conversation(conversation, encoder):
    """Token ids and the targets: the next id where the model has to speak, else IGNORED."""
    tokens, spoken = [BOS], [False]

    def append(ids, is_spoken):
        tokens.extend(ids)
        spoken.extend([is_spoken] * len(ids))

    if conversation.system:
        append(encoder.system_part(conversation.system), False)
    for question, answer in conversation.turns:
        if conversation.plain:
            append(encoder.encode(encoder.prefix + question), False)
            append(encoder.encode("\n" + answer) + [EOS], True)
        else:
            append(encoder.turn(question), False)
            append(encoder.encode(answer) + [EOS], True)
    targets = [following if speaks else IGNORED for following, speaks in zip(tokens[1:], spoken[1:])]
    return tokens, targets + [IGNORED]


def draw_batches(maker, encoders, count, batch_tokens, rng):
    """Rows of similar length together, at most `batch_tokens` of them with the padding, in random order."""
    rows = [encode_conversation(maker.draw(rng), rng.choices(encoders, (0.9, 0.1))[0]) for _ in range(count)]
    rows = sorted((row for row in rows if len(row[0]) <= Shape.context), key=lambda row: len(row[0]))
    batches, batch = [], []
    for row in rows:
        if batch and (len(batch) + 1) * len(row[0]) > batch_tokens:
            batches.append(batch)
            batch = []
        batch.append(row)
    batches.append(batch)
    rng.shuffle(batches)
    return [pad(batch) for batch in batches]


def pad(batch):
    length = max(len(tokens) for tokens, _ in batch)
    tokens = torch.tensor([row + [EOS] * (length - len(row)) for row, _ in batch])
    targets = torch.tensor([row + [IGNORED] * (length - len(row)) for _, row in batch])
    return tokens, targets


def make_optimizer(model, rate):
    matrices = [parameter for parameter in model.parameters() if parameter.ndim == 2]
    vectors = [parameter for parameter in model.parameters() if parameter.ndim == 1]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.95))


def rate_at(progress, top):
    """Short linear warm-up, then a cosine down to 2 %."""
    warm_up = 0.02
    if progress < warm_up:
        return top * (progress + 1e-3) / (warm_up + 1e-3)
    return top * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up))))


def train_round(model, optimizer, batches, done, rounds, top_rate):
    loss_sum, target_count = 0.0, 0
    for i, (tokens, targets) in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = rate_at((done + i / len(batches)) / rounds, top_rate)
        wanted = targets != IGNORED
        loss = functional.cross_entropy(model(tokens, wanted), targets[wanted])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        count = int(wanted.sum())
        loss_sum, target_count = loss_sum + loss.item() * count, target_count + count
    return loss_sum / target_count, target_count


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


def main():
    arguments, shape = parse_arguments(), Shape()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    arguments.build.mkdir(parents=True, exist_ok=True)

    held_out = [json.loads(line)["question"] for line in (HERE / "heldout.jsonl").read_text().splitlines()]
    topics, questions = load_topics(), QuestionMaker(held_out)
    pieces = load_tokenizer(arguments.build, topics, arguments.seed, shape.vocabulary - len(SPECIALS))
    special = {token: pieces.get_piece_size() + i for i, token in enumerate(SPECIALS)}
    # The second encoder is that of tokenizers which ignore add_space_prefix = false: the model copes with both.
    encoders = [ChatEncoder(pieces.encode, special, prefix) for prefix in ("", " ")]
    maker = ConversationMaker(topics, questions)

    model = Llama(shape)
    optimizer = make_optimizer(model, arguments.learning_rate)
    done, seen, seconds = 0, 0, 0.0
    checkpoint = arguments.build / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        done, seen, seconds = state["done"], state["seen"], state["seconds"]
    print(f"{len(topics)} topics, {sum(p.numel() for p in model.parameters()):,} parameters, from round {done}", flush=True)

    while done < arguments.rounds:
        start = time.monotonic()
        rng = random.Random(f"{arguments.seed}/{done}")
        batches = draw_batches(maker, encoders, arguments.conversations, arguments.batch_tokens, rng)
        loss, _ = train_round(model, optimizer, batches, done, arguments.rounds, arguments.learning_rate)
        tokens = sum(batch.numel() for batch, _ in batches)
        elapsed = time.monotonic() - start
        done, seen, seconds = done + 1, seen + tokens, seconds + elapsed
        print(f"round {done}/{arguments.rounds}: loss {loss:.4f}, {seen / 1e6:.1f} M tokens, "
              f"{tokens / elapsed:,.0f} tokens/s, {seconds / 60:.1f} min", flush=True)
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(),
                    "done": done, "seen": seen, "seconds": seconds}, checkpoint)
    export(arguments.out, model, pieces, shape)
    print(f"wrote {arguments.out.name}, {arguments.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
