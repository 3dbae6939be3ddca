import type { Json } from "../../shared/json.ts";

/** Requests that change something once, however often they are sent. */
export interface Repeats {
  /**
   * Does the work of a request unless it was done under this key already. The answer is kept for a day; one that says that the caller
   * may come again is not, so that a repeat does the work.
   *
   * @throws {AppError} `key_reused`: it was asked otherwise before; `request_under_way`: the first one is not answered yet; what `work`
   * throws.
   */
  once(request: RepeatableRequest, work: () => Promise<KeptAnswer>): Promise<RepeatedAnswer>;
}

export interface RepeatableRequest {
  /** Who asks, and what: keys of different ones are apart. */
  readonly scope: string;
  readonly key: string;
  /** Everything that was asked, as JSON. */
  readonly asked: Json;
}

export interface KeptAnswer {
  readonly status: number;
  readonly body: Json;
  /** A repeat does the work again. @default false */
  readonly isPassing?: boolean;
}

export interface RepeatedAnswer extends KeptAnswer {
  /** The work was done before. */
  readonly isRepeat: boolean;
}
