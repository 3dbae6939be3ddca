import { createSecretMask, type SecretMask } from "./secret-mask.ts";

/**
 * The secrets that a process knows. Those that it learns of later, such as credentials that an admin sets, are hidden from then on
 * wherever the ones before are.
 */
export class KnownSecrets {
  readonly #values: Set<string>;

  constructor(values: readonly string[] = []) {
    this.#values = new Set(values);
  }

  /** Hides these, too, from now on. */
  add(values: readonly string[]): void {
    for (const value of values) this.#values.add(value);
  }

  /** What `make` makes of all values, made anew when there are more of them. */
  derive<T>(make: (values: readonly string[]) => T): () => T {
    let made: { readonly count: number; readonly value: T } | null = null;
    return () => {
      const count = this.#values.size;
      if (made?.count !== count) made = { count, value: make([...this.#values]) };
      return made.value;
    };
  }

  /** A mask of whatever is known when it is used. @param placeholder - stands in place of a secret. */
  mask(placeholder?: string): SecretMask {
    const current = this.derive((values) => createSecretMask(values, placeholder));
    return { text: (text) => current().text(text), json: (value) => current().json(value) };
  }
}
