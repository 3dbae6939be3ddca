import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../shared/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { htmlPlace } from "../../shared/places/html-place.ts";
import { Misfit, type Piece, type Place, plain } from "../../shared/places/place.ts";
import { parseTemplate } from "../../shared/template-parser.ts";

const MAX_TEMPLATE_BYTES = 500_000;

/** A template with its values filled in. */
export interface FilledTemplate {
  /** `null`: the file names none. */
  readonly subject: string | null;
  readonly html: string;
}

/**
 * Fills the file `<name>.html`. Its first line may be `<!-- subject: … -->`; `{{name}}` and
 * `{{order.number}}` are replaced by values, escaped in the HTML.
 *
 * @param name - validated: no dots or slashes.
 * @throws {AppError} `params_invalid` when there is no such file or a value is missing;
 *   `template_invalid`.
 */
export async function fillEmailTemplate(
  templatesDir: string,
  name: string,
  values: JsonObject,
): Promise<FilledTemplate> {
  const source = await readTemplate(templatesDir, name);
  const [, subject, html = source] =
    /^\s*<!--\s*subject:([^\n]*?)-->[ \t]*\r?\n?([^]*)$/i.exec(source) ?? [];
  const fill = (text: string, place: Place): string => {
    const pieces = parseTemplate(text).parts.map((part): Piece => {
      if (typeof part === "string") return part;
      const value = readValue(name, values, part);
      return { template: `{{${part.join(".")}}}`, isSecret: false, value };
    });
    return writeOrRefuse(name, place, pieces);
  };
  return {
    subject: subject === undefined ? null : fill(subject.trim(), plain),
    html: fill(html, htmlPlace),
  };
}

function writeOrRefuse(name: string, place: Place, pieces: readonly Piece[]): string {
  try {
    return place.write(pieces).join("");
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    const message = `The e-mail template "${name}" cannot be filled: ${error.message}`;
    throw new AppError({ code: "params_invalid", message });
  }
}

async function readTemplate(templatesDir: string, name: string): Promise<string> {
  try {
    const source = await readFile(join(templatesDir, `${name}.html`), "utf8");
    if (source.length <= MAX_TEMPLATE_BYTES) return source;
  } catch (cause) {
    throw new AppError({
      code: "params_invalid",
      message: `There is no e-mail template "${name}". The operator puts ${name}.html into the folder email-templates beside the workflows.`,
      cause,
    });
  }
  throw new AppError({
    code: "params_invalid",
    message: `The e-mail template "${name}" has more than ${MAX_TEMPLATE_BYTES} characters.`,
  });
}

function readValue(name: string, values: JsonObject, path: readonly string[]): Json {
  let value: Json | undefined = values;
  for (const segment of path) {
    value = isJsonObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
  }
  if (value !== undefined) return value;
  throw new AppError({
    code: "params_invalid",
    message: `The e-mail template "${name}" needs the value "${path.join(".")}". Add it to "values".`,
  });
}
