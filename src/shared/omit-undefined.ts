/** `T` with the members that may be `undefined` as optional ones that may not. */
export type OmitUndefined<T> = {
  [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key];
} & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
};

/** Copies an object without the members whose value is `undefined`: stored and compared records tell absent from undefined. */
export function omitUndefined<T extends object>(object: T): OmitUndefined<T>;
export function omitUndefined(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
