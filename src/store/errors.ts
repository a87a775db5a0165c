/** A refusal or failure of the server, with what a person can do about it. */
export class StoreError extends Error {
  constructor(
    message: string,
    /** The HTTP status; 0 when no answer came at all. */
    readonly status: number,
    /** A kebab-case word that code can test, such as `no-permission` or `precondition-failed`. */
    readonly reason: string,
    /** What to do now; may be empty. */
    readonly hint: string = ''
  ) {
    super(message);
    this.name = 'StoreError';
  }

  /** Message and hint in one line. */
  get advice(): string {
    return this.hint ? `${this.message} ${this.hint}` : this.message;
  }

  /** No answer came: the server stopped, or the network is gone. */
  static offline(): StoreError {
    return new StoreError(
      'The server did not answer.',
      0,
      'offline',
      'Check your network and that your Jupyter server is running, then try again.'
    );
  }

  /** From an answer that is not ok; tolerates a proxy's page in place of our JSON. */
  static fromAnswer(status: number, body: string): StoreError {
    try {
      const { message, reason, hint } = JSON.parse(body);
      if (typeof message === 'string') {
        return new StoreError(message, status, reason || `http-${status}`, hint || '');
      }
    } catch {
      // Not ours: a proxy answered. Its page is of no use to a person.
    }
    return new StoreError(
      `The server answered ${status} without saying why.`,
      status,
      `http-${status}`,
      'If you were logged out, log in again in another tab, then try again here.'
    );
  }
}

/** Whether an error is only the caller's own cancellation. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
