type Alignment = 'left' | 'right';

export interface TableColumn {
  readonly title: string;
  /** Right unless told: most columns are numbers. */
  readonly align?: Alignment;
}

/** Rows of text under their titles, columns two spaces apart, without a trailing line break. */
export function textTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => (line[index] ?? '').length)));
  const shown = lines.map((line) =>
    columns.map(({ align = 'right' }, index) => padded(line[index] ?? '', { width: widths[index] ?? 0, align })),
  );
  const rule = widths.map((width) => '-'.repeat(width));
  return shown
    .toSpliced(1, 0, rule)
    .map((cells) => cells.join('  ').trimEnd())
    .join('\n');
}

/** Facts as `name  value` lines, names padded to one width. */
export function factList(facts: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

function padded(text: string, { width, align }: { readonly width: number; readonly align: Alignment }): string {
  return align === 'left' ? text.padEnd(width) : text.padStart(width);
}
