import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { accessMistakes } from './access.ts';
import { duplicates } from './duplicates.ts';
import { chartFolder, Helm } from './helm.ts';
import { type KubeObject, nameOf, readObjects } from './kube-objects.ts';
import { networkMistakes } from './network-rules.ts';
import { typeMistakes } from './object-types.ts';
import { podSecurityMistakes } from './pod-security.ts';
import { settingsMistakes } from './service-settings.ts';
import { documentedValues } from './values-docs.ts';
import { zipEntry } from './zip-entry.ts';

let rendered = '';
before(async () => {
  const helm = await Helm.open();
  rendered = helm.template('--values', join(chartFolder, 'ci', 'tls-values.yaml'));
});

const types = (objects: readonly KubeObject[]) => objects.flatMap(typeMistakes);

interface Plant {
  readonly name: string;
  /** Of what the chart renders. */
  readonly from: RegExp;
  readonly to: string;
  readonly by: (objects: readonly KubeObject[]) => readonly string[];
  readonly says: RegExp;
}

const plants: readonly Plant[] = [
  {
    name: 'an unknown field',
    from: /enableServiceLinks/,
    to: 'enableServiceLink',
    by: types,
    says: /V1PodSpec has no such field/,
  },
  {
    name: 'a text for a number',
    from: /replicas: 2/,
    to: 'replicas: "2"',
    by: types,
    says: /replicas: expected number, got string/,
  },
  {
    name: 'a missing field',
    from: /whenUnsatisfiable: ScheduleAnyway\n/,
    to: '\n',
    by: types,
    says: /whenUnsatisfiable of V1TopologySpreadConstraint is missing/,
  },
  {
    name: 'a wrong type in an object of cert-manager',
    from: /size: 256/,
    to: 'size: "256"',
    by: types,
    says: /privateKey\.size/,
  },
  {
    name: 'a root that can be written',
    from: /readOnlyRootFilesystem: true/,
    to: 'readOnlyRootFilesystem: false',
    by: podSecurityMistakes,
    says: /can write to its root/,
  },
  {
    name: 'a user that is root',
    from: /runAsUser: 65532/,
    to: 'runAsUser: 0',
    by: podSecurityMistakes,
    says: /runAsUser is root/,
  },
  {
    name: 'a capability',
    from: /drop: \[ALL\]/,
    to: 'drop: [ALL], add: [SYS_ADMIN]',
    by: podSecurityMistakes,
    says: /ALL capabilities/,
  },
  {
    name: 'a folder of the host',
    from: /emptyDir: \{ sizeLimit: 2Gi \}/,
    to: 'hostPath: { path: / }',
    by: podSecurityMistakes,
    says: /volume tmp is hostPath/,
  },
  {
    name: 'a network of the host',
    from: /enableServiceLinks: false/,
    to: 'hostNetwork: true',
    by: podSecurityMistakes,
    says: /hostNetwork is set/,
  },
  {
    name: 'a token for a gateway',
    from: /(gateway\n\s+)automountServiceAccountToken: false/,
    to: '$1automountServiceAccountToken: true',
    by: accessMistakes,
    says: /token for nothing/,
  },
  {
    name: 'a role that allows more',
    from: /verbs: \[get, list, watch\]/,
    to: 'verbs: [get, list, watch, patch]',
    by: accessMistakes,
    says: /allows more/,
  },
  {
    name: 'a worker that everybody reaches',
    from: /(\{ port: 7070, protocol: TCP \}\n) {6}from:/,
    to: '$1    - from:',
    by: networkMistakes,
    says: /stranger reaches worker:7070/,
  },
  {
    name: 'a scraper that is shut out',
    from: /app.kubernetes.io\/name: prometheus/g,
    to: 'app: p',
    by: networkMistakes,
    says: /scraper does not reach/,
  },
  {
    name: 'a port that is there twice',
    from: /- \{ name: http, containerPort: 8080 \}/,
    to: '- { name: http, containerPort: 7080 }',
    by: duplicates,
    says: /port 7080 is there twice/,
  },
  {
    name: 'a variable that is there twice',
    from: /- name: POD_NAME\n(.*\n)/,
    to: '- name: POD_NAME\n$1            - name: POD_NAME\n$1',
    by: duplicates,
    says: /variable POD_NAME is there twice/,
  },
  {
    name: 'a mount of no volume',
    from: /- \{ name: disk, mountPath/,
    to: '- { name: disc, mountPath',
    by: duplicates,
    says: /mounts disc, which is no volume/,
  },
  {
    name: 'a setting that no service has',
    from: /drainMs: 75000/,
    to: 'drainsMs: 75000',
    by: settingsMistakes,
    says: /drainsMs/,
  },
  {
    name: 'a certificate that is not mounted',
    from: /path: internal-tls\/ca.crt/,
    to: 'path: other/ca.crt',
    by: settingsMistakes,
    says: /ca\.crt is in no volume/,
  },
];

for (const { name, from, to, by, says } of plants) {
  test(`found: ${name}`, () => {
    assert.match(rendered, from);
    assert.deepEqual(by(readObjects(rendered)), []);
    assert.match(by(readObjects(rendered.replace(from, to))).join('\n'), says);
  });
}

test('a key that is there twice is no YAML for us, as for an API server', () => {
  assert.throws(() => readObjects('kind: A\nmetadata: { name: a }\nkind: B\n'), /unique/);
});

test('without Redis, network policies name none', async () => {
  const helm = await Helm.open();
  const text = helm.template('--values', join(chartFolder, 'ci', 'cpu-dev-values.yaml'), '--set', 'redis.mode=none');
  const objects = readObjects(text);
  assert.deepEqual(networkMistakes(objects), []);
  assert.deepEqual(settingsMistakes(objects), []);
  assert.ok(!objects.map(nameOf).some((each) => each.includes('redis')));
});

test('values without a comment are found, and lists and maps on a line are one value', async () => {
  const found = documentedValues('# A.\na:\n  # B.\n  b: { c: 1 }\n  d: 2\n# E.\ne:\n  - f: 1\n    g: 2\n# H.\nh: 3\n');
  assert.deepEqual(found, [
    { path: 'a', comment: 'A.', usual: undefined },
    { path: 'a.b', comment: 'B.', usual: '{ c: 1 }' },
    { path: 'a.d', comment: '', usual: '2' },
    { path: 'e', comment: 'E.', usual: undefined },
    { path: 'h', comment: 'H.', usual: '3' },
  ]);
  assert.ok(documentedValues(await readFile(join(chartFolder, 'values.yaml'), 'utf8')).length > 150);
});

test('a file of a zip archive is read, and one that is not there is named', () => {
  const content = Buffer.from('helm '.repeat(1000));
  const packed = deflateRawSync(content);
  const name = Buffer.from('helm/helm');
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04_03_4b_50);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02_01_4b_50);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06_05_4b_50);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(30 + name.length + packed.length, 16);
  const archive = Buffer.concat([local, name, packed, entry, name, end]);
  assert.deepEqual(zipEntry(archive, 'helm/helm'), content);
  assert.throws(() => zipEntry(archive, 'kubectl'), /no kubectl/);
  assert.throws(() => zipEntry(Buffer.alloc(100), 'helm/helm'), /no zip archive/);
});
