import { describe, expect, test } from "vitest";
import { createHttpService } from "../../../src/services/http/http-service.ts";
import { createServiceRegistry } from "../../../src/services/registry.ts";
import { type FileValue, toIncomingFile } from "../../../src/shared/file-value.ts";
import type { Json } from "../../../src/shared/json.ts";
import { type LoopbackServer, startLoopbackServer } from "../../support/loopback-server.ts";
import { WorkflowHarness, type WorkflowHarnessOptions } from "../../support/workflow-harness.ts";

const DAY = 86_400_000;
const registry = createServiceRegistry([createHttpService({ allowHosts: ["127.0.0.1"] })]);

/** Gives a file under every path, whose bytes are the path; takes what is sent. */
function startFileServer(): Promise<LoopbackServer> {
  return startLoopbackServer(({ method, url }, response) => {
    if (method === "GET")
      response.writeHead(200, { "content-type": "application/pdf" }).end(`%PDF ${url}`);
    else response.writeHead(200, { "content-type": "application/json" }).end('{"taken":true}');
  });
}

function fetching(server: LoopbackServer, path = "/a.pdf") {
  return {
    id: "fetch",
    type: "service",
    config: { service: "http", url: `${server.url}${path}`, outputVariable: "answer" },
  };
}

function sending(server: LoopbackServer, body: string) {
  return {
    id: "send",
    type: "service",
    config: { service: "http", method: "POST", url: `${server.url}/in`, body },
  };
}

/** Each step leads to the next one. */
function inOrder(
  ...steps: readonly { readonly id: string; readonly type: string; readonly config: object }[]
) {
  return steps.map((step, n) => ({ ...step, ...(steps[n + 1] && { next: steps[n + 1]?.id }) }));
}

const open = (definition: unknown, options: WorkflowHarnessOptions = {}) =>
  WorkflowHarness.open(definition, { registry, ...options });

function sent(server: LoopbackServer): readonly string[] {
  return server.received.filter(({ method }) => method === "POST").map(({ body }) => body);
}

function fileOf(text: string, name = "a.pdf") {
  return toIncomingFile(Buffer.from(text), { name, type: "application/pdf" });
}

/** Lets time pass of which only what is due in the end matters. */
async function pass(harness: WorkflowHarness, ms: number): Promise<void> {
  harness.clock.lag(ms);
  await harness.clock.advance(0);
}

const FETCHED = "{{variables.answer.data}}";

