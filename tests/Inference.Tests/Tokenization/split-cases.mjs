// Writes split-cases.json: the published regular expressions of each pre-tokenizer, run by Node's own engine (u flag) over
// fixed and seeded texts, and the classes of all code points in Node's Unicode version. JavaScript's \s is not Unicode's
// White_Space (it has U+FEFF and lacks U+0085), so the property is written out. Run: node split-cases.mjs
import { writeFileSync } from "node:fs";

const S = "\\p{White_Space}", notS = "\\P{White_Space}";
const gpt2 = `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${S}\\p{L}\\p{N}]+|${S}+(?!${notS})|${S}+`;
const cl100k = n => `(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,${n}}`
    + `| ?[^${S}\\p{L}\\p{N}]+[\\r\\n]*|${S}*[\\r\\n]+|${S}+(?!${notS})|${S}+`;
const PATTERNS = {
    "gpt-2": [gpt2],
    "default": ["[\\p{P}\\$\\+<=>\\^~\\|]+", gpt2, "\\p{N}+", "[0-9][0-9][0-9]"],
    "llama-bpe": [cl100k(3)],
    "qwen2": [cl100k(1)],
    "starcoder": ["\\p{N}", gpt2],
    "deepseek-llm": [
        "[\\r\\n]",
        `${S}?[A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af\u0370-\u0373\u0376\u0377\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c`
            + "\u038e-\u03a1\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f\u0531-\u0556\u10a0-\u10c5\u13a0-\u13f5\u13f8-\u13fd\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-\u1d77\u1d79-\u1d9a"
            + "\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3"
            + "\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149"
            + "\u214e\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4\u2ceb-\u2cee\u2cf2\u2cf3\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf\ufb00-\ufb06\ufb13-\ufb17"
            + "\uff21-\uff3a\uff41-\uff5a\u{10400}-\u{1044f}\u{104b0}-\u{104d3}\u{104d8}-\u{104fb}\u{10c80}-\u{10cb2}\u{10cc0}-\u{10cf2}\u{118a0}-\u{118df}\u{1e900}-\u{1e943}]+",
        `${S}?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+`,
        `${S}+$`,
        "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+",
        "\\p{N}+",
    ],
};

const TEXTS = [
    "", " ", "\n", "a", "Hello, world!", "I'll've done; it's WE'RE o'clock don'T 'S'mores 'LL'dS ''s 'x 'RE've'm", "'s 't're'\u017f", "x='s'",
    "  two  spaces\t\ttabs \n\n newline \r\n crlf\r\rcr \n ", "\n \n  \n\t x", "x \n", " \u00a0\u3000 \u2003x\u2028y\u2029z\u0085w\u180e\ufeff v\u200b\u200d", "   !", "a\u3000\u3000!\u3000\u3000",
    "1 12 123 1234 12345 1234567890 3.14159 1e-9 0x1F \u0661\u0662\u0663\u0664 \u00bd\u00b2\u2167 \u096a\u096b \u{1d7d8}\u{1d7d9}\u{1d7da}\u{1d7db} 1\u0301 2", "a1b22c333d4444", "$100,000.00 + 5% = <x>^2~|`_",
    "snake_case camelCase <|im_start|>user</s> @handle #tag", "caf\u00e9 cafe\u0301 nai\u0308ve \u00c5ngstr\u00f6m \u1e9e\u00df \ufb01 \u0130\u0131 \u01c5",
    "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440! \u0393\u03b5\u03b9\u03ac \u03c3\u03bf\u03c5 \u039a\u03cc\u03c3\u03bc\u03b5", "\u4f60\u597d\uff0c\u4e16\u754c\uff01\u3000\u4eca\u5929\u5929\u6c14\u5f88\u597d\u3002123\u4e2a", "\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8\u3001\u30ab\u30bf\u30ab\u30ca\u30fc\uff76\uff85",
    "\ud55c\uad6d\uc5b4 \ubb38\uc7a5\uc785\ub2c8\ub2e4. \u1112\u1161\u11ab", "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645\u060c \u0634\u064f\u0643\u0652\u0631\u064b\u0627 \u05e9\u05b8\u05dc\u05d5\u05b9\u05dd", "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e \u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 \u1780\u17d2\u1789\u17bb\u17c6",
    "\u{1f600}\u{1f44d}\u{1f3fd} \u{1f468}\u200d\u{1f469}\u200d\u{1f467} \u2764\ufe0f 1\ufe0f\u20e3 \u{1f1e9}\u{1f1ea}x", "\u{10400}\u{10428}\u{1e900}\u{1e922} \u{20000}\u{2a6df}\u{30000} \u{1d400}\u{1d41a}\u{1d7ce} \u{118a0}x", "\u0378\u{1f8ff}\u{e0001}\u{e0100}\u{f0000}\u{10fffd} a\u0378b",
    "\u2018quoted\u2019 \u201cdouble\u201d \u00abguillemets\u00bb \u2014 dash \u2026 \u20ac5 \u00a32", "for (int i = 0; i < n; i++) {\n\treturn x[i] != '\\n';\n}\n\n\n", "if x:\r\n    y = 'it\\'s'\r\n\r\n", "a\u0000b\u0001c\u001f\u007f\u0080", "\ufffd\u02bc\u02b0 \u2126\u212a\u1fbe\u0345",
];
const ALPHABETS = [
    [..."ab1 '\n\t.s,tlr\u00e9dSTveLM\r"],
    [..." \n\r\t\u00a0\u3000\u2028x1.!"],
    [..."'sStTrReEvVmMlLdD \u017fx"],
    [..."012 9a.\u0661\u00bd\u2167\u{1d7d8}-"],
    [..."aZ\u4e2d\u306f\uac00\u3000\uff01\u3002\u201c 1\u00e9\u0301\n!~"],
    [..."\u{1f600}\u{10400}\u{20000}\u0378\u{e0100}\u{1d7d8} a\u0300."],
];
// Assigned before Unicode 15, or never: what one engine of today calls a letter another may not know yet.
const POOL = [[0, 0x7f], [0x80, 0x24f], [0x370, 0x3ff], [0x400, 0x52f], [0x5d0, 0x5ea], [0x620, 0x6ff], [0x900, 0x97f], [0x1100, 0x11ff], [0x1e00, 0x1fbc],
    [0x2000, 0x206f], [0x2070, 0x208e], [0x20d0, 0x20f0], [0x2100, 0x218b], [0x2190, 0x23ff], [0x2c00, 0x2cee], [0x3000, 0x30ff], [0x4e00, 0x9fa5], [0xa640, 0xa69f],
    [0xac00, 0xd7a3], [0xe000, 0xe0ff], [0xfe00, 0xfe0f], [0xff01, 0xff5e], [0x10400, 0x104fb], [0x1d400, 0x1d7ff], [0x1f300, 0x1f64f], [0x20000, 0x2a6df], [0x40000, 0x4ffff], [0xe0100, 0xe01ef]];

