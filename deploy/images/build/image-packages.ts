/** A package of the workspace. */
export interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Folders of the packages that one of them needs at run time, with its own. Takes manifests by folder. Pure. */
export function packagesOf(name: string, manifests: ReadonlyMap<string, Manifest>): ReadonlySet<string> {
  const byName = new Map([...manifests].map(([folder, manifest]) => [manifest.name, { folder, manifest }]));
  const folders = new Set<string>();
  const add = (wanted: string) => {
    const found = byName.get(wanted);
    if (found === undefined || folders.has(found.folder)) return;
    folders.add(found.folder);
    for (const dependency of Object.keys(found.manifest.dependencies ?? {})) add(dependency);
  };
  add(name);
  return folders;
}
