import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { startWeb } from "../start-web.ts";

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => undefined);
  socket.resume();
  await once(socket, "connect");
  return socket;
}

describe("connections", () => {
  test("beyond the limit take the place of the oldest ones without a request", async () => {
    await using web = await startWeb({ maxConnections: 10 });
    const idle: Socket[] = [];
    for (let n = 0; n < 10; n += 1) idle.push(await open(web.port));
    const first = once(idle[0] ?? expect.fail(), "end");

    expect((await web.call("GET", "/healthz")).status).toBe(200);
    await first;

    expect(idle.filter(({ readableEnded }) => readableEnded)).toHaveLength(1);
    for (const socket of idle) socket.destroy();
  });

  test("whose request is being handled stay open", async () => {
    const arrived = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    await using web = await startWeb({
      maxConnections: 5,
      extraHandlers: {
        "/slow": (_request, response) => {
          arrived.resolve();
          void release.promise.then(() => response.end("done"));
        },
      },
    });
    const slow = fetch(`${web.url}/slow`);
    await arrived.promise;
    const idle = await Promise.all(Array.from({ length: 20 }, () => open(web.port)));

    release.resolve();

    expect(await (await slow).text()).toBe("done");
    for (const socket of idle) socket.destroy();
  });

  test("that were refused are closed even if the other side leaves its half open", async () => {
    await using web = await startWeb();
    const socket = await open(web.port);

    socket.write("no HTTP at all\r\n\r\n");
    await once(socket, "end");
    // The other side has closed the connection for good: writing into it is an error.
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const writing = setInterval(() => socket.write("x"), 50);
    await closed;

    clearInterval(writing);
  });
});
