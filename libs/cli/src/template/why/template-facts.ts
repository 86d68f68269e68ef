import type { DeletionNote, TemplateRecord } from '@instgenie/templates';

/** How a worker stood when the balancer was asked. */
export interface Standing {
  readonly worker: string;
  readonly predictedMs: number;
  readonly queueMs: number;
  readonly computeMs: number;
  readonly loadMs: number;
  readonly tier: string;
  /** Empty for those that can do it. */
  readonly leftOut: string;
}

/** What the balancer would do with an edit now. */
export interface Advice {
  /** Empty where nobody would be picked. */
  readonly worker: string;
  readonly predictedMs: number;
  /** Why nobody would be. */
  readonly refused: string;
  readonly standings: readonly Standing[];
}

/** Where a variant is, as the index says. */
export interface Whereabouts {
  readonly holders: readonly { readonly worker: string; readonly tier: 'memory' | 'disk'; readonly bytes: number }[];
  readonly isPinned: boolean;
  /** It was deleted less than a day ago. */
  readonly isDeleted: boolean;
  /** Who computes it now. */
  readonly leader: string | undefined;
}

export interface VariantFacts {
  readonly key: string;
  readonly bytes: number;
  /** Undefined where nobody could be asked. */
  readonly index: Whereabouts | undefined;
}

/** Edits of one window, one number of steps and one guidance use the same variant on one kind of engine. */
export interface RouteFacts {
  /** Undefined for variants from before there were routes. */
  readonly route: string | undefined;
  readonly variants: readonly VariantFacts[];
  readonly advice: Advice | undefined;
}

/** All that is known of a template that is there. */
export interface TemplateFacts {
  readonly record: TemplateRecord;
  readonly maskRatio: number;
  readonly routes: readonly RouteFacts[];
  /** Of an edit of a route that nobody has edited yet; where no route is known. */
  readonly advice: Advice | undefined;
}

/** Of one that is gone. */
export type DeletedFacts = Pick<DeletionNote, 'tenant' | 'variants'>;
