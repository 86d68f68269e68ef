/** What a key or token allows. */
export const scopes = ['edit', 'template', 'job'] as const;
export type Scope = (typeof scopes)[number];

/** What a tenant may use; undefined: no limit. */
export interface Quota {
  /** Masked tokens times steps, in each minute. */
  readonly maskedTokenStepsPerMinute?: number | undefined;
  /** Edits at one time, in all stages. */
  readonly editsAtOnce?: number | undefined;
  /** Activations of its templates on a disk, bytes. */
  readonly activationBytes?: number | undefined;
  /** Templates that it may have. */
  readonly templates?: number | undefined;
}

/** Who calls: checked, and allowed what its scopes say. */
export interface Caller {
  readonly tenant: string;
  /** The key that was shown, for the audit log; undefined for tokens, and where nobody has to say who they are. */
  readonly keyId: string | undefined;
  readonly scopes: ReadonlySet<Scope>;
  readonly quota: Quota;
}

/** Finds out who calls. */
export interface Authenticator {
  /** `authorization` is the header's text, such as `Bearer KEY`. Throws `unauthenticated`. */
  authenticate(authorization: string | undefined): Promise<Caller>;
}
