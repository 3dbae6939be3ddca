import { once } from "node:events";
import type { Server } from "node:http";
import { join, resolve } from "node:path";
import { createMethods } from "./api/register.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Fakes } from "./fakes.ts";
import { LiveSockets } from "./http/live-sockets.ts";
import { type Limits, SLACK_LIMITS } from "./limits.ts";
import { openMailSink } from "./mail/mail-sink.ts";
import { type AppManifest, parseManifest } from "./manifest.ts";
import { createStandInModel } from "./model/stand-in-model.ts";
import { readManifest } from "./read-manifest.ts";
import { reportError } from "./report-error.ts";
import { createSimulatorServer } from "./server.ts";
import { SLACK_TIMINGS, type Timings } from "./timings.ts";
import type { Plan, Size } from "./workspace/directory.ts";
import { lockFolder } from "./workspace/folder-lock.ts";
import { readStateFile, StateFile } from "./workspace/state-file.ts";
import { Workspace } from "./workspace/workspace.ts";
import { toStateData } from "./workspace/workspace-state.ts";

const MANIFEST_PATH = resolve(import.meta.dirname, "../manifest.yml");
const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);

export interface SimulatorOptions {
  /** @default 0, a port that the system chooses. */
  readonly port?: number;
  /** @default "127.0.0.1" */
  readonly host?: string;
  /** Port of the mail server, 0 for any. Without it there is no mail server. */
  readonly smtpPort?: number;
  /** Folder for the state file; without it the workspace lives in memory only. */
  readonly dataDir?: string;
  /** The app's address for HTTP mode; without it, Socket Mode. */
  readonly eventsUrl?: string;
  /** The app's manifest as an object, or the path of its file. @default `manifest.yml` of this project */
  readonly manifest?: object | string;
  /** Were the scopes granted, too, that may be left out when the app is installed? @default false */
  readonly grantsOptional?: boolean;
  /** `large`: 5,000 channels, 2,000 people and 200 user groups. @default "small" */
  readonly size?: Size | undefined;
  /** Whether it is a workspace of an organization on Enterprise Grid: ids of people begin with W. @default false */
  readonly grid?: boolean | undefined;
  /** `free`: a workspace without user groups. A workspace that is already kept in `dataDir` stays what it was. @default "paid" */
  readonly plan?: Plan | undefined;
  /** Whether rate limits apply. @default true */
  readonly realistic?: boolean;
  /** What the page's banner says, for instance which model answers. @default that the AI is a stand-in */
  readonly banner?: string;
  /** Whether the page offers the tour of this project's bot. @default with this project's manifest alone */
  readonly tour?: boolean;
  /** Other periods than Slack's, for instance shorter ones in tests. */
  readonly timings?: Partial<Timings>;
  /** Other rate limits than Slack's, for instance `{speed: 60}` for an hour's in a minute. */
  readonly limits?: Partial<Limits>;
  /** @default the machine's time */
  readonly clock?: Clock;
}

/** A running simulator. Disposing it closes sockets and ports and writes the state file. */
export interface Simulator extends AsyncDisposable {
  /** Address of the page, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** What to give a bot as `SLACK_API_URL`. */
  readonly apiUrl: string;
  /** What to give a bot as `OPENAI_BASE_URL`. */
  readonly modelUrl: string;
  /** Port of the mail server, if there is one. */
  readonly smtpPort: number | undefined;
  /** The workspace itself, for tests that inspect it or close connections. */
  readonly workspace: Workspace;
}

/**
 * Starts a Slack workspace on this machine.
 *
 * @throws {Error} when the manifest or the state file cannot be read, or the port is taken (`code` is `EADDRINUSE`).
 */
export async function openSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  // What was opened is closed again, last first, on disposal and when a later part cannot be opened.
  await using opened = new AsyncDisposableStack();
  const host = options.host ?? "127.0.0.1";
  const workspace = await openWorkspace(options, opened);
  const { smtpPort } = options;
  const mail =
    smtpPort === undefined ? undefined : opened.use(await openMailSink({ smtpPort, host }));
  const fakes: Fakes = { model: createStandInModel(), mail };
  const pages = new LiveSockets();
  const server = createSimulatorServer({
    workspace,
    methods: createMethods(),
    fakes,
    pages,
    isLoopback: LOOPBACK.has(host),
  });
  const port = await listen(server, options.port ?? 0, host);
  opened.defer(() => {
    server.closeAllConnections();
    pages.close();
    server.close();
  });
  opened.defer(() => workspace.sockets.close());
  opened.defer(() => workspace.events.close());
  opened.defer(() => workspace.scheduled.clear());
  opened.defer(() => workspace.statuses.clear());
  workspace.url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const owned = opened.move();
  return {
    url: workspace.url,
    port,
    apiUrl: `${workspace.url}/api/`,
    modelUrl: `${workspace.url}/v1`,
    smtpPort: mail?.port,
    workspace,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The workspace, as it was left if there is a folder for it. */
async function openWorkspace(
  options: SimulatorOptions,
  opened: AsyncDisposableStack,
): Promise<Workspace> {
  const { dataDir } = options;
  const path = dataDir === undefined ? undefined : join(dataDir, "workspace.json");
  if (dataDir !== undefined) opened.defer(await lockFolder(dataDir));
  const workspace = new Workspace({
    manifest: await manifestOf(options),
    clock: options.clock ?? systemClock,
    timings: { ...SLACK_TIMINGS, ...options.timings },
    seed: { plan: options.plan, size: options.size, grid: options.grid },
    limits: { ...SLACK_LIMITS, ...options.limits },
    realistic: options.realistic ?? true,
    banner: options.banner,
    tour: options.tour ?? options.manifest === undefined,
    eventsUrl: options.eventsUrl,
    stored: path === undefined ? undefined : await readStateFile(path),
  });
  if (path !== undefined) {
    const file = openStateFile(path, workspace);
    opened.defer(() => file.close());
  }
  return workspace;
}

async function manifestOf({ manifest, grantsOptional }: SimulatorOptions): Promise<AppManifest> {
  if (typeof manifest === "object") return parseManifest(manifest, grantsOptional);
  return readManifest(manifest ?? MANIFEST_PATH, grantsOptional);
}

function openStateFile(path: string, workspace: Workspace): StateFile {
  const file = new StateFile({
    path,
    clock: workspace.clock,
    saveMs: workspace.timings.saveMs,
    snapshot: () => toStateData(workspace.state),
    onError: (error) => reportError(`The simulator cannot write ${path}.`, error),
  });
  workspace.onChange(() => file.touch());
  return file;
}

/** @returns the port, which the system chose if 0 was asked for. */
async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}
