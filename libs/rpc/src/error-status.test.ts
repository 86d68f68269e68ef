import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metadata, status } from '@grpc/grpc-js';
import { type ErrorCode, ServiceError } from '@instgenie/domain';
import fc from 'fast-check';
import { statusOfCode } from './error-codes.ts';
import { ErrorStatus } from './error-status.ts';
import { RetryError } from './retry-error.ts';

const errors = new ErrorStatus();
const codes = Object.keys(statusOfCode) as ErrorCode[];
const shownCode = fc.constantFrom(...codes.filter((code) => code !== 'internal'));

for (const code of codes) {
  test(`a failure with the code ${code} comes back with it`, () => {
    const back = errors.fromStatus(errors.toStatus(new ServiceError(code, 'the mask is too small', { field: 'mask' })));
    assert.equal(back.code, code);
    const isOpaque = code === 'internal';
    assert.equal(back.message, isOpaque ? 'internal error' : 'the mask is too small');
    assert.equal(back.field, isOpaque ? undefined : 'mask');
  });
}

test('any short text, field and retry hint come back as they were', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 });
  fc.assert(
    fc.property(
      shownCode,
      text,
      fc.option(text),
      fc.option(fc.nat(3_600_000)),
      (code, message, field, retryAfterMs) => {
        const detail = field === null ? {} : { field };
        const error =
          retryAfterMs === null
            ? new ServiceError(code, message, detail)
            : new RetryError(code, message, { ...detail, retryAfterMs });
        const back = errors.fromStatus(errors.toStatus(error));
        assert.deepEqual([back.code, back.message, back.field], [code, message, field ?? undefined]);
        assert.equal(back instanceof RetryError ? back.retryAfterMs : null, retryAfterMs);
      },
    ),
    { seed: 7 },
  );
});

test('the longest texts stay under 8 KiB of trailers, in whole characters', () => {
  const long = new ServiceError('invalid', '\u{1F3A8}'.repeat(5000), { field: '界'.repeat(5000) });
  const { details, metadata } = errors.toStatus(long);
  const bytes = encodeURI(details).length + Buffer.byteLength(JSON.stringify(metadata.toHttp2Headers()));
  assert.ok(bytes < 8192, `${bytes}`);
  const back = errors.fromStatus(errors.toStatus(long));
  assert.ok(back.message.endsWith('…') && back.field?.endsWith('…'));
});

test('a retry hint is also a push-back for clients that retry by themselves', () => {
  const { metadata } = errors.toStatus(new RetryError('overloaded', 'busy', { retryAfterMs: 1250.5 }));
  assert.deepEqual(metadata.get('grpc-retry-pushback-ms'), ['1251']);
});

test('what is thrown by mistake is sent as an internal error and nothing else', () => {
  const { code, details, metadata } = errors.toStatus(new RangeError('/etc/secret of host-7 is broken'));
  assert.deepEqual([code, details], [status.INTERNAL, 'internal error']);
  assert.ok(!JSON.stringify(metadata.toJSON()).includes('secret'));
});

test('texts of the transport are not shown: they name hosts', () => {
  for (const code of Object.values(status)) {
    if (typeof code !== 'number') continue;
    const details = 'connect ECONNREFUSED 10.1.2.3:7070 /var/run/x.sock';
    const error = errors.fromStatus(Object.assign(new Error(details), { code, details, metadata: new Metadata() }));
    assert.ok(codes.includes(error.code));
    assert.doesNotMatch(error.message, /10\.1|7070|\/var/);
  }
});

test('damaged details, and details of others, count as none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const metadata = new Metadata();
      metadata.set('grpc-status-details-bin', Buffer.from(bytes));
      const error = errors.fromStatus({ code: status.NOT_FOUND, details: 'host-7', metadata });
      assert.deepEqual([error.code, error.message], ['not-found', 'the server does not have it']);
    }),
    { seed: 7 },
  );
});
