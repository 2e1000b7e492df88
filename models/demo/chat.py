"""The vocabulary's special tokens, the chat template and the token sequences of a conversation."""

UNK, BOS, EOS = 0, 1, 2
SPECIALS = ("<|system|>", "<|user|>", "<|assistant|>")

TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'system' %}{{ '<|system|>\\n' + message['content'] + '\\n' }}"
    "{% elif message['role'] == 'user' %}{{ '<|user|>\\n' + message['content'] + '\\n' }}"
    "{% elif message['role'] == 'assistant' %}{{ '<|assistant|>\\n' + message['content'] + eos_token }}"
    "{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}"
)


class ChatEncoder:
    """Token ids of prompts. `encode` turns plain text into ids, `special` maps a special token to its id.

    `prefix` stands before the text at the start and after each special token.
    """

    def __init__(self, encode, special, prefix=""):
        self.encode, self.prefix = encode, prefix
        self.system, self.user, self.assistant = (special[token] for token in SPECIALS)

    def system_part(self, content):
        return [self.system] + self.encode(f"{self.prefix}\n{content}\n")

    def turn(self, question):
        return ([self.user] + self.encode(f"{self.prefix}\n{question}\n")
                + [self.assistant] + self.encode(f"{self.prefix}\n"))

    def plain_prompt(self, question):
        return [BOS] + self.encode(self.prefix + question)

    def chat_prompt(self, question, system=None):
        return [BOS] + (self.system_part(system) if system else []) + self.turn(question)
