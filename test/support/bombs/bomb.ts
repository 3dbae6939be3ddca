import type { JsonObject } from "../../../simulator/json.ts";
import type { BombSite } from "./site.ts";

/** Something that is made to keep the bot's event loop. */
export interface Bomb {
  readonly name: string;
  /** Ends when the bot is done with it. @param id - of its own, for what it deploys. */
  readonly drop: (site: BombSite, id: string) => Promise<unknown>;
}

/* What bombs are made of. */

export const MEGABYTE = 1_000_000;
/** Just below what the bot reads of a body. */
export const BODY = 1_040_000;
/** A text so often that it has the length; its end may be cut off. */
export const times = (text: string, length: number): string =>
  text.repeat(Math.ceil(length / text.length)).slice(0, length);
/** A text so often that it is no longer than the length. */
export const whole = (text: string, length: number): string =>
  text.repeat(Math.floor(length / text.length));
export const nested = (open: string, core: string, close: string, depth: number): string =>
  `${open.repeat(depth)}${core}${close.repeat(depth)}`;
export const list = <Item>(length: number, item: (index: number) => Item): Item[] =>
  Array.from({ length }, (_, index) => item(index));

export const transform = (expression: string, more: JsonObject = {}): JsonObject => ({
  id: "work",
  type: "transform",
  config: { expression },
  ...more,
});
export const workflow = (id: string, steps: JsonObject[], more: JsonObject = {}): JsonObject => ({
  id,
  name: id,
  steps,
  ...more,
});
export const cycle = (expression: string): JsonObject[] => [
  { id: "a", type: "transform", config: { expression }, next: { default: "b" } },
  { id: "b", type: "transform", config: { expression }, next: { default: "a" } },
];
export const LONG_RUN = { limits: { maxSteps: 10_000 } };
