/** An element of the page by its id. */
export function byId<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`);
  return found;
}

/** A new element with properties and children; text is never read as HTML. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** A table of text; numbers are aligned to the right. */
export function table(
  titles: readonly string[],
  rows: readonly (readonly (string | number | Node)[])[],
): HTMLTableElement {
  const cell = (value: string | number | Node) =>
    typeof value === 'number' ? element('td', { className: 'number' }, String(value)) : element('td', {}, value);
  const head = (title: string, at: number) =>
    element('th', { scope: 'col', className: typeof rows[0]?.[at] === 'number' ? 'number' : '' }, title);
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...titles.map(head))),
    element('tbody', {}, ...rows.map((row) => element('tr', {}, ...row.map(cell)))),
  );
}

export function milliseconds(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${Math.round(ms)} ms`;
}
