// @ts-check
/** Slack's escapes (`&amp;`) and its control sequences (`<@U…>`, `<https://…|label>`, `<!date^…>`). */

/** @typedef {import("./nodes.js").Inline} Inline */

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
  const [name = "", first, second, third] = command.split("^");
  if (name === "here" || name === "channel" || name === "everyone")
    return { type: "broadcast", range: name };
  if (name === "subteam" && first !== undefined) {
    return { type: "group", id: first, ...(label === undefined ? {} : { label }) };
  }
  if (name === "date" && first !== undefined && second !== undefined && /^\d+$/.test(first)) {
    return {
      type: "date",
      timestamp: Number(first),
      format: decode(second),
      fallback: label ?? "",
      ...(third === undefined ? {} : { url: decode(third) }),
    };
  }
  return label === undefined ? null : { type: "text", text: label };
}
