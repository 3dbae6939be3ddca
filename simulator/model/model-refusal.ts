interface RefusalDetails {
  /** Such as `invalid_request_error`, `rate_limit_error`, `server_error`. */
  readonly type: string;
  /** The parameter at fault, if one is. */
  readonly parameter?: string | null;
  readonly code?: string | null;
}

/** A request that is answered with an HTTP error in the form that OpenAI's API uses. */
export class ModelRefusal extends Error {
  override readonly name = "ModelRefusal";
  readonly status: number;
  readonly details: RefusalDetails;

  /** @param status - the HTTP status, 400–599. */
  constructor(status: number, message: string, details: RefusalDetails) {
    super(message);
    this.status = status;
    this.details = details;
  }

  /** @returns the JSON body of the answer. */
  toBody(): string {
    const { type, parameter = null, code = null } = this.details;
    return JSON.stringify({ error: { message: this.message, type, param: parameter, code } });
  }
}
