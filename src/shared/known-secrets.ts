import { createSecretMask, type SecretMask } from "./secret-mask.ts";

/**
 * The secrets that a process knows. Those that it learns of later, such as credentials that an admin sets, are hidden from then on
 * wherever the ones before are.
 */
export class KnownSecrets {
  /** From when on each is worthless; milliseconds since 1970. */
  readonly #ends = new Map<string, number>();
  #changes = 0;

  constructor(values: readonly string[] = []) {
    this.add(values);
  }

  /**
   * Hides these, too, from now on.
   *
   * @param until - from when on they are worthless, in milliseconds since 1970: they are forgotten some time after, so that those of
   * a process that runs for months do not add up. @default never
   */
  add(values: readonly string[], until = Number.POSITIVE_INFINITY): void {
    this.#forgetWorthless();
    for (const value of values) {
      const known = this.#ends.get(value);
      if (known === undefined) this.#changes += 1;
      this.#ends.set(value, Math.max(known ?? until, until));
    }
  }

  /** What `make` makes of all values, made anew when they are others. */
  derive<T>(make: (values: readonly string[]) => T): () => T {
    let made: { readonly changes: number; readonly value: T } | null = null;
    return () => {
      const changes = this.#changes;
      if (made?.changes !== changes) made = { changes, value: make([...this.#ends.keys()]) };
      return made.value;
    };
  }

  #forgetWorthless(): void {
    const now = Date.now();
    for (const [value, end] of this.#ends) {
      if (end > now) continue;
      this.#ends.delete(value);
      this.#changes += 1;
    }
  }

  /** A mask of whatever is known when it is used. @param placeholder - stands in place of a secret. */
  mask(placeholder?: string): SecretMask {
    const current = this.derive((values) => createSecretMask(values, placeholder));
    return { text: (text) => current().text(text), json: (value) => current().json(value) };
  }
}
