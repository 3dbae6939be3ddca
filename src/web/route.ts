import type { JsonObject } from "../json.ts";
import type { WebRequest } from "./web-request.ts";

/** What a route answers; an error is thrown instead. */
export interface Answer {
  /** @default 200 */
  readonly status?: number;
  readonly body: JsonObject | object;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Method = "GET" | "POST";

/** One method of one path. */
export interface Route {
  readonly method: Method;
  /** `/api/workflows/:id`: a segment with a colon takes any text. */
  readonly path: string;
  /** `true`: for everybody, without token and rate limit. */
  readonly open?: boolean;
  handle(request: WebRequest): Promise<Answer>;
}
