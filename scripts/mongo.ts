import { rm } from "node:fs/promises";
import { join } from "node:path";
import { omitUndefined } from "../src/shared/omit-undefined.ts";
import { setUpMongo } from "./mongo/set-up.ts";
import { startMongoStack } from "./mongo/stack.ts";

/**
 * `npm run mongo`: a MongoDB-compatible server on this machine, for tests and to try the bot. Sets
 * it up the first time.
 *
 * `--port=N` sets the port, `--reset` starts with an empty server, `--set-up` only sets it up.
 */

const options = process.argv.slice(2);
const KEPT = "kept";

async function main(): Promise<void> {
  const port = options.find((option) => /^--port=\d{1,5}$/.test(option))?.slice("--port=".length);
  const unknown = options.find((option) => !/^--(port=\d{1,5}|reset|set-up)$/.test(option));
  if (unknown !== undefined) {
    throw new Error(`${unknown} is no option; there are --port=N, --reset and --set-up.`);
  }
  const parts = await setUpMongo(console.log);
  if (options.includes("--set-up")) return;
  if (options.includes("--reset")) {
    await rm(join(parts.root, "srv/heddle", KEPT), { recursive: true, force: true });
  }
  const stack = await startMongoStack(parts, {
    keepAs: KEPT,
    ...omitUndefined({ port: port === undefined ? undefined : Number(port) }),
  });
  console.log(`
  A MongoDB-compatible server: FerretDB 2.7, DocumentDB 1.0, PostgreSQL 18

    MONGODB_URI=${stack.uri}heddle npm run demo
    MONGODB_URI_TEST=${stack.uri} npm test

  It asks for no password and answers on this machine alone. End with Ctrl-C.
`);
  const end = (): void => {
    void stack[Symbol.asyncDispose]().finally(() => process.exit(0));
  };
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
