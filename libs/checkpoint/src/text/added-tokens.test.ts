import assert from 'node:assert/strict';
import test from 'node:test';
import { TokenFinder } from './added-tokens.ts';
import { wordSplitterOf } from './metaspace.ts';
import { normalizerOf } from './normalizer.ts';

const plain = { normalized: false, lstrip: false, rstrip: false };

test('the leftmost and longest added token is found, and only whole ones', () => {
  const finder = new TokenFinder([
    { ...plain, id: 1, content: '<a>' },
    { ...plain, id: 2, content: '<a>b' },
    { ...plain, id: 3, content: '|$^(' },
  ]);
  assert.deepEqual(finder.split('x<a>b<a>y|$^(<a'), ['x', 2, 1, 'y', 3, '<a']);
  assert.deepEqual(finder.split(''), []);
  assert.deepEqual(new TokenFinder([]).split('<a>'), ['<a>']);
});

test('a token takes the white space along that it says', () => {
  const finder = new TokenFinder([
    { ...plain, id: 1, content: '<l>', lstrip: true },
    { ...plain, id: 2, content: '<r>', rstrip: true },
  ]);
  assert.deepEqual(finder.split('a  <l>  b  <r>  c <r> <l>'), ['a', 1, '  b  ', 2, 'c ', 2, 1]);
});

const splits = [
  { name: 'always', json: { type: 'Metaspace', prepend_scheme: 'always' }, want: ['▁a', '▁', '▁b'] },
  { name: 'never', json: { type: 'Metaspace', prepend_scheme: 'never' }, want: ['a', '▁', '▁b'] },
  { name: 'an older file', json: { type: 'Metaspace', add_prefix_space: true }, want: ['▁a', '▁', '▁b'] },
  { name: 'no split', json: { type: 'Metaspace', prepend_scheme: 'first', split: false }, want: ['▁a▁▁b'] },
  {
    name: 'white space first',
    json: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, { type: 'Metaspace' }] },
    want: ['▁a', '▁b'],
  },
];
for (const { name, json, want } of splits) {
  test(`words begin at spaces: ${name}`, () => {
    assert.deepEqual([...wordSplitterOf(json)('a  b', true)], want);
  });
}

test('"first" marks only the word that begins the prompt', () => {
  const words = wordSplitterOf({ type: 'Metaspace', prepend_scheme: 'first' });
  assert.deepEqual([...words('a b', true)], ['▁a', '▁b']);
  assert.deepEqual([...words('a b', false)], ['a', '▁b']);
});

test('normalisers run in order, and trimming knows the same white space as the original', () => {
  const normalize = normalizerOf({
    type: 'Sequence',
    normalizers: [
      { type: 'NFKC' },
      { type: 'Lowercase' },
      { type: 'Strip', strip_left: true, strip_right: true },
      { type: 'Replace', pattern: { Regex: ' {2,}' }, content: '$&' },
      { type: 'Replace', pattern: { String: '.' }, content: '!' },
      { type: 'Prepend', prepend: '>' },
    ],
  });
  assert.equal(normalize('\u0085 ＡΣ  b. \ufeff\u3000'), '>aσ$&b! \ufeff');
  assert.equal(normalize('  '), '');
  assert.equal(normalizerOf(null)(' A '), ' A ');
  const classes = { type: 'Replace', pattern: { Regex: String.raw`\s+` }, content: '' };
  assert.throws(() => normalizerOf(classes), RangeError);
});
