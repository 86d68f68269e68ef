import assert from 'node:assert/strict';
import { cp, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { readBytes } from '../tensor-data.ts';
import { fixtures, put, t5Folder, temporaryFolder } from '../testing.ts';
import { openWeightsFile } from '../weights.ts';
import { openClipTokenizer } from './clip-tokenizer.ts';
import { openT5Tokenizer } from './t5-tokenizer.ts';

const prompts: readonly string[] = JSON.parse(await readFile(join(fixtures, 'prompts.json'), 'utf8'));
const clipFolder = join(fixtures, 'tokenizer');

/** Golden ids: rows[prompt]. */
async function golden(name: string): Promise<readonly (readonly number[])[]> {
  const ref = (await openWeightsFile(join(fixtures, 'text-ids.safetensors'))).get(name);
  const [rows, columns = 0] = ref.shape;
  assert.ok(ref.dtype === 'I32' && rows === prompts.length && columns > 0);
  const ids = new Int32Array((await readBytes(ref)).buffer);
  return prompts.map((_, row) => [...ids.subarray(row * columns, (row + 1) * columns)]);
}

test('CLIP gives the golden ids for every prompt', async () => {
  const [tokenizer, want] = [await openClipTokenizer(clipFolder), await golden('clip_ids')];
  for (const [row, prompt] of prompts.entries()) assert.deepEqual([...tokenizer.encode(prompt)], want[row], prompt);
});

test('CLIP from vocab.json and merges.txt gives the golden ids for every prompt', async (t) => {
  const folder = await temporaryFolder(t);
  await cp(clipFolder, folder, { recursive: true });
  await unlink(join(folder, 'tokenizer.json'));
  const [tokenizer, want] = [await openClipTokenizer(folder), await golden('clip_ids')];
  for (const [row, prompt] of prompts.entries()) assert.deepEqual([...tokenizer.encode(prompt)], want[row], prompt);
});

for (const [name, maxTokens] of [
  ['t5_ids', 40],
  ['t5_ids_512', 512],
] as const) {
  test(`T5 gives the golden ids for every prompt in ${maxTokens} tokens`, async () => {
    const [tokenizer, want] = [await openT5Tokenizer(t5Folder), await golden(name)];
    for (const [row, prompt] of prompts.entries()) {
      assert.deepEqual([...tokenizer.encode(prompt, maxTokens)], want[row], prompt);
    }
  });
}

test('CLIP lower-cases a sigma alike everywhere and keeps U+FEFF inside punctuation, as the original does', async () => {
  const tokenizer = await openClipTokenizer(clipFolder);
  assert.deepEqual(tokenizer.encode('ΟΔΟΣ'), tokenizer.encode('οδοσ'));
  assert.notDeepEqual(tokenizer.encode('!\ufeff!'), tokenizer.encode('! \ufeff !'));
});

test('a long prompt is cut before the last token, which ends the text', async () => {
  const clip = await openClipTokenizer(clipFolder);
  const [long, short] = [clip.encode('fox '.repeat(100)), clip.encode('fox')];
  assert.equal(long.at(-1), short.at(2));
  assert.notEqual(long.at(-2), long.at(-1));
  const t5 = await openT5Tokenizer(t5Folder);
  for (const maxTokens of [1, 2, 7]) {
    const ids = t5.encode('a red fox on a lake', maxTokens);
    assert.deepEqual([ids.length, ids.at(-1)], [maxTokens, 1]);
    assert.deepEqual(ids.slice(0, -1), t5.encode('a red fox on a lake', 64).slice(0, maxTokens - 1));
  }
});

test('fewer positions than the tokenizer allows win, absurd limits of the tokenizer do not', async (t) => {
  assert.equal((await openClipTokenizer(clipFolder, 16)).encode('fox '.repeat(100)).length, 16);
  const folder = await temporaryFolder(t);
  await cp(clipFolder, folder, { recursive: true });
  await put(join(folder, 'tokenizer_config.json'), { model_max_length: 1e30, pad_token: '!' });
  const tokenizer = await openClipTokenizer(folder, 77);
  assert.equal(tokenizer.maxTokens, 77);
  assert.equal(tokenizer.encode('').at(-1), 0, 'padded with its own pad token');
  await put(join(folder, 'tokenizer_config.json'), { model_max_length: 1 });
  await assert.rejects(openClipTokenizer(folder, 77), {
    code: 'invalid',
    message: /model_max_length: expected 2 or more/,
  });
});

const hostile = {
  'letters without a space': 'abcdefgh'.repeat(4000),
  'one letter': 'x'.repeat(32_000),
  'marks on one letter': `e${'\u0301\u0316'.repeat(15_999)}`,
  'a character that grows to 18': '\ufdfa'.repeat(32_000),
  'spaces before a letter': `${' '.repeat(31_999)}a`,
  'brackets of special tokens': '<'.repeat(32_000),
  'special tokens': '<|endoftext|></s>'.repeat(1882),
  'emoji of two code units': '🐎'.repeat(32_000),
  'halves of surrogate pairs': '\ud800'.repeat(32_000),
};
for (const [name, prompt] of Object.entries(hostile)) {
  // Linear work takes some 0.1 s; a quadratic path would take minutes.
  test(`32,000 characters of ${name} are encoded in bounded time`, { timeout: 20_000 }, async () => {
    const [clip, t5] = [await openClipTokenizer(clipFolder), await openT5Tokenizer(t5Folder)];
    assert.equal(clip.encode(prompt).length, 77);
    const ids = t5.encode(prompt, 512);
    assert.ok(ids.includes(1) && ids.every((id) => id >= 0 && id < t5.vocabulary));
  });
}

test('a prompt of 32,001 characters is refused', async () => {
  const [clip, t5] = [await openClipTokenizer(clipFolder), await openT5Tokenizer(t5Folder)];
  for (const prompt of ['x'.repeat(32_001), '🐎'.repeat(32_001), 'x'.repeat(100_000)]) {
    const want = { code: 'invalid', field: 'prompt', message: /at most 32000 characters/ };
    assert.throws(() => clip.encode(prompt), want);
    assert.throws(() => t5.encode(prompt, 512), want);
  }
  for (const maxTokens of [0, -1, 1.5, 5000, Number.NaN]) {
    assert.throws(() => t5.encode('a', maxTokens), { code: 'invalid', message: /maxTokens: expected 1 to 4096/ });
  }
});

test('folders without a vocabulary that can be read are refused by name', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(openClipTokenizer(folder), { code: 'not-found', message: /vocab\.json: no such file/ });
  await assert.rejects(openT5Tokenizer(folder), { code: 'not-found', message: /tokenizer\.json: no such file/ });
  await put(join(folder, 'vocab.json'), { a: 0, '<|startoftext|>': 1, '<|endoftext|>': 2 });
  await assert.rejects(openClipTokenizer(folder), { code: 'not-found', message: /merges\.txt: no such file/ });
});

const falseVocabularies = [
  {
    name: 'another model',
    json: { added_tokens: [], model: { type: 'WordPiece', vocab: {} } },
    says: /tokenizer\.json: model/,
  },
  { name: 'no model', json: {}, says: /tokenizer\.json: / },
  {
    name: 'no special tokens',
    json: {
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: { type: 'Metaspace' },
      post_processor: null,
      decoder: null,
      model: { type: 'BPE', vocab: { a: 0 }, merges: [] },
    },
    says: /tokenizer\.json: /,
  },
  {
    name: 'an unknown normaliser',
    json: {
      normalizer: { type: 'Nmt' },
      pre_tokenizer: { type: 'Metaspace' },
      model: { type: 'Unigram', unk_id: 0, vocab: [['a', 0]] },
    },
    says: /tokenizer\.json: /,
  },
];
for (const { name, json, says } of falseVocabularies) {
  test(`a tokenizer.json with ${name} is unsupported`, async (t) => {
    const folder = await temporaryFolder(t);
    await put(join(folder, 'tokenizer.json'), json);
    await assert.rejects(openClipTokenizer(folder), { code: 'unsupported', message: says });
    await assert.rejects(openT5Tokenizer(folder), { code: 'unsupported', message: says });
  });
}
