import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { VARIABLE_NAMES } from "../../src/app/config.ts";

/** No engine for containers runs where these tests run: what can be known without one is checked. */
const ROOT = join(import.meta.dirname, "../..");
const read = (name: string) => readFile(join(ROOT, name), "utf8");

const HealthCheck = z.strictObject({
  test: z.tuple([z.literal("CMD")], z.string()),
  interval: z.string().regex(/^\d+s$/),
  timeout: z.string().regex(/^\d+s$/),
  retries: z.int(),
});
const Service = z.strictObject({
  image: z.string().optional(),
  build: z.strictObject({ context: z.string(), args: z.record(z.string(), z.string()) }).optional(),
  restart: z.enum(["no", "unless-stopped"]),
  env_file: z.string().optional(),
  environment: z.record(z.string(), z.string()).default({}),
  entrypoint: z.array(z.string()).default([]),
  command: z.array(z.string()).default([]),
  networks: z.array(z.enum(["outside", "database"])),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:\d+:\d+$/)).default([]),
  volumes: z.array(z.string().regex(/^[a-z0-9]+:\/[a-z/]+$/)).default([]),
  healthcheck: HealthCheck.optional(),
  stop_grace_period: z.string().optional(),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({ condition: z.enum(["service_healthy", "service_completed_successfully"]) }),
    )
    .default({}),
});
const Compose = z.strictObject({
  name: z.string(),
  "x-bot": z.unknown(),
  "x-mongo": z.unknown(),
  services: z.record(z.string(), Service),
  networks: z.strictObject({
    outside: z.null(),
    database: z.strictObject({ internal: z.literal(true) }),
  }),
  volumes: z.record(z.string(), z.null()),
});

describe("compose.yml", () => {
  const compose = async () => Compose.parse(parse(await read("compose.yml"), { merge: true }));

  test("names nothing that is not there", async () => {
    const { services, volumes } = await compose();

    const all = Object.values(services);
    const dependencies = all.flatMap(({ depends_on }) => Object.keys(depends_on));
    const variables = botsOf(services).flatMap(({ environment }) =>
      Object.keys(environment).filter((name) => name !== "MONGO_ROOT_PASSWORD"),
    );
    const mounts = all.flatMap((service) => service.volumes.map((mount) => mount.split(":")[0]));
    expect(Object.keys(services)).toEqual(expect.arrayContaining(dependencies));
    expect(VARIABLE_NAMES).toEqual(expect.arrayContaining(variables));
    expect(Object.keys(volumes).sort()).toEqual(mounts.sort());
  });

  test("has two bots, on ports of their own, over a replica set of three", async () => {
    const { services } = await compose();
    const bots = botsOf(services);

    expect(bots).toHaveLength(2);
    expect(new Set(bots.flatMap(({ ports }) => ports)).size).toBe(2);
    const uris = new Set(bots.map(({ environment }) => environment["MONGODB_URI"]));
    expect([...uris]).toEqual([expect.stringMatching(/\?replicaSet=heddle$/)]);
    const hosts = /@([^/]*)/.exec([...uris][0] ?? "")?.[1]?.split(",") ?? [];
    expect(hosts).toHaveLength(3);
    const initiation = services["replica-set"]?.command.join("\n");
    for (const host of hosts) {
      expect(services[host.replace(":27017", "")]?.command).toContain("heddle");
      expect(initiation).toContain(`host: "${host}"`);
    }
  });

  test("keeps the database behind passwords that have no default, on a network of its own", async () => {
    const text = await read("compose.yml");
    const { services } = await compose();

    for (const name of ["MONGO_PASSWORD", "MONGO_ROOT_PASSWORD"])
      expect(text).toMatch(new RegExp(`\\$\\{${name}:\\?`));
    expect(text).not.toMatch(/PASSWORD:?-/);
    const databases = Object.entries(services).filter(([, { build }]) => build === undefined);
    expect(databases).toHaveLength(4);
    for (const [name, service] of databases) {
      expect(service.networks, name).toEqual(["database"]);
      expect(service.ports, name).toEqual([]);
      if (name.startsWith("mongo")) expect(service.command, name).toContain("--keyFile");
    }
    for (const bot of botsOf(services)) {
      expect(bot.networks).toEqual(["outside", "database"]);
      // All of `.env` goes to the bots but this.
      expect(bot.environment["MONGO_ROOT_PASSWORD"]).toBe("");
      expect(bot.environment["MONGODB_URI"]).toMatch(
        /^mongodb:\/\/heddle:\$\{MONGO_PASSWORD:\?[^}]*\}@/,
      );
    }
  });
});

