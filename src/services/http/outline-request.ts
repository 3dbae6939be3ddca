import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { type Wording, wording } from "../../shared/wording.ts";
import { showText } from "../action.ts";

/** Up to the path: what a URL parser takes for scheme, user and host. */
const ORIGIN = /^\s*https?:[/\\]*[^/\\?#]*/i;

/** What a request does, and the host that gets it, as it is asked for: `bank.example`, `xn--…` for one with other letters. */
export function outlineRequest({ method, url, look }: JsonObject): Wording {
  const looked = isJsonObject(look)
    ? wording`, and asks ${hostOf(look["url"])} whether it was done`
    : wording``;
  return wording`Sends ${showText(method ?? "GET").toUpperCase()} to ${hostOf(url)}${looked}`;
}

function hostOf(url: Json | undefined): Wording {
  const text = showText(url);
  const origin = ORIGIN.exec(text)?.[0] ?? "";
  if (origin === "" || origin.includes("{{")) return wording`the host that ${text} says`;
  // Templates behind the host are of no matter here.
  if (!URL.canParse(origin)) return wording`${text}`;
  const { host, protocol, username } = new URL(origin);
  const open = protocol === "http:" ? wording` (not encrypted)` : wording``;
  const user = username === "" ? wording`` : wording` (as the user ${username})`;
  return wording`${host}${open}${user}`;
}
