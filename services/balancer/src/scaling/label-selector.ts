/** Whether labels are as a selector of Kubernetes wants them; undefined for a selector that says what is not known here. */
export type LabelMatch = (labels: Readonly<Record<string, string>>) => boolean;

const equality = /^([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)$/;
const membership = /^([\w./-]+)\s+(in|notin)\s+\(([\w.,\s-]*)\)$/;

/** Reads `model=fill`, `model!=fill`, `model in (fill,edit)`, `model notin (fill)`, and several with commas between. */
export function readSelector(text: string): LabelMatch | undefined {
  const terms = splitTerms(text).map(readTerm);
  if (terms.some((term) => term === undefined)) return undefined;
  return (labels) => terms.every((term) => term?.(labels) === true);
}

/** At commas that stand in no brackets. */
function splitTerms(text: string): readonly string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

function readTerm(term: string): LabelMatch | undefined {
  const [, name = '', operator = '', value = ''] = equality.exec(term) ?? [];
  if (operator !== '') return (labels) => (labels[name] === value) === (operator !== '!=');
  const [, key = '', how = '', list = ''] = membership.exec(term) ?? [];
  if (how === '') return undefined;
  const values = new Set(list.split(',').map((each) => each.trim()));
  return (labels) => values.has(labels[key] ?? '') === (how === 'in');
}
