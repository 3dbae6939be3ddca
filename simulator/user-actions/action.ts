import type { Ack } from "../delivery/transport.ts";
import type { JsonObject } from "../json.ts";

/** The outcome of a person's action. Names are those of the HTTP interface. */
export interface Outcome {
  readonly ok: boolean;
  readonly acked: boolean;
  readonly ackMs: number;
  readonly ts?: string;
  readonly error?: string;
  /** `false` when nothing was sent to the app. */
  readonly delivered?: boolean;
  readonly [extra: string]: unknown;
}

/** The action could not take place: a person, channel or message does not exist, or Slack does not allow it. */
export class ActionRefused extends Error {
  override readonly name = "ActionRefused";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The outcome of a delivery. */
export function outcomeOf(ack: Ack, extra: JsonObject = {}): Outcome {
  if (ack.acked) return { ok: true, acked: true, ackMs: ack.ackMs, ...extra };
  return { ok: false, acked: false, ackMs: ack.ackMs, error: ack.error, ...extra };
}

/** The outcome of an action that the app learns of by events, or not at all. */
export async function outcomeOfEvents(
  acks: readonly Promise<Ack>[],
  extra: JsonObject = {},
): Promise<Outcome> {
  if (acks.length === 0) return notDelivered(extra);
  const settled = await Promise.all(acks);
  const ackMs = Math.max(...settled.map((ack) => ack.ackMs));
  const failed = settled.find((ack) => !ack.acked);
  if (failed === undefined || failed.acked) return { ok: true, acked: true, ackMs, ...extra };
  return { ok: true, acked: false, ackMs, error: failed.error, ...extra };
}

/** The outcome of an action that is not delivered to the app. */
export function notDelivered(extra: JsonObject = {}): Outcome {
  return { ok: true, acked: false, ackMs: 0, delivered: false, ...extra };
}
