// Drives the gateway with the official client: argv = base URL, API key. Prints one JSON object.
import OpenAI from "openai";

const [baseURL, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 20_000 });
const model = "teetee-demo";
const messages = [{ role: "user", content: "What is Ethereum?" }];

const models = [];
for await (const item of client.models.list()) models.push(item.id);

const whole = await client.chat.completions.create({ model, messages, temperature: 0 });

let streamed = "";
let usage = null;
let finish = null;
const stream = await client.chat.completions.create({
  model, messages, temperature: 0, stream: true, stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  streamed += chunk.choices[0]?.delta?.content ?? "";
  finish = chunk.choices[0]?.finish_reason ?? finish;
  usage = chunk.usage ?? usage;
}

const completion = await client.completions.create({ model, prompt: "Ethereum", max_tokens: 4 });

const failures = [];
for (const attempt of [
  () => client.chat.completions.create({ model: "nobody", messages }),
  () => client.chat.completions.create({ model, messages, n: 2 }),
  () => new OpenAI({ baseURL, apiKey: "tt-wrong", maxRetries: 0 }).models.list(),
]) {
  try {
    await attempt();
    failures.push(null);
  } catch (error) {
    failures.push({ kind: error.constructor.name, status: error.status, code: error.code, param: error.param ?? null, requestId: typeof error.requestID });
  }
}

console.log(JSON.stringify({
  models,
  whole: whole.choices[0].message.content,
  wholeUsage: whole.usage,
  requestId: typeof whole._request_id,
  streamed, usage, finish,
  completion: completion.choices[0].text,
  completionFinish: completion.choices[0].finish_reason,
  failures,
}));
