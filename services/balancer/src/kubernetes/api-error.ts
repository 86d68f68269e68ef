/** The Kubernetes API said no, with this status. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message.slice(0, 300));
    this.status = status;
  }

  /** Whoever asks is not allowed to: asking again at once gets the same answer. */
  get isRefusal(): boolean {
    return this.status === 401 || this.status === 403;
  }
}