/** Services that are built from the repository. */
function botsOf(services: z.output<typeof Compose>["services"]) {
  return Object.values(services).filter(({ build }) => build !== undefined);
}

function linesOf(dockerfile: string): readonly string[] {
  return dockerfile.replaceAll("\\\n", " ").split("\n");
}

/** What is copied from the repository into the image. */
function copiedBy(dockerfile: string): readonly string[] {
  return linesOf(dockerfile)
    .filter((line) => line.startsWith("COPY ") && !line.includes("--from"))
    .flatMap((line) => line.split(/\s+/).slice(1, -1));
}

function isWithin(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

describe("Dockerfile", () => {
  test("copies what its commands import", async () => {
    const copied = copiedBy(await read("Dockerfile"));
    const scripts = (await readdir(join(ROOT, "scripts"), { recursive: true }))
      .map((name) => join("scripts", name))
      .filter((path) => path.endsWith(".ts") && isWithin(path, copied));
    expect(scripts).toEqual(expect.arrayContaining(["scripts/doctor.ts", "scripts/reencrypt.ts"]));
    for (const script of scripts)
      for (const [, name = ""] of (await read(script)).matchAll(/ from "(\.[^"]+)"/g))
        expect(isWithin(join(dirname(script), name), copied), `${script}: ${name}`).toBe(true);
  });

  test("copies what exists and is let into the image, and runs the bot as nobody special", async () => {
    const dockerfile = await read("Dockerfile");
    const lines = linesOf(dockerfile);
    const allowed = (await read(".dockerignore"))
      .split("\n")
      .filter((line) => line.startsWith("!"));

    const copied = copiedBy(dockerfile);
    expect(copied.length).toBeGreaterThan(0);
    for (const path of copied) {
      expect(existsSync(join(ROOT, path)), path).toBe(true);
      expect(allowed).toContain(`!${path.replace(/^\.\//, "")}`);
    }
    const command: unknown = JSON.parse(
      lines.findLast((line) => line.startsWith("CMD "))?.slice(4) ?? "",
    );
    expect(command).toEqual(["node", "src/main.ts"]);
    expect(lines.findLast((line) => line.startsWith("USER "))).toBe("USER node");
    expect(lines).toContain("RUN mkdir --mode=700 /data && chown node:node /data");
    // The image may be given by its digest.
    const image = lines.find((line) => line.startsWith("ARG NODE_IMAGE="))?.slice(15) ?? "";
    const stages = lines
      .filter((line) => line.startsWith("FROM "))
      .map((line) => line.replace("${NODE_IMAGE}", image));
    const { engines } = z
      .object({ engines: z.object({ node: z.string() }) })
      .parse(JSON.parse(await read("package.json")));
    for (const stage of stages) expect(`>=${/node:(\d+)/.exec(stage)?.[1]}`).toBe(engines.node);
    const settings = lines.filter((line) => !/^ARG |^#/.test(line)).join("\n");
    for (const [, name] of settings.matchAll(/\b([A-Z_]+)=\S+/g)) {
      expect([...VARIABLE_NAMES, "NODE_ENV"]).toContain(name);
    }
  });

  test("calls a bot healthy that is ready, and no other", async () => {
    const text = (await read("Dockerfile")).replaceAll("\\\n", " ");
    const [program = "", ...args] = z
      .array(z.string())
      .parse(JSON.parse(/HEALTHCHECK .*?CMD (\[.*\])/.exec(text)?.[1] ?? ""));
    expect(program).toBe("node");
    let status = 200;
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(status).end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const PORT = typeof address === "object" ? String(address?.port) : "";
    const check = () =>
      promisify(execFile)(process.execPath, args, { env: { PORT } }).then(
        () => "healthy",
        () => "unhealthy",
      );

    expect(await check()).toBe("healthy");
    status = 503;
    expect(await check()).toBe("unhealthy");
    server.close();
    expect(await check()).toBe("unhealthy");
    expect(asked).toEqual(["/readyz", "/readyz"]);
  });
});
