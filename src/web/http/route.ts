import type { JsonObject } from "../../shared/json.ts";
import type { Html } from "../views/html.ts";
import type { WebRequest } from "./web-request.ts";

/** What a route answers; an error is thrown instead. */
export type Answer = JsonAnswer | PageAnswer | TextAnswer;

interface AnswerHead {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Data for programs. */
export interface JsonAnswer extends AnswerHead {
  readonly body: JsonObject | object;
}

/** A page for a browser; its route says what it may load (`Content-Security-Policy`). */
export interface PageAnswer extends AnswerHead {
  readonly page: Html;
}

/** Text in a format of its own. */
export interface TextAnswer extends AnswerHead {
  readonly text: string;
  readonly contentType: string;
}

export type Method = "GET" | "POST";

/** One method of one path. */
export interface Route {
  readonly method: Method;
  /** `/api/workflows/:id`: a segment with a colon takes any text; `*` at the end takes one segment or more. */
  readonly path: string;
  /** `true`: for everybody, without token and rate limit. */
  readonly open?: boolean;
  /** `true`: without token, since the route checks its callers itself; with rate limit. */
  readonly checksCallers?: boolean;
  handle(request: WebRequest): Promise<Answer>;
}
