import { randomBytes } from "node:crypto";

/** The last moment that a date can name. */
const END_OF_TIME = 8_640_000_000_000_000;

/**
 * How a time in milliseconds since 1970 is stored; what lies after the end of all dates is that
 * end.
 */
export function toDate(at: number): Date {
  return new Date(Math.min(at, END_OF_TIME));
}

/** Milliseconds since 1970 of a stored time. */
export function time(date: Date): number {
  return date.getTime();
}

export function timeOrNull(date: Date | undefined): number | null {
  return date === undefined ? null : date.getTime();
}

/**
 * JSON text. The type is taken on trust: the field is written by this store alone, from a value of
 * that type.
 */
export function readJson<T>(text: string): T {
  const value: T = JSON.parse(text);
  return value;
}

/** Distinguishes one insert from every other: 96 random bits. */
export function newInsertId(): string {
  return randomBytes(12).toString("base64url");
}
