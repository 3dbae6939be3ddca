import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { Definition, triggersOf } from "../../src/engine/definition/schema.ts";

/** A workflow to copy. */
export interface Example {
  /** Its file's name, without `.json`. */
  readonly name: string;
  /** The types of its triggers. */
  readonly types: readonly string[];
}

/** The examples of a folder, in the order of their names. @throws {Error} where a file is no definition. */
export async function readExamples(folder: string): Promise<readonly Example[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".json")).sort();
  return Promise.all(
    files.map(async (file) => {
      const definition = z.parse(
        Definition,
        JSON.parse(await readFile(join(folder, file), "utf8")),
      );
      const types = triggersOf(definition).map(({ type }) => type);
      return { name: file.replace(/\.json$/, ""), types };
    }),
  );
}
