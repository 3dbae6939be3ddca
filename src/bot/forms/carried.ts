import { z } from "zod";
import { sha256 } from "../../shared/hash.ts";
import type { SharedKeys } from "../shared-keys.ts";

const Kept = z.strictObject({ kept: z.string() });

/**
 * What a button or a dialog carries, as text: itself while it fits, else a key under which it is kept for a day.
 *
 * @param limit - of the place, in characters. @throws {AppError} `store_unavailable`.
 */
export async function carry(value: object, limit: number, keys: SharedKeys): Promise<string> {
  const text = JSON.stringify(value);
  if (text.length <= limit) return text;
  const kept = sha256(text).toString("hex");
  await keys.keep(keyOf(kept), text);
  return JSON.stringify({ kept });
}

/**
 * What {@link carry} wrote, as its schema reads it; `null`: it is no longer kept, or nothing of this kind was ever carried.
 *
 * @throws {AppError} `store_unavailable`.
 */
export async function readCarried<Value>(
  text: string,
  schema: z.ZodType<Value>,
  keys: SharedKeys,
): Promise<Value | null> {
  const carried = parse(text);
  const reference = Kept.safeParse(carried).data;
  if (reference === undefined) return schema.safeParse(carried).data ?? null;
  const kept = await keys.read(keyOf(reference.kept));
  return kept === null ? null : (schema.safeParse(parse(kept)).data ?? null);
}

function keyOf(hash: string): string {
  return `carried:${hash}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