describe("a file in a run", () => {
  test("is fetched by one step and sent by another, and its bytes are in no event", async () => {
    await using server = await startFileServer();
    const steps = inOrder(fetching(server), sending(server, FETCHED));
    await using harness = await open({ id: "relay", name: "Relay", steps });

    const run = await harness.start("relay", {});

    expect(run).toMatchObject({ status: "completed", output: { data: { taken: true } } });
    expect(run.variables["answer"]).toMatchObject({ data: { name: "a.pdf", size: 11 } });
    expect(sent(server)).toEqual(["%PDF /a.pdf"]);
    const log = JSON.stringify(await harness.store.log.read(run.executionId, 0));
    expect(log).toContain("sha256:");
    expect(log).not.toContain("%PDF");
  });

  test("is there for each item of a list", async () => {
    await using server = await startFileServer();
    const each = {
      id: "each",
      type: "foreach",
      config: {
        items: "variables.paths",
        as: "path",
        steps: [
          {
            id: "get",
            type: "service",
            config: { service: "http", url: `${server.url}/{{variables.path}}` },
          },
        ],
      },
    };
    const all = {
      id: "all",
      type: "foreach",
      config: {
        items: "variables.files",
        as: "one",
        steps: [sending(server, "{{variables.one.output.data}}")],
      },
    };
    const collect = {
      id: "files",
      type: "transform",
      config: { expression: "stepResults.each.output", outputVariable: "files" },
    };
    await using harness = await open({
      id: "many",
      name: "Many",
      steps: inOrder(each, collect, all),
    });

    const run = await harness.start("many", { paths: ["1", "2", "1"] });

    expect(run).toMatchObject({ status: "completed", error: null });
    expect([...sent(server)].sort()).toEqual(["%PDF /1", "%PDF /1", "%PDF /2"]);
    expect(await harness.store.files.totalBytes()).toBe(14);
  });

  test("is handed to the run that it starts, and comes back from it", async () => {
    await using server = await startFileServer();
    const child = {
      id: "child",
      name: "Child",
      output: "variables.answer.data",
      steps: inOrder(sending(server, "{{variables.file}}"), fetching(server, "/from-child.pdf")),
    };
    const parent = {
      id: "parent",
      name: "Parent",
      steps: inOrder(
        fetching(server),
        {
          id: "call",
          type: "workflow",
          config: { workflowId: "child", variables: { file: FETCHED } },
        },
        { ...sending(server, "{{stepResults.call.output}}"), id: "send-back" },
      ),
    };
    await using harness = await open(child);
    expect(await harness.engine.workflows.deploy(parent, { by: "test" })).toMatchObject({
      deployed: true,
    });

    const run = await harness.start("parent", {});

    expect(run).toMatchObject({ status: "completed", error: null });
    expect(sent(server)).toEqual(["%PDF /a.pdf", "%PDF /from-child.pdf"]);
  });

  test("is there when the run is done again, and when it is continued after a failure", async () => {
    await using server = await startFileServer();
    const check = { id: "check", type: "transform", config: { expression: "1 / variables.n" } };
    const steps = inOrder(check, sending(server, "{{variables.file}}"));
    await using harness = await open({ id: "again", name: "Again", steps });
    const { engine } = harness;
    const file = fileOf("%PDF given");
    const { executionId } = await engine.executions.start({
      workflowId: "again",
      variables: { file: file.value, n: 0 },
      variableForm: "json",
      files: [file],
      trigger: { type: "webhook" },
    });
    expect(await harness.rest(executionId)).toMatchObject({ status: "failed" });

    await engine.executions.retry({
      executionId,
      by: "api",
      variableForm: "json",
      variables: { n: 1 },
    });
    expect(await harness.rest(executionId)).toMatchObject({ status: "completed" });
    const again = await engine.executions.retry({
      executionId,
      by: "U0ALICE",
      variableForm: "json",
      variables: { n: 1 },
    });

    expect(again).toMatchObject({ reopened: false });
    expect(await harness.rest(again.executionId)).toMatchObject({ status: "completed" });
    expect(sent(server)).toEqual(["%PDF given", "%PDF given"]);
  });

  test("comes with an event, to a run that waits for it and to one that it starts", async () => {
    await using server = await startFileServer();
    const wait = { id: "wait", type: "wait", config: { event: "invoice.come" } };
    const waiting = {
      id: "waiting",
      name: "Waiting",
      steps: inOrder(wait, sending(server, "{{stepResults.wait.output.event.payload.file}}")),
    };
    const started = {
      id: "started",
      name: "Started",
      trigger: { type: "event", eventName: "invoice.come" },
      steps: [sending(server, "{{variables.file}}")],
    };
    await using harness = await open(waiting);
    const { engine } = harness;
    await engine.workflows.deploy(started, { by: "test" });
    const file = await engine.files.upload(fileOf("%PDF of an event"));
    const { executionId } = await engine.executions.start({
      workflowId: "waiting",
      variables: {},
      variableForm: "json",
      trigger: { type: "api" },
    });
    await harness.clock.advance(0);

    await engine.triggers.publish({ name: "invoice.come", payload: { file } });

    expect(await harness.rest(executionId)).toMatchObject({ status: "completed", error: null });
    await harness.clock.advance(0);
    expect(sent(server)).toEqual(["%PDF of an event", "%PDF of an event"]);
  });
});

