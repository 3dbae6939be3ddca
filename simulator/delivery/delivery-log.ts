import type { Clock } from "../clock.ts";
import type { JsonObject } from "../json.ts";
import type { Ack, Delivery, DeliveryKind, Transport } from "./transport.ts";

const MAX_KEPT = 500;

/** What was sent to the app and, once it is known, what came back; for the inspector. */
export interface DeliveryRecord {
  readonly at: number;
  readonly kind: DeliveryKind;
  readonly payload: JsonObject;
  readonly retry?: Delivery["retry"];
  ack?: Ack;
}

/** A transport that remembers the latest deliveries of another one. */
export class LoggedTransport implements Transport {
  readonly #inner: Transport;
  readonly #clock: Clock;
  #records: DeliveryRecord[] = [];

  constructor(inner: Transport, clock: Clock) {
    this.#inner = inner;
    this.#clock = clock;
  }

  async send(delivery: Delivery): Promise<Ack> {
    const { kind, payload, retry } = delivery;
    const record: DeliveryRecord = {
      at: this.#clock.now(),
      kind,
      payload,
      ...(retry === undefined ? {} : { retry }),
    };
    this.#records.push(record);
    if (this.#records.length > 2 * MAX_KEPT) this.#records = this.#records.slice(-MAX_KEPT);
    const ack = await this.#inner.send(delivery);
    record.ack = ack;
    return ack;
  }

  records(): readonly Readonly<DeliveryRecord>[] {
    return this.#records.slice(-MAX_KEPT);
  }

  clear(): void {
    this.#records = [];
  }
}
