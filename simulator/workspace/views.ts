import type { StoredView } from "./records.ts";

/** Slack stacks at most this many modals. */
export const MAX_STACKED_VIEWS = 3;
/** Closed views are kept for late clicks on them, up to this many. */
const MAX_CLOSED_VIEWS = 200;
/** Open modals beyond this number are dropped, oldest first. */
const MAX_VIEWS = 2_000;

/** Modals by person, as a stack, and one Home view each. */
export class ViewStore {
  readonly #views = new Map<string, StoredView>();
  readonly #homes = new Map<string, string>();

  constructor(data: readonly StoredView[] = []) {
    for (const view of data) this.save(view);
  }

  find(id: string): StoredView | undefined {
    return this.#views.get(id);
  }

  findByExternalId(externalId: string): StoredView | undefined {
    return [...this.#views.values()].find(
      (stored) => stored.open && stored.view["external_id"] === externalId,
    );
  }

  save(stored: StoredView): void {
    this.#views.set(stored.id, stored);
    if (stored.view["type"] === "home") this.#homes.set(stored.user, stored.id);
    this.#forgetClosed();
  }

  home(user: string): StoredView | undefined {
    return this.#views.get(this.#homes.get(user) ?? "");
  }

  /** Open modals of a person, lowest first. */
  modals(user: string): readonly StoredView[] {
    return [...this.#views.values()].filter(
      (stored) => stored.user === user && stored.open && stored.view["type"] === "modal",
    );
  }

  /** Closes one modal; its record stays for clicks that come late. */
  close(id: string): void {
    const stored = this.#views.get(id);
    if (stored !== undefined) this.#views.set(id, { ...stored, open: false });
  }

  toData(): readonly StoredView[] {
    return [...this.#views.values()];
  }

  #forgetClosed(): void {
    if (this.#views.size <= MAX_CLOSED_VIEWS) return;
    const closed = [...this.#views.values()].filter((stored) => !stored.open);
    for (const stored of closed.slice(0, Math.max(0, closed.length - MAX_CLOSED_VIEWS / 2))) {
      this.#views.delete(stored.id);
    }
    for (const [id, stored] of this.#views) {
      if (this.#views.size <= MAX_VIEWS) return;
      if (stored.view["type"] === "modal") this.#views.delete(id);
    }
  }
}
