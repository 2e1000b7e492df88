"""Reads the text files and draws questions, answers and whole conversations from them."""

import random
import re
from dataclasses import dataclass, field
from pathlib import Path

TEXT = Path(__file__).parent / "text"
GROUP = re.compile(r"\(([^()]*)\)")
# Names that end in s and are no plurals.
SINGULARS = {"gas", "tls", "pos", "consensus", "ethereum gas", "attested tls", "ra-tls"}
QUESTION_WORDS = ("what", "which", "who", "whom", "why", "how", "when", "where", "is", "are", "can", "could", "does",
                  "do", "did", "will", "would", "should", "may", "must", "has", "have", "whats", "what's", "in")


# Words of a question that seldom tell what it is about.
FRAME_WORDS = frozenset(
    "a an and are be by can could define describe did do does explain for from get give has have how i in is it know "
    "learn like may me mean meaning must my need of on one or please say should so tell that the there they this to "
    "understand use used want was we what what's when where which who why will with word would you your".split())


@dataclass
class Topic:
    """One answer with everything that leads to it."""

    label: str
    source: str
    answer: str = ""
    form: str = ""
    names: list[str] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)
    keys: list[list[str]] = field(default_factory=list)


def normalise(text):
    """The form in which two questions count as the same: lower case, letters and digits, single spaces."""
    return " ".join(re.sub(r"[^a-z0-9+#]+", " ", text.lower().replace("'", "")).split())


def sections(path):
    """Yields (label, lines) for every [label] section of a text file."""
    label, lines = None, []
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            if label:
                yield label, lines
            label, lines = line[1:-1], []
        else:
            lines.append(line)
    if label:
        yield label, lines


def load_topics():
    topics = []
    for path in sorted(TEXT.glob("*.txt")):
        if path.name == "templates.txt":
            continue
        for label, lines in sections(path):
            topic = Topic(label, path.stem)
            for line in lines:
                kind, _, value = line.partition(": ")
                if kind == "answer":
                    topic.answer = value
                elif kind == "form":
                    topic.form = value
                elif kind == "name":
                    topic.names = value.split(" | ")
                elif kind == "ask":
                    topic.asks.append(value)
                elif kind == "key":
                    topic.keys.append(value.split(" | "))
                else:
                    raise ValueError(f"{path.name}, [{label}]: unknown line '{line}'")
            if not (topic.answer and topic.keys and (topic.asks or topic.names)):
                raise ValueError(f"{path.name}, [{label}]: an answer, a key and a question are needed")
            topics.append(topic)
    return topics


def expand(pattern, rng):
    """Resolves every (a|b|) of a pattern by a random choice."""
    while True:
        match = GROUP.search(pattern)
        if not match:
            return " ".join(pattern.split())
        pattern = pattern[:match.start()] + rng.choice(match[1].split("|")) + pattern[match.end():]


def matches(answer, keys):
    """True if the answer holds at least one alternative of every key group."""
    lower = answer.lower()
    return all(any(term.lower() in lower for term in group) for group in keys)


