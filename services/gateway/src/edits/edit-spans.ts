import { ServiceError } from '@instgenie/domain';

/** What an edit is made of in a gateway: checks and look-ups, choosing a worker, a stay on one, a look at the result. */
export type EditPart = 'prepare' | 'pick' | 'stay' | 'check';

export type SpanFacts = Readonly<Record<string, string | number>>;

/** A part that goes on. */
export interface PartSpan {
  /** What spans of other processes belong to. */
  readonly traceparent: string | undefined;
  /** Facts that are known only now. */
  note(facts: SpanFacts): void;
  /** Ends it; with a code where it failed. */
  end(failed?: string): void;
}

/** Tells of the parts of an edit. */
export interface EditSpans {
  begin(part: EditPart, facts?: SpanFacts): PartSpan;
}

/** Nobody is told. */
export const noSpans: EditSpans = { begin: () => ({ traceparent: undefined, note: () => {}, end: () => {} }) };

/** Runs a part of an edit in a span. */
export async function inSpan<Result>(
  spans: EditSpans,
  { part, facts = {} }: { readonly part: EditPart; readonly facts?: SpanFacts },
  work: (span: PartSpan) => Promise<Result>,
): Promise<Result> {
  const span = spans.begin(part, facts);
  try {
    const result = await work(span);
    span.end();
    return result;
  } catch (thrown) {
    span.end(ServiceError.from(thrown).code);
    throw thrown;
  }
}
