import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { batchLayout, memberRows, type PlacedMember, type TextUse } from './batch-layout.ts';

const textUse = fc.constantFrom<TextUse[]>('fresh', 'projected');

const member = fc
  .record({
    tokens: fc.integer({ min: 1, max: 40 }),
    textRows: fc.integer({ min: 2, max: 9 }),
    mode: fc.constantFrom('full' as const, 'kv' as const, 'x' as const),
    picks: fc.array(fc.nat(39), { minLength: 1, maxLength: 40 }),
  })
  .map(({ tokens, textRows, mode, picks }) => {
    const rows = Int32Array.from([...new Set(picks.map((pick) => pick % tokens))].toSorted((a, b) => a - b));
    return { tokens, textRows, mode, rows };
  });

test('a block never computes one row, nor an odd number of queries', () => {
  fc.assert(
    fc.property(member, textUse, ({ mode, ...request }, text) => {
      const { fresh } = memberRows(request, mode, text);
      assert.ok(fresh.length >= 2);
      assert.equal((fresh.length + (text === 'fresh' ? request.textRows : 0)) % 2, 0);
    }),
  );
});

test('rows that are computed, projected or stored are each token once, but for a repeated last one', () => {
  fc.assert(
    fc.property(member, textUse, ({ mode, ...request }, text) => {
      const { fresh, projected } = memberRows(request, mode, text);
      const computed = new Set(fresh);
      assert.deepEqual([...computed], mode === 'full' ? [...Array(request.tokens).keys()] : [...request.rows]);
      const others = [...Array(request.tokens).keys()].filter((token) => !computed.has(token));
      assert.deepEqual([...projected], mode === 'x' ? others : []);
      assert.equal(fresh.at(-1), [...computed].at(-1));
    }),
  );
});

test('every row of a batch has one place, and every key of a request is found in it or in the store', () => {
  fc.assert(
    fc.property(fc.array(member, { minLength: 1, maxLength: 8 }), textUse, (requests, use) => {
      let base = 1;
      const members = requests.map(({ mode, ...request }): PlacedMember => {
        const placed = { ...memberRows(request, mode, use), ...request, rotaryBase: base };
        base += request.tokens;
        return placed;
      });
      const heads = 3;
      const layout = batchLayout(members, { heads, text: use });
      const total = layout.textCount + layout.imageCount + layout.projectedCount;
      if (use === 'projected') assert.equal(layout.textCount, 0);
      assert.equal(layout.rotary.length, total);
      const owners = new Int32Array(total).fill(-1);
      for (const [request, { tokens, textRows, fresh, projected, rotaryBase }] of members.entries()) {
        const [from, to] = [layout.spans[request * 8 + 6], layout.spans[request * 8 + 7]].map(Number);
        const ownSpan = [layout.spans[request * 8 + 4], layout.spans[request * 8 + 5]].map(Number);
        const own = Array.from(layout.own.slice(...ownSpan), Number);
        assert.deepEqual(
          own,
          own.toSorted((a, b) => a - b),
        );
        const byHead = Array.from(layout.order.slice(from, to), Number);
        const keys = textRows + tokens;
        const places = byHead.slice(0, keys).map((at) => at / heads);
        const order = places.map((at) => own[at] ?? total + at - own.length);
        assert.deepEqual(
          byHead,
          [0, 1, 2].flatMap((head) => places.map((row) => row * heads + head)),
        );
        const stored = new Set(Array.from({ length: tokens }, (_, token) => token));
        const place = (from: number | undefined, rows: Int32Array) => {
          for (const [at, token] of rows.entries()) {
            const row = (from ?? 0) + at;
            assert.equal(owners[row], -1);
            owners[row] = request;
            assert.equal(layout.rotary[row], BigInt(rotaryBase + token));
            if (rows[at + 1] !== token) assert.equal(order[textRows + token], row);
            stored.delete(token);
          }
        };
        const text = layout.textFrom[request] ?? 0;
        owners.fill(request, text, text + textRows);
        assert.deepEqual(
          order.slice(0, textRows),
          [...Array(textRows).keys()].map((row) => text + row),
        );
        place(layout.imageFrom[request], fresh);
        place(layout.projectedFrom[request], projected);
        for (const token of stored) assert.equal(order[textRows + token], total + token);
      }
      assert.ok(!owners.includes(-1));
      assert.deepEqual([...layout.owner].map(Number), [...owners]);
    }),
  );
});