describe("a value that is only written like a file", () => {
  test.each<[string, (real: FileValue) => Json]>([
    ["of bytes that another run has", (real) => real],
    ["of bytes that nothing has", (real) => ({ ...real, ref: `sha256:${"a".repeat(64)}` })],
  ])("gives nobody its bytes: %s", async (_name, forge) => {
    await using server = await startFileServer();
    const steps = [sending(server, "{{variables.file}}")];
    const other = { id: "other", name: "Other", steps: inOrder(fetching(server)) };
    await using harness = await open({ id: "relay", name: "Relay", steps });
    await harness.engine.workflows.deploy(other, { by: "test" });
    const { variables } = await harness.start("other", {});
    const real = (variables["answer"] as { data: FileValue }).data;

    for (const type of ["webhook", "slash", "api"] as const) {
      const { executionId } = await harness.engine.executions.start({
        workflowId: "relay",
        variables: { file: forge(real) },
        variableForm: "json",
        trigger: { type, ...(type === "slash" && { userId: "U0ALICE" }) },
      });

      expect(await harness.rest(executionId)).toMatchObject({
        status: "failed",
        error: { code: "file_not_found", message: expect.stringContaining('no file "a.pdf"') },
      });
      await expect(harness.engine.files.read(executionId, real.ref, "api")).rejects.toMatchObject({
        code: "file_not_found",
      });
    }
    expect(sent(server)).toEqual([]);
  });

  test("is refused for an input that is to be a file, with what to do", async () => {
    await using server = await startFileServer();
    const inputs = { invoice: { type: "file", required: true } };
    const steps = [sending(server, "{{variables.invoice}}")];
    await using harness = await open({ id: "relay", name: "Relay", inputs, steps });
    const { engine } = harness;
    const start = (invoice: Json) =>
      engine.executions.start({
        workflowId: "relay",
        variables: { invoice },
        variableForm: "json",
        trigger: { type: "api" },
      });

    await expect(start(fileOf("%PDF").value)).rejects.toMatchObject({
      code: "input_invalid",
      message: expect.stringContaining("POST /api/files"),
    });
    const { executionId } = await start(await engine.files.upload(fileOf("%PDF")));
    expect(await harness.rest(executionId)).toMatchObject({ status: "completed" });
    expect(sent(server)).toEqual(["%PDF"]);
  });

  test("does not fit if it says another size", async () => {
    await using server = await startFileServer();
    const steps = [sending(server, "{{variables.file}}")];
    await using harness = await open({ id: "relay", name: "Relay", steps });
    const file = await harness.engine.files.upload(fileOf("%PDF"));
    const { executionId } = await harness.engine.executions.start({
      workflowId: "relay",
      variables: { file: { ...file, size: 1 } },
      variableForm: "json",
      trigger: { type: "api" },
    });

    expect(await harness.rest(executionId)).toMatchObject({ error: { code: "file_not_found" } });
  });
});

describe("room for files", () => {
  test("ends: one that is too large, or too many in all, is refused and says what to do", async () => {
    await using server = await startFileServer();
    const steps = inOrder(fetching(server), sending(server, FETCHED));
    await using harness = await open(
      { id: "relay", name: "Relay", steps },
      { fileLimits: { maxBytes: 100, maxTotalBytes: 25 } },
    );
    const { files } = harness.engine;

    await files.upload(fileOf("x".repeat(20)));
    await expect(files.upload(fileOf("y".repeat(20)))).rejects.toMatchObject({
      code: "files_full",
      message: expect.stringContaining("MAX_FILES_TOTAL_BYTES"),
    });
    await expect(files.upload(fileOf("z".repeat(101)))).rejects.toMatchObject({
      code: "file_too_large",
    });
    // What is there already takes no room.
    await files.upload(fileOf("x".repeat(20)));
    expect(await harness.start("relay", {})).toMatchObject({ error: { code: "files_full" } });
  });

  test("ends for one run", async () => {
    await using server = await startFileServer();
    const each = {
      id: "each",
      type: "foreach",
      config: {
        items: "variables.paths",
        as: "path",
        steps: [
          {
            id: "get",
            type: "service",
            config: { service: "http", url: `${server.url}/{{variables.path}}` },
          },
        ],
      },
    };
    await using harness = await open({ id: "many", name: "Many", steps: [each] });

    const paths = Array.from({ length: 201 }, (_, n) => `${n}`);

    expect(await harness.start("many", { paths: [...paths.slice(1), "1"] })).toMatchObject({
      status: "completed",
    });
    expect(await harness.start("many", { paths })).toMatchObject({
      error: { message: expect.stringContaining("200 files at most") },
    });
  });
});

