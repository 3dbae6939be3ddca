/** `["steps", 2, "next"]` as `steps[2].next`; names that are no identifiers are quoted: `next["a b"]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(String(part)))
      text += `${text ? "." : ""}${String(part)}`;
    else text += `[${JSON.stringify(String(part))}]`;
  }
  return text;
}
