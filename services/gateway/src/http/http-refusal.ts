import { ServiceError } from '@instgenie/domain';

/** A request that HTTP itself refuses, with a status that no other edge has. */
export class HttpRefusal extends ServiceError {
  readonly status: number;

  constructor(status: number, message: string, field?: string) {
    super('invalid', message, field === undefined ? {} : { field });
    this.status = status;
  }
}

/** 413: `bytesMax` is what would have been right. */
export function tooLarge(field: string, bytesMax: number): HttpRefusal {
  return new HttpRefusal(413, `${field}: larger than ${bytesMax} bytes`, field);
}

/** 400, naming the field. */
export function wrong(field: string, text: string): ServiceError {
  return new ServiceError('invalid', `${field}: ${text}`, { field });
}
