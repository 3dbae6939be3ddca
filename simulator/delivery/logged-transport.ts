import type { Clock } from "../clock.ts";
import type { TrafficLog } from "../inspector/traffic.ts";
import { type JsonObject, member } from "../json.ts";
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

/** A guess that costs nothing: what a payload weighs is mostly its blocks, some 1.5 kB each with what goes around them. */
function estimatedBytes({ event, message, view }: JsonObject): number {
  const blocks = [event, message, view].map((part) => member(part, "blocks"));
  const count = blocks.reduce<number>((sum, one) => sum + (Array.isArray(one) ? one.length : 0), 0);
  return 1_500 * (1 + count);
}
