"""Asks a GGUF file questions that it never saw, greedily, and counts the answers that hold their key terms.

Independent of the training code: own reader, tokenizer and forward pass in numpy.
"""

import argparse
import json
import time
from pathlib import Path

import gguf
from chat import SPECIALS, ChatEncoder
from corpus import matches
from llama import Llama
from spm import Tokenizer

HERE = Path(__file__).parent
REQUIRED = 0.80


class Assistant:
    def __init__(self, path, int8_activations):
        reader = gguf.Reader(path)
        self.tokenizer = Tokenizer(reader.metadata)
        self.model = Llama(reader.metadata, reader.tensors, int8_activations)
        special = {token: self.tokenizer.ids[token] for token in SPECIALS}
        self.encoder = ChatEncoder(self.tokenizer.encode, special)

    def chat(self, question, system=None):
        return self.complete(self.encoder.chat_prompt(question, system))

    def plain(self, question):
        return self.complete(self.encoder.plain_prompt(question))

    def complete(self, prompt):
        return self.tokenizer.decode(self.model.generate(prompt, self.tokenizer.eos)).strip()


def score(name, ask, cases, show_all):
    start, right = time.monotonic(), 0
    for case in cases:
        answer = ask(case["question"])
        good = matches(answer, case["keys"])
        right += good
        if show_all or not good:
            print(f"{'ok  ' if good else 'MISS'} [{case['topic']}] {case['question']}\n     {answer}")
    share = right / len(cases)
    print(f"{name}: {right} of {len(cases)} = {share:.1%} in {time.monotonic() - start:.0f} s")
    return share


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=HERE / "teetee-demo.gguf")
    parser.add_argument("--cases", type=Path, nargs="+", default=[HERE / "heldout.jsonl", HERE / "fresh.jsonl"])
    parser.add_argument("--ask", help="answer this one question instead")
    parser.add_argument("--int8-activations", action="store_true", help="round activations as the runtime does")
    parser.add_argument("--all", action="store_true", help="print every answer, not the misses alone")
    arguments = parser.parse_args()

    assistant = Assistant(arguments.model, arguments.int8_activations)
    if arguments.ask:
        print(f"chat:  {assistant.chat(arguments.ask)}\nplain: {assistant.plain(arguments.ask)}")
        return 0
    modes = {
        "chat": assistant.chat,
        "chat with a system message": lambda question: assistant.chat(question, "You are a helpful assistant."),
        "plain": assistant.plain,
    }
    shares = []
    for path in arguments.cases:
        cases = [json.loads(line) for line in path.read_text().splitlines()]
        shares += [score(f"{path.stem}, {mode}", ask, cases, arguments.all) for mode, ask in modes.items()]
    return 0 if min(shares) >= REQUIRED else 1


if __name__ == "__main__":
    raise SystemExit(main())
