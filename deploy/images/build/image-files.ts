/** Whether a tracked file is part of the image: sources of services and libraries, their manifests, and the protocol. */
export function isInImage(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (path === 'LICENSE' || isManifest(path)) return true;
  if (/\.test\.ts$|^testing/.test(name) || path.startsWith('services/worker/src/simulated/')) return false;
  return (
    /^(libs|services)\/[^/]+\/(src|console)\//.test(path) ||
    /^proto\/.*\.proto$/.test(path) ||
    path.startsWith('deploy/images/src/')
  );
}

/** What the package manager reads. Packages that are not in the image are in its lockfile, so their manifests are here. */
export function isManifest(path: string): boolean {
  return path === 'pnpm-lock.yaml' || path === 'pnpm-workspace.yaml' || /(^|\/)package\.json$/.test(path);
}

/** Of what packages bring, what nobody reads at run time: other platforms, types, maps, and texts about them. */
export function isDeadWeight(path: string): boolean {
  return (
    /\.(d\.[cm]?ts|[cm]?ts\.map|[cm]?js\.map|css\.map|tsbuildinfo|markdown|flow)$/.test(path) ||
    (/\.md$/i.test(path) && !/\/(licen[cs]e|notice)[^/]*$/i.test(path)) ||
    /\/onnxruntime-node\/bin\/napi-v\d+\/(?!linux\/x64\/)/.test(path)
  );
}
