import type { Json, JsonObject } from "../../../shared/json.ts";
import type { WebhookHead, WebhookReply } from "../../api/triggers.ts";
import type { ChallengeOptions } from "../types/webhook-challenge.ts";

/** Longest text that is given back to a sender, in characters: no known sender's is longer than some hundred. */
const MAX_ECHO = 4000;

/** What a sender asks by the head of its request alone. */
export interface HeadQuestion {
  readonly head: Pick<WebhookHead, "method" | "headers">;
  readonly query: URLSearchParams;
  readonly options: ChallengeOptions;
  /** The secrets that `token` names, each of which is valid. */
  readonly tokens: readonly string[];
  /** The secrets of the trigger, each of which is valid. */
  readonly secrets: readonly string[];
}

/** What a sender asks by its body, once it has given the proof that the trigger asks for. */
export interface BodyQuestion {
  readonly headers: WebhookHead["headers"];
  readonly body: Json | undefined;
  /** The secret that it proved to know; `undefined`: none is asked. */
  readonly secret: string | undefined;
}

/** How one sender asks whether an address is meant to receive from it. */
export interface ChallengeKind {
  /** Asked before a proof: the answer says nothing that the question does not. @returns `null`: it is no such question. */
  readonly byHead?: (question: HeadQuestion) => WebhookReply | null;
  /** @returns `null`: it is no such question. */
  readonly byBody?: (question: BodyQuestion) => WebhookReply | null;
}

/** The text of a question, given back as it is; `null` for one that is missing or too long. */
export function echo(text: string | null): WebhookReply | null {
  if (text === null || text === "" || text.length > MAX_ECHO) return null;
  return { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, text };
}

export function jsonReply(body: JsonObject): WebhookReply {
  const headers = { "content-type": "application/json; charset=utf-8" };
  return { status: 200, headers, text: `${JSON.stringify(body)}\n` };
}
