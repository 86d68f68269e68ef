import { ServiceError } from '@instgenie/domain';

export interface Refusal {
  /** The request field that holds the picture, as its sender knows it: `image`, `mask`, `image[2]`. */
  readonly field: string;
  readonly wrong: string;
  readonly fix: string;
  readonly cause?: unknown;
}

/** The answer to a picture that cannot be used: which one, what is wrong with it, and what would be right. */
export function refusal({ field, wrong, fix, cause }: Refusal): ServiceError {
  return new ServiceError('invalid', `${field}: ${wrong}; ${fix}`, { field, cause });
}

/** `1024 x 768`, for texts that people read. */
export function sizeText({ width, height }: { readonly width: number; readonly height: number }): string {
  return `${width} x ${height}`;
}
