import type { Json, JsonObject } from "../../shared/json.ts";
import { type Place, plain } from "../../shared/places/place.ts";

/** The place of a value, and of everything within it. */
export interface Placing {
  readonly place: Place;
  /** Nothing here may hold a secret. Absent: `{{secrets.NAME}}` stays as it is written. */
  readonly refusesSecrets?: boolean;
  /**
   * The placing of a member.
   *
   * @param key - its name, or its position in a list.
   * @param owner - the object or list that holds it, as far as it is known.
   */
  member(key: string, owner: JsonObject | readonly Json[]): Placing;
}

/** Text without a syntax, however deep. */
export const PLAIN: Placing = { place: plain, member: () => PLAIN };
