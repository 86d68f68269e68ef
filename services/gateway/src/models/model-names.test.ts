import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isInShare, namedModel } from './model-names.ts';

const models = [{ name: 'fill' }, { name: 'fill-v2' }, { name: 'portrait-fill' }];
const rows: readonly {
  readonly name: string;
  readonly aliases: Readonly<Record<string, string>>;
  readonly asked: string | undefined;
  readonly want: string | undefined;
}[] = [
  { name: 'no name is the first model', aliases: { '*': 'fill-v2' }, asked: undefined, want: 'fill' },
  { name: 'an empty name too', aliases: {}, asked: '', want: 'fill' },
  { name: 'a model is itself', aliases: {}, asked: 'fill-v2', want: 'fill-v2' },
  {
    name: 'an alias is its model',
    aliases: { 'gpt-image-1': 'portrait-fill' },
    asked: 'gpt-image-1',
    want: 'portrait-fill',
  },
  { name: 'an alias comes before a model of its name', aliases: { fill: 'fill-v2' }, asked: 'fill', want: 'fill-v2' },
  { name: 'an alias of what is not served is unknown', aliases: { a: 'gone' }, asked: 'a', want: undefined },
  { name: 'and may be any other then', aliases: { a: 'gone', '*': 'fill' }, asked: 'a', want: 'fill' },
  { name: 'what is unknown is unknown', aliases: {}, asked: 'dall-e-2', want: undefined },
  { name: 'unless any name will do', aliases: { '*': 'fill' }, asked: 'dall-e-2', want: 'fill' },
  { name: 'a star is no way to say any', aliases: { '*': 'fill' }, asked: 'constructor', want: 'fill' },
  { name: 'names of objects are no aliases', aliases: {}, asked: 'toString', want: undefined },
];

for (const { name, aliases, asked, want } of rows) {
  test(name, () => assert.equal(namedModel({ aliases, canaries: [] }, models, asked)?.name, want));
}

test('a template stays in a share that grows, and no share and all of them are what they say (seed 8)', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9a-f]{24}$/), share, share, (id, a, b) => {
      const canary = (of: number) => isInShare({ model: 'fill', to: 'fill-v2', share: of }, id);
      assert.ok(!canary(0) && canary(1));
      assert.ok(!canary(Math.min(a, b)) || canary(Math.max(a, b)));
    }),
    { seed: 8 },
  );
});

test('a share is as large as it says, and another version takes others', () => {
  const ids = Array.from({ length: 20_000 }, (_, at) => at.toString(16).padStart(24, '0'));
  const of = (to: string) => new Set(ids.filter((id) => isInShare({ model: 'fill', to, share: 0.05 }, id)));
  const [second, third] = [of('fill-v2'), of('fill-v3')];
  assert.ok(Math.abs(second.size / ids.length - 0.05) < 0.005, String(second.size));
  assert.ok([...second].filter((id) => third.has(id)).length < 0.2 * second.size);
});
