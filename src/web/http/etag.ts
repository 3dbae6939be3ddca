import { AppError } from "../../shared/errors.ts";
import { hashJson, type Json } from "../../shared/json.ts";

/** What a version is known by: its number and its content (RFC 9110, 8.8.3). */
export function versionTag(version: number, content: Json): string {
  return `"v${version}-${hashJson(content).slice(0, 16)}"`;
}

/** Does `If-None-Match` name this tag, or all? Compared weakly, as RFC 9110, 13.1.2 says. */
export function namesTag(header: string | undefined, tag: string): boolean {
  return tagsOf(header).some((one) => one === "*" || one.replace(/^W\//, "") === tag);
}

/** `*` is all. @throws {AppError} `input_invalid` for a header that is none of tags. */
export function readTags(name: string, header: string | undefined): readonly string[] {
  const tags = tagsOf(header);
  const isRight =
    header === undefined ||
    (tags.length > 0 && tags.every((tag) => tag === "*" || /^(?:W\/)?"[^"]*"$/.test(tag)));
  if (isRight) return tags;
  throw new AppError({
    code: "input_invalid",
    message: `${name} must be * or the ETag with which the workflow was answered, quotes included.`,
  });
}

function tagsOf(header = ""): readonly string[] {
  return header
    .split(",")
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
}
