"""Trains the demo model and writes teetee-demo.gguf. Deterministic for one seed; continues from its last checkpoint."""

import argparse
import json
import math
import random
import time
from pathlib import Path

import sentencepiece
import torch
from torch import distributed, multiprocessing
from torch.nn import functional

from batches import IGNORED, draw_batches, pad
from chat import BOS, EOS, SPECIALS, UNK, ChatEncoder
from corpus import ConversationMaker, QuestionMaker, load_topics, tokenizer_text
from export import export
from model import Llama, Shape

HERE = Path(__file__).parent
HELD_OUT = ("heldout.jsonl", "fresh.jsonl")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=48, help="rounds of freshly drawn conversations")
    parser.add_argument("--conversations", type=int, default=2048, help="conversations in a round")
    parser.add_argument("--batch-tokens", type=int, default=1536)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2, help="one thread each; every batch is split among them")
    parser.add_argument("--port", type=int, default=29511, help="local port over which the processes meet")
    parser.add_argument("--build", type=Path, default=HERE / "build", help="folder of the tokenizer and the checkpoint")
    parser.add_argument("--out", type=Path, default=HERE / "teetee-demo.gguf")
    return parser.parse_args()


def tokenizer_path(arguments):
    return arguments.build / "tokenizer.model"


def train_tokenizer(path, topics, seed, size):
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=tokenizer_text(topics, random.Random(seed)),
        model_prefix=str(path.with_suffix("")), model_type="bpe", vocab_size=size, byte_fallback=True,
        character_coverage=1.0, normalization_rule_name="identity", remove_extra_whitespaces=False,
        add_dummy_prefix=False, unk_id=UNK, bos_id=BOS, eos_id=EOS, pad_id=-1, num_threads=1, minloglevel=2)


def warm_start(embedding, topics, questions, encode, seed, batches=400, size=256):
    """Trains the embedding to name a question's topic from the sum of its tokens.

    It takes seconds, and the network then starts from tokens that already stand for their topics.
    """
    rng = random.Random(seed)
    head = torch.nn.Linear(embedding.embedding_dim, len(topics))
    optimizer = torch.optim.AdamW([embedding.weight, *head.parameters()], lr=5e-3)
    for i in range(batches):
        optimizer.param_groups[0]["lr"] = 5e-3 * (1 - i / batches)
        wanted = [rng.randrange(len(topics)) for _ in range(size)]
        rows = [encode(questions.draw(topics[topic], rng)) for topic in wanted]
        starts = torch.tensor([0] + [len(row) for row in rows[:-1]]).cumsum(0)
        sums = functional.embedding_bag(torch.tensor(sum(rows, [])), embedding.weight, starts, mode="sum")
        loss = functional.cross_entropy(head(sums), torch.tensor(wanted))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()


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


def train_round(model, optimizer, batches, share, set_rate):
    """One step per batch. `share` is this process's part of the rows; gradients are summed over the processes."""
    loss_sum, target_count = 0.0, 0
    for i, batch in enumerate(batches):
        set_rate(i / len(batches))
        count = sum(target != IGNORED for _, targets in batch for target in targets)
        tokens, targets = pad(batch[share])
        wanted = targets != IGNORED
        loss = functional.cross_entropy(model(tokens, wanted), targets[wanted], reduction="sum")
        optimizer.zero_grad(set_to_none=True)
        (loss / count).backward()
        sum_gradients(model)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        distributed.all_reduce(loss.detach_())
        loss_sum, target_count = loss_sum + loss.item(), target_count + count
    return loss_sum / target_count


def sum_gradients(model):
    gradients = [parameter.grad for parameter in model.parameters()]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(flat)
    for gradient, summed in zip(gradients, flat.split([gradient.numel() for gradient in gradients])):
        gradient.copy_(summed.view_as(gradient))


def train(rank, arguments):
    """The work of one process; the first one writes the checkpoints and the model file."""
    shape, is_first = Shape(), rank == 0
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    distributed.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{arguments.port}",
                                   rank=rank, world_size=arguments.processes)

    held_out = [json.loads(line)["question"] for name in HELD_OUT for line in (HERE / name).read_text().splitlines()]
    topics, questions = load_topics(), QuestionMaker(held_out)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(tokenizer_path(arguments)))
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
    else:
        warm_start(model.token_embd, topics, questions, pieces.encode, arguments.seed)
    if is_first:
        parameters = sum(parameter.numel() for parameter in model.parameters())
        print(f"{len(topics)} topics, {parameters:,} parameters, from round {done}", flush=True)

    def set_rate(part):
        for group in optimizer.param_groups:
            group["lr"] = rate_at((done + part) / arguments.rounds, arguments.learning_rate)

    share = slice(rank, None, arguments.processes)
    while done < arguments.rounds:
        start = time.monotonic()
        rng = random.Random(f"{arguments.seed}/{done}")
        batches = draw_batches(maker, encoders, arguments.conversations, arguments.batch_tokens, shape.context, rng)
        loss = train_round(model, optimizer, batches, share, set_rate)
        tokens = sum(len(row) for batch in batches for row, _ in batch)
        elapsed = time.monotonic() - start
        done, seen, seconds = done + 1, seen + tokens, seconds + elapsed
        if is_first:
            print(f"round {done}/{arguments.rounds}: loss {loss:.4f}, {seen / 1e6:.2f} M tokens, "
                  f"{tokens / elapsed:,.0f} tokens/s, {seconds / 60:.1f} min", flush=True)
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(),
                     "done": done, "seen": seen, "seconds": seconds}
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)
    if is_first:
        export(arguments.out, model, pieces, shape)
        print(f"wrote {arguments.out.name}, {arguments.out.stat().st_size:,} bytes")


def main():
    arguments = parse_arguments()
    arguments.build.mkdir(parents=True, exist_ok=True)
    if not tokenizer_path(arguments).exists():
        train_tokenizer(tokenizer_path(arguments), load_topics(), arguments.seed, Shape.vocabulary - len(SPECIALS))
    multiprocessing.spawn(train, (arguments,), arguments.processes)


if __name__ == "__main__":
    main()
