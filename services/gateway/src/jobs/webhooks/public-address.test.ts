import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isPublicAddress } from './public-address.ts';

const table: readonly (readonly [string, boolean])[] = [
  ['8.8.8.8', true],
  ['1.1.1.1', true],
  ['172.15.255.255', true],
  ['172.16.0.0', false],
  ['172.32.0.0', true],
  ['10.1.2.3', false],
  ['127.0.0.1', false],
  ['127.255.255.254', false],
  ['0.0.0.0', false],
  ['100.64.0.1', false],
  ['100.128.0.1', true],
  ['169.254.169.254', false],
  ['192.168.1.1', false],
  ['198.18.0.1', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['2606:4700::1111', true],
  ['2a00:1450:4001::1', true],
  ['::1', false],
  ['::', false],
  ['::ffff:8.8.8.8', false],
  ['::ffff:169.254.169.254', false],
  ['64:ff9b::7f00:1', false],
  ['fe80::1', false],
  ['fe80::1%eth0', false],
  ['fc00::1', false],
  ['fd00:ec2::254', false],
  ['ff02::1', false],
  ['2001:db8::1', false],
  ['2001::1', false],
  ['2002:7f00:1::', false],
  ['127.1', false],
  ['0x7f000001', false],
  ['2130706433', false],
  ['localhost', false],
  ['', false],
];
for (const [address, isPublic] of table) {
  test(`${address === '' ? 'nothing' : address} is ${isPublic ? '' : 'not '}public`, () => {
    assert.equal(isPublicAddress(address), isPublic);
  });
}

test('IPv4 in the clothes of IPv6 is never public (seed 7)', () => {
  const address = fc.tuple(fc.ipV4(), fc.constantFrom('::ffff:', '::', '64:ff9b::'));
  fc.assert(
    fc.property(address, ([v4, clothes]) => !isPublicAddress(clothes + v4)),
    { seed: 7, numRuns: 500 },
  );
});
