import type { Json } from "../../../shared/json.ts";
import { jsonLength } from "../../model/json-length.ts";

/** Characters of all values of a view, as JSON text: it is made, masked, sent and read at once. */
const MAX_VALUES = 4_000_000;

/** What is left of a view for values: the same value may stand in it several times, and each time takes its room. */
export class ViewRoom {
  #left = MAX_VALUES;
  #omitted = 0;

  /** Takes the room for a value. @returns the characters that it has if there is no room for it; `null`: there was. */
  take(value: Json): number | null {
    const length = lengthOf(value);
    if (length > this.#left) {
      this.#omitted += 1;
      return length;
    }
    this.#left -= length;
    return null;
  }

  /** Values for which there was no room. */
  get omitted(): number {
    return this.#omitted;
  }
}

function lengthOf(value: Json): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 4;
  return jsonLength(value);
}
