#!/usr/bin/env bash
# Measures every row of the tables in docs/performance.md on this machine; about a quarter of an hour on two quiet cores.
# Usage: bench/inference-table.sh [FOLDER]   (the synthetic models and one JSON file per row are kept there; default: a new temporary folder)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder="${1:-$(mktemp -d)}"
mkdir -p "$folder"
cli=(./teetee)
for type in q8_0 q4_0; do
    [[ -f "$folder/tl-$type.gguf" ]] || "${cli[@]}" model synth --shape tinyllama-1.1b --type "$type" --seed 1 --out "$folder/tl-$type.gguf"
done
row() {
    echo "== $1: bench inference ${*:2}" >&2
    "${cli[@]}" bench inference "${@:2}" --json >"$folder/$1.json"
}
q8="$folder/tl-q8_0.gguf" q4="$folder/tl-q4_0.gguf"
row decode-q8 --model "$q8" --prompt 16 --generate 64 --rounds 9
row decode-q4 --model "$q4" --prompt 16 --generate 64 --rounds 9
row prefill-q8 --model "$q8" --prompt 512 --generate 2 --rounds 5 --against kernels=managed
row prefill-q4 --model "$q8" --kernels managed --prompt 512 --generate 2 --rounds 5 --against "model=$q4"
row sessions-8 --model "$q8" --prompt 16 --generate 48 --rounds 7 --against sessions=8
row shards-decode --model "$q8" --prompt 4 --generate 64 --rounds 9 --sessions 2 --against shards=2
row shards-decode-8 --model "$q8" --prompt 4 --generate 48 --rounds 7 --sessions 8 --against shards=2
row shards-prefill --model "$q8" --prompt 512 --generate 2 --rounds 5 --sessions 2 --against shards=2
row trace-decode --model "$q8" --prompt 16 --generate 64 --rounds 15 --against trace=off
row trace-decode-8 --model "$q8" --prompt 16 --generate 48 --rounds 9 --sessions 8 --against trace=off
row trace-sampled --model "$q8" --prompt 16 --generate 64 --rounds 9 --sampled --against trace=off
row trace-prefill --model "$q8" --prompt 512 --generate 2 --rounds 9 --against trace=off
row busy --model "$q8" --prompt 16 --generate 48 --rounds 7 --against busy=1
echo "== cold start: five fresh processes to the first token" >&2
for _ in 1 2 3 4 5; do
    /usr/bin/env bash -c "TIMEFORMAT=%R; time ${cli[*]} run --model '$q8' --prompt 'Hello world' --max-tokens 1 >/dev/null 2>&1" 2>>"$folder/cold-start.txt"
done
echo "$folder" 
