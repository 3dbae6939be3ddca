import { type Clock, delay } from "../clock.ts";
import type { FaultQueue } from "../fault-queue.ts";
import type { DeliveryFault } from "../faults/slack-fault.ts";
import { toText } from "../json.ts";
import type { LoggedTransport } from "./logged-transport.ts";
import type { Ack, Delivery, DeliveryKind, Transport } from "./transport.ts";

/** How long `reorder` waits for another payload. */
const REORDER_MS = 2_000;

interface FaultyTransportOptions {
  readonly inner: LoggedTransport;
  readonly clock: Clock;
  readonly ackMs: number;
  readonly faults: FaultQueue<DeliveryFault>;
}

/** A transport that delays, duplicates, reorders or drops payloads as faults say. */
export class FaultyTransport implements Transport {
  readonly #options: FaultyTransportOptions;
  readonly #held: { readonly kind: DeliveryKind; readonly release: () => void }[] = [];

  constructor(options: FaultyTransportOptions) {
    this.#options = options;
  }

  async send(delivery: Delivery): Promise<Ack> {
    const { inner, faults } = this.#options;
    const fault = faults.take((one) => hits(one, delivery));
    if (fault !== undefined) return this.#sendWith(fault, { ...delivery, fault: fault.effect });
    const sent = inner.send(delivery);
    for (const one of this.#held.filter(({ kind }) => kind === delivery.kind)) one.release();
    return sent;
  }

  async #sendWith(fault: DeliveryFault, delivery: Delivery): Promise<Ack> {
    const { inner, clock, ackMs } = this.#options;
    switch (fault.effect) {
      case "delay":
        await delay(clock, fault.delay_ms ?? 0);
        return inner.send(delivery);
      case "duplicate": {
        const first = inner.send(delivery);
        if (fault.delay_ms !== undefined) await delay(clock, fault.delay_ms);
        void inner.send(delivery);
        return first;
      }
      case "reorder":
        await this.#untilAnother(delivery.kind, fault.delay_ms ?? REORDER_MS);
        return inner.send(delivery);
      case "drop":
        return inner.record(delivery, async () => {
          await delay(clock, ackMs);
          return { acked: false, ackMs, error: "operation_timeout" };
        });
    }
  }

  /** Resolves when another payload of this kind was handed over, or when the time is over. */
  #untilAnother(kind: DeliveryKind, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const release = (): void => {
        const index = this.#held.indexOf(entry);
        if (index >= 0) this.#held.splice(index, 1);
        cancel();
        resolve();
      };
      const entry = { kind, release };
      const cancel = this.#options.clock.setTimer(release, ms);
      this.#held.push(entry);
    });
  }
}

function hits(fault: DeliveryFault, { kind, payload }: Delivery): boolean {
  if (fault.kind !== undefined && fault.kind !== kind) return false;
  return fault.name === undefined || fault.name === nameOf(kind, payload);
}

/** The name of a payload: the event's type, the interaction's type, or the command. */
function nameOf(kind: DeliveryKind, payload: Delivery["payload"]): string | undefined {
  switch (kind) {
    case "events_api": {
      const { event } = payload;
      return typeof event === "object" && event !== null && "type" in event
        ? toText(event["type"])
        : undefined;
    }
    case "interactive":
      return toText(payload["type"]);
    case "slash_commands":
      return toText(payload["command"]);
  }
}