class QuestionMaker:
    """Draws question texts; never one that equals a held-out question."""

    def __init__(self, held_out=()):
        parts = dict(sections(TEXT / "templates.txt"))
        self.templates = {form: parts[form] for form in ("thing", "task")}
        self.leads, self.tails, self.fillers = parts["lead"], parts["tail"], parts["filler"]
        self.echoes, self.before, self.after = parts["echo"], parts["before"], parts["after"]
        self.common = " ".join(parts["common"]).split()
        self.synonyms = {}
        for line in parts["synonyms"]:
            head, *others = line.split(" | ")
            self.synonyms[head] = others
        self.held_out = {normalise(question) for question in held_out}

    def draw(self, topic, rng):
        while True:
            base = self.base(topic, rng)
            if normalise(base) in self.held_out:
                continue
            question = self.vary(base, rng)
            if normalise(question) not in self.held_out:
                return question

    def base(self, topic, rng):
        if topic.source not in ("smalltalk", "fallback") and rng.random() < 0.12:
            return self.echo(topic, rng)
        if topic.names and (not topic.asks or rng.random() < 0.5):
            name = topic.names[0] if rng.random() < 0.3 else rng.choice(topic.names)
            pattern = rng.choice(self.templates[topic.form])
            return expand(pattern.replace("{is}", verb(name)).replace("{x}", name), rng)
        return expand(rng.choice(topic.asks), rng)

    def echo(self, topic, rng):
        """A question in words of the answer itself, so that these words too lead to the topic."""
        words = topic.answer.replace(".", "").replace(":", "").replace(",", "").split()
        size = rng.randint(min(4, len(words)), min(9, len(words)))
        start = rng.randint(0, len(words) - size)
        span = " ".join(words[start:start + size])
        return expand(rng.choice(self.echoes), rng).replace("{x}", span)

    def vary(self, text, rng):
        """Synonyms, lost, added and shuffled words, politeness, punctuation, case and typing mistakes."""
        if rng.random() < 0.3:
            text = self.swap_synonym(text, rng)
        if rng.random() < 0.35:
            text = self.disturb(text, rng)
        is_question = text.lower().split()[0] in QUESTION_WORDS
        if rng.random() < 0.15:
            text = f"{rng.choice(self.leads)} {text}"
        if rng.random() < 0.10:
            text = f"{text} {rng.choice(self.tails)}".replace(" ,", ",")
        if rng.random() < 0.65:
            text = text[0].upper() + text[1:]
        text += punctuation(is_question, rng)
        if rng.random() < 0.07:
            text = f"{rng.choice(self.before)} {text}"
        if rng.random() < 0.05:
            text = f"{text} {rng.choice(self.after)}"
        if rng.random() < 0.12:
            text = mistype(text, rng)
        shape = rng.random()
        if shape < 0.12:
            text = text.lower()
        elif shape < 0.135:
            text = text.upper()
        return text

    def disturb(self, text, rng):
        """Loses frame words and adds common ones, so that the words which carry the topic decide."""
        strength = rng.uniform(0.05, 0.4)
        kept = [word for word in text.split() if word.lower() not in FRAME_WORDS or rng.random() >= strength]
        words = kept or text.split()
        for _ in range(rng.randint(0, int(1 + 10 * strength))):
            words.insert(rng.randint(0, len(words)), rng.choice(self.common))
        if rng.random() < 0.2:
            rng.shuffle(words)
        return " ".join(words)

    def swap_synonym(self, text, rng):
        found = [word for word in self.synonyms if re.search(rf"\b{word}\b", text)]
        if not found:
            return text
        word = rng.choice(found)
        return re.sub(rf"\b{word}\b", rng.choice(self.synonyms[word]), text, count=1)


def verb(name):
    lower = name.lower()
    plural = lower.endswith("s") and not lower.endswith("ss") and lower not in SINGULARS
    return "are" if plural and not lower.startswith(("a ", "an ")) else "is"


def punctuation(is_question, rng):
    shape = rng.random()
    if is_question:
        return "?" if shape < 0.65 else "" if shape < 0.93 else rng.choice(["??", " ?", ".", "?!"])
    return "" if shape < 0.5 else "." if shape < 0.75 else "?" if shape < 0.9 else "!"


def mistype(text, rng):
    """Swaps, drops or doubles one inner letter of one longer word."""
    words = text.split(" ")
    long_words = [i for i, word in enumerate(words) if len(word) > 4]
    if not long_words:
        return text
    i = rng.choice(long_words)
    word, at = words[i], rng.randrange(1, len(words[i]) - 2)
    kind = rng.randrange(3)
    if kind == 0:
        words[i] = word[:at] + word[at + 1] + word[at] + word[at + 2:]
    elif kind == 1:
        words[i] = word[:at] + word[at + 1:]
    else:
        words[i] = word[:at] + word[at] + word[at:]
    return " ".join(words)


SYSTEM_MESSAGES = (
    "You are a helpful assistant.", "You are TeeTee's demo model.", "Answer briefly.", "Be polite and short.",
    "You answer questions about Ethereum and TEEs.", "You are a helpful, honest assistant. Answer in English.",
    "Keep answers short.", "You are an expert on rollups.", "Be concise.", "You are a friendly chat bot.",
)


@dataclass
class Conversation:
    """Questions with answers in order; plain ones are a single question without the chat frame."""

    turns: list[tuple[str, str]]
    system: str | None
    plain: bool


class ConversationMaker:
    def __init__(self, topics, questions):
        self.topics, self.questions = topics, questions
        boost = {"fallback": 4, "hello": 2, "ethereum": 3, "teetee": 2}
        self.weights = [boost.get(topic.label, 1) for topic in topics]

    def draw(self, rng):
        shape = rng.random()
        plain = shape < 0.35
        count = 1 if shape < 0.93 else rng.randint(2, 3) if shape < 0.995 else rng.randint(4, 7)
        turns = [(self.questions.draw(topic, rng), topic.answer)
                 for topic in rng.choices(self.topics, self.weights, k=count)]
        system = rng.choice(SYSTEM_MESSAGES) if not plain and rng.random() < 0.15 else None
        return Conversation(turns, system, plain)


def tokenizer_text(topics, rng, rounds=40):
    """The lines from which the tokenizer learns its pieces."""
    questions = QuestionMaker()
    for topic in topics:
        for _ in range(rounds // 4):
            yield topic.answer
        for _ in range(rounds):
            yield questions.draw(topic, rng)
    for message in SYSTEM_MESSAGES:
        yield message
