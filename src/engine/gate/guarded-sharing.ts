import { readOwn } from "../../shared/json.ts";
import type { Sharing, SharingConsent } from "../api/sharing.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import type { Gate } from "./gate.ts";

/** Keys of the consents; the channel follows. */
const CONSENTS = "sharing:";

/** Keeps in which shared channels runs may be shown. The contract stands in {@link Sharing}. */
export class GuardedSharing implements Sharing {
  readonly #gate: Gate;
  readonly #kv: Store["kv"];
  readonly #clock: Clock;

  constructor(
    gate: Gate,
    { store, clock }: { readonly store: Pick<Store, "kv">; readonly clock: Clock },
  ) {
    this.#gate = gate;
    this.#kv = store.kv;
    this.#clock = clock;
  }

  async consentTo(channel: string): Promise<SharingConsent | null> {
    const kept = await this.#kv.get(CONSENTS + channel);
    const by = readOwn(kept, "by");
    const at = readOwn(kept, "at");
    return typeof by === "string" && typeof at === "number" ? { by, at } : null;
  }

  async allow(channel: string, by: string): Promise<void> {
    await this.#gate.permitAdmin(by, { what: "show runs in a channel that is shared with others" });
    if ((await this.consentTo(channel)) !== null) return;
    await this.#kv.set(CONSENTS + channel, { by, at: this.#clock.now() });
    await this.#record(channel, by, false, true);
  }

  async revoke(channel: string, by: string): Promise<boolean> {
    await this.#gate.permitAdmin(by, { what: "change where runs are shown" });
    if ((await this.consentTo(channel)) === null) return false;
    await this.#kv.set(CONSENTS + channel, null);
    await this.#record(channel, by, true, false);
    return true;
  }

  async #record(channel: string, by: string, from: boolean, to: boolean): Promise<void> {
    const changes = [{ of: "shown to other organizations", from, to }];
    await this.#gate.trail.write(by, {
      action: "share",
      result: "done",
      changes,
      detail: { channel },
    });
  }
}
