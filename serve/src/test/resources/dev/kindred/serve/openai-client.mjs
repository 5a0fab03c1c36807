// OpenAI's own client against the server at argv[2], with the key argv[3]; prints one JSON object of what it saw.
import OpenAI from 'openai';

const [, , baseURL, apiKey] = process.argv;
const client = new OpenAI({ baseURL: `${baseURL}/v1`, apiKey, maxRetries: 0 });
const input = ['speak very quietly', 'a tower with a light'];

async function refused(call) {
  try {
    await call();
    return null;
  } catch (error) {
    return { name: error.constructor.name, status: error.status, message: error.message, type: error.type, param: error.param, code: error.code };
  }
}

// Unasked, the client has base64 sent and turns it into numbers itself.
const unasked = await client.embeddings.create({ model: 'default', input });
const floats = await client.embeddings.create({ model: 'default', input, encoding_format: 'float' });
const cut = await client.embeddings.create({ model: 'default', input, dimensions: 16, user: 'somebody' });
const one = await client.embeddings.create({ model: 'default', input: input[0] });
const models = [];
for await (const model of client.models.list()) models.push(model.id);
const model = await client.models.retrieve('default');
const stranger = new OpenAI({ baseURL: `${baseURL}/v1`, apiKey: 'nobody', maxRetries: 0 });

console.log(JSON.stringify({
  unasked: unasked.data.map((each) => Array.from(each.embedding)),
  floats: floats.data.map((each) => each.embedding),
  cut: cut.data.map((each) => Array.from(each.embedding)),
  one: one.data.map((each) => Array.from(each.embedding)),
  usage: floats.usage,
  models,
  model,
  unknown: await refused(() => client.embeddings.create({ model: 'defalt', input })),
  tokens: await refused(() => client.embeddings.create({ model: 'default', input: [[1, 2, 3]] })),
  wide: await refused(() => client.embeddings.create({ model: 'default', input, dimensions: 4096 })),
  keyless: await refused(() => stranger.embeddings.create({ model: 'default', input })),
}));
