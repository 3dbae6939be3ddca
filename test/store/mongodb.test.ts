import { afterAll, describe } from "vitest";
import { openMongoStore } from "../../src/store/mongodb/open.ts";
import { mongoMissing, startMongoServer } from "../support/mongo-server.ts";
import { storeConformance } from "./conformance.ts";

if (mongoMissing === null) {
  const server = await startMongoServer();
  // The runner shows the names of passed tests nowhere; which server it was has to be seen.
  process.stderr.write(`The store in MongoDB: tested on ${server.name}.\n`);
  afterAll(() => server[Symbol.asyncDispose]());
  storeConformance(`mongodb on ${server.name}`, () => openMongoStore(server.uri()));
} else {
  process.stderr.write(`The store in MongoDB: skipped. ${mongoMissing}.\n`);
  describe.skip("store: mongodb", () => {});
}
