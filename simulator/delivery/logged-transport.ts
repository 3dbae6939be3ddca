import type { Clock } from "../clock.ts";
import type { TrafficLog } from "../inspector/traffic.ts";
import type { Ack, Delivery, Transport } from "./transport.ts";

/** A transport that writes each delivery and its acknowledgement into the traffic log. */
export class LoggedTransport implements Transport {
  readonly #inner: Transport;
  readonly #traffic: TrafficLog;
  readonly #clock: Clock;

  constructor(inner: Transport, traffic: TrafficLog, clock: Clock) {
    this.#inner = inner;
    this.#traffic = traffic;
    this.#clock = clock;
  }

  send(delivery: Delivery): Promise<Ack> {
    return this.record(delivery, () => this.#inner.send(delivery));
  }

  /** Logs a delivery that goes another way than through the transport below, or nowhere. */
  async record(delivery: Delivery, send: () => Promise<Ack>): Promise<Ack> {
    const { kind, payload, retry, fault } = delivery;
    const id = this.#traffic.add(
      {
        type: "delivery",
        at: this.#clock.now(),
        kind,
        payload,
        ...(retry === undefined ? {} : { retry }),
        ...(fault === undefined ? {} : { fault }),
      },
      estimatedBytes(payload),
    );
    const ack = await send();
    this.#traffic.settle(id, ack);
    return ack;
  }
}

/** A guess without writing the payload as JSON once more: each block of a message or view counts for its usual size. */
function estimatedBytes(value: unknown, depth = 0): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  if (depth > 8) return 64;
  return Object.entries(value).reduce(
    (sum, [name, part]) => sum + name.length + estimatedBytes(part, depth + 1),
    16,
  );
}
