/** `T` with each member that may be `undefined` made optional and not `undefined`. */
export type OmitUndefined<T> = {
  [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key];
} & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
};

/**
 * Copies an object without the members whose value is `undefined`: in stored and compared records,
 * absent and `undefined` differ.
 */
export function omitUndefined<T extends object>(object: T): OmitUndefined<T>;
export function omitUndefined(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
