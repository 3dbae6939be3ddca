import { join } from "node:path";
import { expect, test } from "vitest";
import { readConnectors } from "../../src/app/connectors.ts";
import { createLogger } from "../../src/app/log.ts";
import { createHttpService } from "../../src/services/http/http-service.ts";

function read(folder: string) {
  const lines: string[] = [];
  const logger = createLogger("error", { to: { write: (line) => void lines.push(line) } });
  const http = createHttpService({ allowHosts: [], secretHosts: {} });
  return { found: readConnectors(folder, [http], logger), lines };
}

test("a folder of connectors that is not there has none", () => {
  expect(read(join(import.meta.dirname, "no-such-folder"))).toEqual({ found: [], lines: [] });
});

test("a folder of connectors that cannot be read is named in the log", () => {
  const { found, lines } = read(import.meta.filename);

  expect(found).toEqual([]);
  expect(lines).toEqual([expect.stringContaining("CONNECTORS_DIR cannot be read")]);
  expect(lines[0]).toContain(import.meta.filename);
});
