import { MongoClient } from "mongodb";
import { afterAll, describe } from "vitest";
import { reencryptMongo } from "../../scripts/reencrypt/mongodb.ts";
import { Connection } from "../../src/store/mongodb/connection.ts";
import { openMongoStore } from "../../src/store/mongodb/open.ts";
import { mongoMissing, startMongoServer } from "../support/mongo-server.ts";
import { storeConformance } from "./conformance.ts";
import { encryptionTests } from "./encryption.ts";

if (mongoMissing === null) {
  const server = await startMongoServer();
  // The runner shows the names of passed tests nowhere; which server it was has to be seen.
  process.stderr.write(`The store in MongoDB: tested on ${server.name}.\n`);
  afterAll(() => server[Symbol.asyncDispose]());
  storeConformance(`mongodb on ${server.name}`, () => openMongoStore(server.uri()));
  encryptionTests("mongodb", () => {
    const uri = server.uri();
    return Promise.resolve({
      open: () => openMongoStore(uri),
      content: () => contentOf(uri),
      async reencrypt(ring) {
        await using connection = await Connection.open(uri);
        await reencryptMongo(connection, ring, () => {});
      },
    });
  });
} else {
  process.stderr.write(`The store in MongoDB: skipped. ${mongoMissing}.\n`);
  describe.skip("store: mongodb", () => {});
}

/** Every document of a database. */
async function contentOf(uri: string): Promise<string> {
  await using client = await new MongoClient(uri).connect();
  const collections = await client.db().collections();
  const documents = await Promise.all(collections.map((one) => one.find().toArray()));
  return JSON.stringify(documents);
}
