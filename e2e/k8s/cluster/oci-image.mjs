// An image of one layer without an engine: node oci-image.mjs FOLDER NAME OUT.tar CONFIG_JSON
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const [folder, name, out, settings] = process.argv.slice(2);
const layout = mkdtempSync(join(tmpdir(), 'image-'));
mkdirSync(join(layout, 'blobs', 'sha256'), { recursive: true });

function put(mediaType, bytes) {
  const digest = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(join(layout, 'blobs', 'sha256', digest), bytes);
  return { mediaType, digest: `sha256:${digest}`, size: bytes.length };
}
const putJson = (type, value) => put(`application/vnd.oci.image.${type}.v1+json`, Buffer.from(JSON.stringify(value)));
const tar = (to, from, entries) =>
  execFileSync('tar', ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '-cf', to, '-C', from, ...entries]);

try {
  tar(join(layout, 'layer.tar'), resolve(folder), ['.']);
  const layer = put('application/vnd.oci.image.layer.v1.tar', readFileSync(join(layout, 'layer.tar')));
  const config = putJson('config', {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: JSON.parse(settings),
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
    history: [{ created: '1970-01-01T00:00:00Z', created_by: 'instgenie' }],
  });
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = putJson('manifest', { schemaVersion: 2, mediaType, config, layers: [layer] });
  const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name };
  const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] };
  writeFileSync(join(layout, 'index.json'), JSON.stringify(index));
  writeFileSync(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  tar(resolve(out), layout, ['blobs', 'index.json', 'oci-layout']);
} finally {
  rmSync(layout, { recursive: true, force: true });
}
