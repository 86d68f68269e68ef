/** A value of values.yaml. */
export interface DocumentedValue {
  /** Such as `gateway.replicas`. */
  readonly path: string;
  /** What its comment says; empty where there is none. */
  readonly comment: string;
  /** As the file has it; undefined for what has parts. */
  readonly usual: string | undefined;
}

/** All values of a file in our form: a comment above each key, and a map or list on its key's line is one value. */
export function documentedValues(file: string): readonly DocumentedValue[] {
  const found: DocumentedValue[] = [];
  const parents: { readonly indent: number; readonly name: string }[] = [];
  let comment: string[] = [];
  let listIndent: number | undefined;
  for (const line of file.split('\n')) {
    const indent = line.length - line.trimStart().length;
    if (line.trim() === '') continue;
    if (listIndent !== undefined && indent >= listIndent) continue;
    listIndent = line.trimStart().startsWith('- ') ? indent : undefined;
    if (listIndent !== undefined) continue;
    const remark = /^ *# ?(.*)$/.exec(line)?.[1];
    if (remark !== undefined) {
      comment.push(remark);
      continue;
    }
    const [, name = '', value = ''] = /^ *([A-Za-z0-9_.-]+):(?: (.*))?$/.exec(line) ?? [];
    while ((parents.at(-1)?.indent ?? -1) >= indent) parents.pop();
    const path = [...parents.map((parent) => parent.name), name].join('.');
    found.push({ path, comment: comment.join(' '), usual: value === '' ? undefined : value });
    if (value === '') parents.push({ indent, name });
    comment = [];
  }
  return found;
}

/** Rows of a table of values; those with parts are there for what they say. */
export function valueRows(values: readonly DocumentedValue[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const rows = values.map(({ path, comment, usual }) => {
    const shown = usual === undefined ? '' : `\`${cell(usual)}\``;
    return `| \`${path}\` | ${cell(comment)} | ${shown} |`;
  });
  return ['| value | what | default |', '| --- | --- | --- |', ...rows].join('\n');
}
