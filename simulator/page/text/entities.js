// @ts-check
/** Slack's escapes (`&amp;`) and its control sequences (`<@U…>`, `<https://…|label>`, `<!date^…>`). */

/** @typedef {import("./nodes.js").Inline} Inline */

const broadcasts = new Set(["here", "channel", "everyone"]);

/**
 * @param {string} text
 * @returns {string}
 */
export function decode(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/**
 * @param {string} inside what stands between `<` and `>`
 * @returns {Inline | null} `null` when it is no control sequence
 */
export function parseEntity(inside) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? undefined : decode(inside.slice(bar + 1));
  const named = label === undefined ? {} : { label };
  if (/^@[UWB][A-Z0-9]+$/.test(target)) return { type: "user", id: target.slice(1), ...named };
  if (/^#[CDG][A-Z0-9]+$/.test(target)) return { type: "channel", id: target.slice(1), ...named };
  if (target.startsWith("!")) return parseCommand(target.slice(1), label);
  if (!/^(https?:\/\/|mailto:|tel:)/i.test(target)) return null;
  const url = decode(target);
  const shown = label ?? url.replace(/^(mailto|tel):/i, "");
  return { type: "link", url, children: [{ type: "text", text: shown }] };
}

/**
 * @param {string} command what follows `<!`
 * @param {string | undefined} label
 * @returns {Inline | null}
 */
function parseCommand(command, label) {
  const [name = "", first = ""] = command.split("^");
  if (broadcasts.has(name)) return { type: "broadcast", range: name };
  if (name === "subteam" && first !== "") {
    return { type: "group", id: first, ...(label === undefined ? {} : { label }) };
  }
  const date = name === "date" ? parseDate(command, label ?? "") : null;
  return date ?? (label === undefined ? null : { type: "text", text: label });
}

/** @param {string} command `date^seconds^format^link`, the link may be missing @param {string} fallback @returns {Inline | null} */
function parseDate(command, fallback) {
  const match = /^date\^(\d+)\^([^^]*)(?:\^(.*))?$/s.exec(command);
  if (match === null) return null;
  const [, seconds, format = "", link] = match;
  return {
    type: "date",
    timestamp: Number(seconds),
    format: decode(format),
    fallback,
    ...(link === undefined ? {} : { url: decode(link) }),
  };
}
