/**
 * A number with what it counts: `1 call`, `0 calls`, `12 calls`.
 *
 * @param many - the plural. @default `one` with an s
 */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
