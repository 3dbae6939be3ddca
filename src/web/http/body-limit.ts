import { isTextType, parseContentType } from "../../shared/content-type.ts";

/** Beside the bytes of files there are names, texts and boundaries. */
const BESIDE_FILES = 1024 * 1024;

/** Largest body of a type: of one that may be a file or a form with files. `undefined`: as every other. */
export function bodyLimit(contentType: string, maxFileBytes: number): number | undefined {
  const { type } = parseContentType(contentType);
  return type === "" || isTextType(type) ? undefined : maxFileBytes + BESIDE_FILES;
}
