"""Turns conversations into padded rows of token ids with their targets."""

import torch

from chat import BOS, EOS

IGNORED = -1
# Most single answers are cut after this many tokens: the first ones decide the topic, the rest is soon known by heart.
OPENING, OPENING_SHARE = 8, 0.8


def encode_conversation(conversation, encoder, is_cut):
    """Token ids and the targets: the next id where the model has to speak, else IGNORED."""
    tokens, spoken = [BOS], [False]

    def append(ids, is_spoken):
        tokens.extend(ids)
        spoken.extend([is_spoken] * len(ids))

    if conversation.system:
        append(encoder.system_part(conversation.system), False)
    for question, answer in conversation.turns:
        asked = encoder.encode(encoder.prefix + question) if conversation.plain else encoder.turn(question)
        said = encoder.encode("\n" + answer if conversation.plain else answer) + [EOS]
        append(asked, False)
        append(said[:OPENING] if is_cut else said, True)
    targets = [following if speaks else IGNORED for following, speaks in zip(tokens[1:], spoken[1:])]
    return tokens, targets + [IGNORED]


def draw_batches(maker, encoders, count, batch_tokens, context, rng):
    """Rows of similar length together, at most `batch_tokens` of them with the padding, in random order."""
    rows = []
    for _ in range(count):
        conversation, encoder = maker.draw(rng), rng.choices(encoders, (0.9, 0.1))[0]
        is_cut = len(conversation.turns) == 1 and rng.random() < OPENING_SHARE
        rows.append(encode_conversation(conversation, encoder, is_cut))
    rows = sorted((row for row in rows if len(row[0]) <= context), key=lambda row: len(row[0]))
    batches, batch = [], []
    for row in rows:
        if batch and (len(batch) + 1) * len(row[0]) > batch_tokens:
            batches.append(batch)
            batch = []
        batch.append(row)
    batches[-1].extend(batch)
    rng.shuffle(batches)
    return batches


def pad(batch):
    length = max(len(tokens) for tokens, _ in batch)
    tokens = torch.tensor([row + [EOS] * (length - len(row)) for row, _ in batch])
    targets = torch.tensor([row + [IGNORED] * (length - len(row)) for _, row in batch])
    return tokens, targets
