import type { Store } from "../../src/engine/ports/store.ts";

/** Names of what a store can do: `signals.insert`, `watch`. */
export type StoreMethod = {
  [Group in keyof Store & string]: Store[Group] extends (...args: never[]) => unknown
    ? Group
    : Store[Group] extends string
      ? never
      : `${Group}.${keyof Store[Group] & string}`;
}[keyof Store & string];

export interface StoreCall {
  readonly method: string;
  readonly args: readonly unknown[];
  /** Makes the call. */
  readonly run: () => unknown;
}

/** The same store; every call of a method goes through `handle`, which answers it. */
export function interceptStore(inner: Store, handle: (call: StoreCall) => unknown): Store {
  return intercept(inner, "", handle);
}

function intercept<T extends object>(
  inner: T,
  prefix: string,
  handle: (call: StoreCall) => unknown,
): T {
  return new Proxy(inner, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      // A watch is opened, not awaited: it is no call that could be lost.
      if (typeof name === "symbol" || name === "watch") return member;
      const method = `${prefix}${name}`;
      if (typeof member === "object" && member !== null)
        return intercept(member, `${method}.`, handle);
      if (typeof member !== "function") return member;
      return (...args: readonly unknown[]): unknown =>
        handle({ method, args, run: () => Reflect.apply(member, target, args) });
    },
  });
}
