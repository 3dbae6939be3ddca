import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Service } from "../engine/ports/service.ts";
import { readConnector } from "../services/connector/connector-file.ts";
import { createConnectorService } from "../services/connector/connector-service.ts";
import { isAppError } from "../shared/errors.ts";
import { readOwn } from "../shared/json.ts";
import { parseJsonBody } from "../shared/parse-json.ts";
import type { Logger } from "./log.ts";

/**
 * The services that the files of a folder describe, in the order of their names. A file with problems is logged with all of them
 * and left out. A folder that is not there has none, and neither has one that cannot be read, which is logged.
 *
 * @param services - those in code, whose names are taken; `http` sends what connectors send.
 */
export function readConnectors(
  folder: string,
  services: readonly Service[],
  logger: Pick<Logger, "error">,
): readonly Service[] {
  const http = services.find(({ name }) => name === "http")?.actions["request"];
  if (http === undefined) return [];
  const taken = new Set(services.map(({ name }) => name));
  const found: Service[] = [];
  for (const file of filesOf(folder, logger)) {
    const read = readFile(join(folder, file));
    const problems = "problems" in read ? read.problems : nameProblems(read.connector.name, taken);
    if ("problems" in read || problems.length > 0) {
      logger.error({ file, problems }, "a connector cannot be used");
      continue;
    }
    taken.add(read.connector.name);
    found.push(createConnectorService(read.connector, http));
  }
  return found;
}

function filesOf(folder: string, logger: Pick<Logger, "error">): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith(".json"))
      .toSorted();
  } catch (error) {
    if (readOwn(error, "code") !== "ENOENT")
      logger.error({ folder, err: error }, "CONNECTORS_DIR cannot be read; there is no connector");
    return [];
  }
}

function readFile(path: string): ReturnType<typeof readConnector> {
  try {
    return readConnector(parseJsonBody(readFileSync(path), { what: "The content" }));
  } catch (error) {
    return { problems: [isAppError(error) ? error.message : "The file cannot be read."] };
  }
}

function nameProblems(name: string, taken: ReadonlySet<string>): readonly string[] {
  return taken.has(name) ? [`name: there is a service "${name}" already`] : [];
}
