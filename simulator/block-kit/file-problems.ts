import { isJsonObject, type Json, member, toText } from "../json.ts";
import { type FileStore, isImage } from "../workspace/files.ts";
import type { Problem } from "./check.ts";

/** The place and time at which the blocks of a call are checked. */
export interface FileContext {
  readonly files: FileStore;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Says which `slack_file` of some blocks names no picture that Slack could show. */
export function fileProblems(context: FileContext, value: Json, pointer: string): Problem[] {
  if (Array.isArray(value)) {
    return value.flatMap((one: Json, index) => fileProblems(context, one, `${pointer}/${index}`));
  }
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, part]) => {
    const at = `${pointer}/${name}`;
    if (part === undefined) return [];
    if (name !== "slack_file") return fileProblems(context, part, at);
    return isUsable(context, part) ? [] : [{ message: "invalid slack file", pointer: at }];
  });
}

function isUsable({ files, now }: FileContext, reference: Json): boolean {
  const url = toText(member(reference, "url")) ?? "";
  const id = toText(member(reference, "id")) ?? /\/files\/([A-Z0-9]+)\//.exec(url)?.[1];
  const file = files.find(id ?? "");
  return file?.completed === true && isImage(file) && (file.readyAt ?? 0) <= now;
}