describe("a file that nothing uses", () => {
  const waiting = (server: LoopbackServer) => ({
    id: "waiting",
    name: "Waiting",
    limits: { timeout: "200d" },
    steps: inOrder(
      fetching(server),
      { id: "pause", type: "wait", config: { duration: "90d" } },
      sending(server, FETCHED),
    ),
  });

  test("stays while a run that is not over has it, however long that takes", async () => {
    await using server = await startFileServer();
    await using harness = await open(waiting(server));
    const { executionId } = await harness.engine.executions.start({
      workflowId: "waiting",
      variables: {},
      variableForm: "json",
      trigger: { type: "api" },
    });
    await expect.poll(() => server.received.length).toBe(1);

    for (let week = 0; week < 13; week += 1) await pass(harness, 7 * DAY);

    expect(await harness.rest(executionId)).toMatchObject({ status: "completed", error: null });
    expect(sent(server)).toEqual(["%PDF /a.pdf"]);
  });

  test("goes 30 days after its last use, and a run that wants it then says so", async () => {
    await using server = await startFileServer();
    const steps = inOrder(fetching(server), sending(server, FETCHED));
    await using harness = await open({ id: "relay", name: "Relay", steps });
    const run = await harness.start("relay", {});
    const ref = (run.variables["answer"] as { data: FileValue }).data.ref;
    await pass(harness, 29 * DAY);
    const { bytes } = await harness.engine.files.read(run.executionId, ref, "api");
    expect(bytes.toString()).toBe("%PDF /a.pdf");
    await pass(harness, 29 * DAY);
    expect(await harness.store.files.totalBytes()).toBe(11);

    await pass(harness, 2 * DAY);

    expect(await harness.store.files.totalBytes()).toBe(0);
    await expect(harness.engine.files.read(run.executionId, ref, "api")).rejects.toMatchObject({
      code: "file_expired",
      message: expect.stringContaining("30 days after their last use"),
    });
  });

  test("makes the step fail that would send it", async () => {
    await using server = await startFileServer();
    const steps = inOrder(
      { id: "check", type: "transform", config: { expression: "1 / variables.n" } },
      sending(server, "{{variables.file}}"),
    );
    await using harness = await open({ id: "late", name: "Late", steps });
    const file = fileOf("%PDF given");
    const { executionId } = await harness.engine.executions.start({
      workflowId: "late",
      variables: { file: file.value, n: 0 },
      variableForm: "json",
      files: [file],
      trigger: { type: "webhook" },
    });
    await harness.rest(executionId);
    await pass(harness, 31 * DAY);

    await harness.engine.executions.retry({
      executionId,
      by: "api",
      variableForm: "json",
      variables: { n: 1 },
    });

    expect(await harness.rest(executionId)).toMatchObject({
      status: "failed",
      error: { code: "file_expired" },
    });
  });

  test("is an upload, and goes after a day", async () => {
    await using server = await startFileServer();
    await using harness = await open({
      id: "relay",
      name: "Relay",
      steps: inOrder(fetching(server)),
    });
    await harness.engine.files.upload(fileOf("%PDF"));

    await pass(harness, DAY - 1);
    expect(await harness.store.files.totalBytes()).toBe(4);
    await pass(harness, DAY);

    expect(await harness.store.files.totalBytes()).toBe(0);
  });
});

test("a sensitive file is only for those who see what is sensitive", async () => {
  await using server = await startFileServer();
  const inputs = { payslip: { type: "file", sensitive: true } };
  const steps = [sending(server, "{{variables.payslip}}")];
  await using harness = await open(
    { id: "payroll", name: "Payroll", inputs, steps, permissions: { view: ["U0EVE"] } },
    { admins: ["U0ADMIN"], deployer: "U0ADMIN" },
  );
  const file = fileOf("%PDF of Bob", "payslip.pdf");
  const { executionId } = await harness.engine.executions.start({
    workflowId: "payroll",
    variables: { payslip: file.value },
    variableForm: "json",
    files: [file],
    trigger: { type: "slash", userId: "U0BOB" },
  });
  await harness.rest(executionId);
  const read = (reader: string) => harness.engine.files.read(executionId, file.value.ref, reader);

  expect((await read("U0BOB")).bytes.toString()).toBe("%PDF of Bob");
  expect((await read("U0ADMIN")).value.name).toBe("payslip.pdf");
  await expect(read("U0EVE")).rejects.toMatchObject({ code: "file_not_found" });
});

test("a file among values for which a view has no room can be had all the same", async () => {
  const steps = [{ id: "one", type: "transform", config: { expression: "1" } }];
  await using harness = await open({ id: "large", name: "Large", steps });
  const file = fileOf("%PDF of a large run");
  const filling = "x".repeat(1_999_990);
  const { executionId } = await harness.engine.executions.start({
    workflowId: "large",
    variables: { a: filling, b: filling, bag: { file: file.value } },
    variableForm: "json",
    files: [file],
    trigger: { type: "api" },
  });
  await harness.rest(executionId);

  const { omitted } = await harness.engine.executions.get(executionId, "api");
  expect(omitted?.variables).toEqual(["bag"]);
  const { bytes } = await harness.engine.files.read(executionId, file.value.ref, "api");
  expect(bytes.toString()).toBe("%PDF of a large run");
});
