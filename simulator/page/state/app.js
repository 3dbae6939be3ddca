// @ts-check
/** Everything the page knows, and the request to show it again. */

import { Assistant } from "./assistant.js";
import { Faults } from "./faults.js";
import { MessageBook } from "./message-book.js";
import { Reads } from "./reads.js";
import { Tour } from "./tour.js";
import { Traffic } from "./traffic.js";
import { namesIn } from "./workspace.js";

/** @typedef {import("./shape.js").Data} Data */
/** @typedef {import("./workspace.js").Workspace} Workspace */
/** @typedef {{kind: "message", channel: string, ts: string, ephemeral: boolean} | {kind: "view", id: string, home: boolean}} Origin where an interactive element stands */
/** @typedef {{place: "channel" | "home", channel: string, thread: string | undefined}} Route */
/** @typedef {{id: string, query: string, active: number}} Popup the one menu that is open */
/** @typedef {{id: number, tone: "error" | "info", text: string}} Toast */
/** @typedef {{confirm: Data, settle: (accepted: boolean) => void}} Question */
/** @typedef {string | string[] | Data | undefined} FieldValue a `rich_text` value is an object */
/** @typedef {{query: string, groups: Data[], known: Data[], problem: string | undefined}} Offers options that the app has given: for the latest `query`, and all so far */
/** @typedef {{id: string, name: string, size: number}} Upload a file that was uploaded and is not sent yet */
/** @typedef {"inspector" | "faults"} Tool one of the simulator's own tools */
/** @typedef {{query: string, active: number}} Jump what is typed into the field that jumps to places */

export class App {
  /** @type {Workspace} */
  workspace;
  /** @type {import("../text/render.js").Names} */
  names;
  book = new MessageBook();
  /** @type {Reads} */
  reads;
  /** @type {Tour} */
  tour;
  /** @type {Data[]} open modals, the topmost last */
  views = [];
  /** @type {Data | null} */
  home = null;
  /** The bot's connection; `undefined` until the simulator has said. @type {boolean | undefined} */
  botConnected = undefined;
  streamUp = true;
  /** @type {Route} */
  route = { place: "channel", channel: "", thread: undefined };
  /** @type {Map<string, Map<string, FieldValue>>} what people filled in, by origin, then by field */
  forms = new Map();
  /** @type {Map<string, string>} problems, by origin and field */
  problems = new Map();
  /** @type {Map<string, "busy" | string>} elements that wait for an acknowledgement, or why it did not come */
  pending = new Map();
  /** Options of menus whose options the app gives, by origin and field. @type {Map<string, Offers>} */
  offers = new Map();
  /** Files that this tab uploaded, by id. @type {Map<string, Upload>} */
  uploads = new Map();
  /** Files that wait beside a message box, by its place. @type {Map<string, string[]>} */
  attached = new Map();
  /** The message that the person edits. @type {{channel: string, ts: string} | null} */
  editing = null;
  /** @type {Popup | null} */
  popup = null;
  /** @type {Question | null} */
  question = null;
  /** @type {Toast[]} */
  toasts = [];
  /** @type {Set<string>} ephemeral messages put away */
  dismissed = new Set();
  /** How many of a channel's latest messages are shown. @type {Map<string, number>} */
  shown = new Map();
  sidebarOpen = false;
  assistant = new Assistant();
  traffic = new Traffic();
  faults = new Faults();
  /** The tool that is open. @type {Tool | null} */
  tool = null;
  /** @type {Jump | null} */
  jumping = null;
  /** Called with the tool that was opened. @type {(tool: Tool) => void} */
  onTool = () => undefined;
  #waiting = false;
  #wake = new MessageChannel();

  /**
   * @param {Workspace} workspace
   * @param {() => void} show
   */
  constructor(workspace, show) {
    this.workspace = workspace;
    this.names = namesIn(workspace);
    this.reads = new Reads(workspace.me);
    this.tour = new Tour(workspace);
    this.#wake.port1.addEventListener("message", () => {
      this.#waiting = false;
      show();
    });
    this.#wake.port1.start();
  }

  /** Takes over what the workspace is now: people, places and groups may have changed. @param {Workspace} workspace @returns {void} */
  setWorkspace(workspace) {
    this.workspace = workspace;
    this.names = namesIn(workspace);
    this.update();
  }

  /** @returns {string} */
  get me() {
    return this.workspace.me;
  }

  /** Shows the page again soon; many calls in a row cost one. Hidden tabs get no animation frames and slow timers, but messages. @returns {void} */
  update() {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#wake.port2.postMessage(null);
  }

  /** @param {Tool | null} tool @returns {void} */
  openTool(tool) {
    this.tool = tool;
    if (tool !== null) this.onTool(tool);
    this.update();
  }

  /** Opens or closes the field that jumps to places. @param {boolean} open @returns {void} */
  jump(open) {
    this.jumping = open ? { query: "", active: 0 } : null;
    this.update();
  }

  /** @param {Toast["tone"]} tone @param {string} text @returns {void} */
  toast(tone, text) {
    const id = (this.toasts.at(-1)?.id ?? 0) + 1;
    this.toasts = [...this.toasts.filter((toast) => toast.text !== text), { id, tone, text }].slice(
      -3,
    );
    this.update();
    setTimeout(() => this.dropToast(id), TOAST_MS);
  }

  /** @param {number} id @returns {void} */
  dropToast(id) {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
    this.update();
  }

  /** Asks before an action, as Slack's confirm dialogs do. @param {Data} confirm @returns {Promise<boolean>} */
  ask(confirm) {
    this.question?.settle(false);
    return new Promise((resolve) => {
      this.question = {
        confirm,
        settle: (accepted) => {
          this.question = null;
          this.update();
          resolve(accepted);
        },
      };
      this.update();
    });
  }
}

const TOAST_MS = 8000;

/** @param {Origin} origin @returns {string} */
export function originKey(origin) {
  return origin.kind === "message" ? `${origin.channel}/${origin.ts}` : origin.id;
}
