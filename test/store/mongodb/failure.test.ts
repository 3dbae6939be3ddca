import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { isWorthRepeating, toStoreError } from "../../../src/store/mongodb/failure.ts";

/** What a program gets that writes to a connection which the other side has ended. */
async function writeAfterEnd(): Promise<Error> {
  const server = createServer((socket) => socket.end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const socket: Socket = connect(typeof address === "object" && address ? address.port : 0);
  socket.resume();
  await once(socket, "end");
  const failed = once(socket, "error");
  socket.write("x");
  const [error] = await failed;
  server.close();
  return error;
}

test("a connection that the server closed while it was written to is a database that is away", async () => {
  const error = await writeAfterEnd();

  expect(error).toMatchObject({ code: "EPIPE" });
  expect(isWorthRepeating(error)).toBe(true);
  expect(toStoreError(error, "mongodb db/x")).toMatchObject({
    code: "store_unavailable",
    retryable: true,
    outcomeUnknown: true,
    message: expect.stringContaining("does not answer at the moment"),
  });
});

test.for([
  [
    "a mistake in the call",
    Object.assign(new TypeError("not a string"), { code: "ERR_INVALID_ARG_TYPE" }),
  ],
  ["a mistake without a code", new TypeError("x is not a function")],
] as const)("%s is no trouble of the database", ([, error]) => {
  expect(isWorthRepeating(error)).toBe(false);
  expect(toStoreError(error, "mongodb db/x").code).toBe("internal");
});
