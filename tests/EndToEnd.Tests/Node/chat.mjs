// Asks one question through the OpenAI client, streaming, and prints what came as one JSON object.
// Arguments: base URL, API key, model, question.
import OpenAI from "openai";

const [baseURL, apiKey, model, question] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const messages = [{ role: "user", content: question }];
const models = [];
for await (const entry of await client.models.list()) models.push(entry.id);

let text = "";
let pieces = 0;
let finish = null;
let usage = null;
const stream = await client.chat.completions.create({
  model, messages, stream: true, temperature: 0, max_completion_tokens: 48, stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  const [choice] = chunk.choices;
  if (choice?.delta?.content) { text += choice.delta.content; pieces += 1; }
  finish = choice?.finish_reason ?? finish;
  usage = chunk.usage ?? usage;
}

const whole = await client.chat.completions.create({ model, messages, temperature: 0, max_completion_tokens: 48 });
let error = null;
try {
  await client.chat.completions.create({ model: "nobody", messages });
} catch (fault) {
  error = { name: fault.constructor.name, status: fault.status, code: fault.code };
}
console.log(JSON.stringify({
  models, text, pieces, finish, usage,
  whole: { text: whole.choices[0].message.content, usage: whole.usage, receiptId: whole.teetee?.receiptId }, error,
}));
