import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factList, textTable } from './table.ts';

test('columns are as wide as their widest cell, numbers to the right, and no line ends with blanks', () => {
  const table = textTable(
    [{ title: 'mode', align: 'left' }, { title: 'seconds' }, { title: 'note', align: 'left' }],
    [
      ['dense', '10.25', 'slow'],
      ['masked', '1.5'],
    ],
  );
  assert.deepEqual(table.split('\n'), [
    'mode    seconds  note',
    '------  -------  ----',
    'dense     10.25  slow',
    'masked      1.5',
  ]);
});

test('a table without rows is its titles', () => {
  assert.equal(textTable([{ title: 'a' }, { title: 'bc' }], []), 'a  bc\n-  --');
});

test('facts are padded to the longest name', () => {
  assert.equal(
    factList([
      ['a', '1'],
      ['long', '2'],
    ]),
    'a     1\nlong  2',
  );
});