let state = 12345n;
const next = bound => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number((state >> 33n) % BigInt(bound));
};
const make = (length, pick) => Array.from({ length: next(length) + 1 }, pick).join("");
for (const letters of ALPHABETS)
    for (let i = 0; i < 30; i++)
        TEXTS.push(make(24, () => letters[next(letters.length)]));
for (let i = 0; i < 120; i++)
    TEXTS.push(make(20, () => { const [from, to] = POOL[next(POOL.length)]; return String.fromCodePoint(from + next(to - from + 1)); }));

function split(text, patterns) {
    let pieces = text === "" ? [] : [text];
    for (const pattern of patterns) {
        pieces = pieces.flatMap(piece => {
            const parts = [];
            let at = 0;
            for (const match of piece.matchAll(new RegExp(pattern, "gu"))) {
                if (match.index > at) parts.push(piece.slice(at, match.index));
                parts.push(match[0]);
                at = match.index + match[0].length;
            }
            if (at < piece.length) parts.push(piece.slice(at));
            return parts;
        });
    }
    return pieces.map(piece => Buffer.byteLength(piece));
}

function ranges(pattern) {
    const test = new RegExp(`^${pattern}$`, "u"), found = [];
    for (let c = 0; c <= 0x10ffff; c++) {
        if (c >= 0xd800 && c <= 0xdfff || !test.test(String.fromCodePoint(c))) continue;
        if (found.length && found.at(-1) === c - 1) found[found.length - 1] = c; else found.push(c, c);
    }
    return found;
}

const lengths = Object.fromEntries(Object.entries(PATTERNS).map(([name, patterns]) => [name, TEXTS.map(text => split(text, patterns))]));
const classes = { letter: ranges("\\p{L}"), number: ranges("\\p{N}"), punctuation: ranges("\\p{P}"), space: ranges(S), unassigned: ranges("\\p{Cn}") };
const json = JSON.stringify({ unicode: process.versions.unicode, texts: TEXTS, lengths, classes })
    .replace(/[\u007f-\uffff]/g, unit => "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0"))
    .replaceAll('],[', "],\n[").replaceAll('","', '",\n"');
writeFileSync(new URL("split-cases.json", import.meta.url), json + "\n");
