import { readPath } from "../shared/json.ts";

/**
 * What stands at a path of an answer: names, and positions in lists, with dots between (`items.0.id`); the answer itself for an empty
 * path, and `undefined` where there is nothing.
 */
export function valueAt(answer: unknown, path: string): unknown {
  return readPath(answer, path === "" ? [] : path.split("."));
}
