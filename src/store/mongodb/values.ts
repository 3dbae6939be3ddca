import { randomBytes } from "node:crypto";

/** Milliseconds since 1970 of a stored time. */
export function time(date: Date): number {
  return date.getTime();
}

export function timeOrNull(date: Date | undefined): number | null {
  return date === undefined ? null : date.getTime();
}

/** JSON text. The type is taken on trust: the field is written by this store alone, from a value of that type. */
export function readJson<T>(text: string): T {
  const value: T = JSON.parse(text);
  return value;
}

/** Tells one insert from every other: 96 random bits. */
export function newInsertId(): string {
  return randomBytes(12).toString("base64url");
}
