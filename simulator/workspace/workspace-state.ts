import type { Clock } from "../clock.ts";
import { isJsonObject, member } from "../json.ts";
import type { AppManifest } from "../manifest.ts";
import type { Timings } from "../timings.ts";
import { Directory, type DirectoryData } from "./directory.ts";
import { FileStore, type StoredFile } from "./files.ts";
import { Timestamps } from "./ids.ts";
import { type MessageData, MessageStore } from "./messages.ts";
import type { StoredView } from "./records.ts";
import { type ResponseUrlData, ResponseUrls } from "./response-urls.ts";
import { type Seed, seedDirectory } from "./seed.ts";
import { ViewStore } from "./views.ts";

const FORMAT_VERSION = 1;

/** Everything that outlives a restart of the simulator. */
export interface WorkspaceState {
  readonly timestamps: Timestamps;
  readonly directory: Directory;
  readonly messages: MessageStore;
  readonly views: ViewStore;
  readonly responseUrls: ResponseUrls;
  readonly files: FileStore;
}

interface StateData {
  readonly formatVersion: number;
  readonly lastTs: string;
  readonly directory: DirectoryData;
  readonly messages: MessageData;
  readonly views: readonly StoredView[];
  readonly responseUrls: ResponseUrlData;
  readonly files: readonly StoredFile[];
}

interface StateOptions {
  readonly clock: Clock;
  readonly timings: Timings;
  readonly manifest: AppManifest;
  readonly seed: Seed;
}

/** A new workspace: the seeded people and channels, nothing said yet. */
export function createState({ clock, timings, manifest, seed }: StateOptions): WorkspaceState {
  return {
    timestamps: new Timestamps(clock),
    directory: new Directory(seedDirectory(manifest, seed)),
    messages: new MessageStore(),
    views: new ViewStore(),
    responseUrls: new ResponseUrls(clock, timings.responseUrlMs),
    files: new FileStore(),
  };
}

/**
 * The workspace of a state file.
 *
 * @throws {Error} when the content is not a state of this format.
 */
export function restoreState(data: unknown, { clock, timings }: StateOptions): WorkspaceState {
  if (!isStateData(data)) {
    throw new Error(
      "The state file is of another format; delete it to start with a new workspace.",
    );
  }
  return {
    timestamps: new Timestamps(clock, data.lastTs),
    directory: new Directory(data.directory),
    messages: new MessageStore(data.messages),
    views: new ViewStore(data.views),
    responseUrls: new ResponseUrls(clock, timings.responseUrlMs, data.responseUrls),
    files: new FileStore(data.files),
  };
}

/** The content of the state file. */
export function toStateData(state: WorkspaceState): StateData {
  return {
    formatVersion: FORMAT_VERSION,
    lastTs: state.timestamps.last,
    directory: state.directory.toData(),
    messages: state.messages.toData(),
    views: state.views.toData(),
    responseUrls: state.responseUrls.toData(),
    files: state.files.toData(),
  };
}

/** The file is only written by `toStateData`, so its version says enough. */
function isStateData(data: unknown): data is StateData {
  return isJsonObject(data) && member(data, "formatVersion") === FORMAT_VERSION;
}
