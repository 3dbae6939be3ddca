import type { ServiceSummary } from "../../src/engine/api/workflows.ts";
import type { JsonObject } from "../../src/shared/json.ts";

/** Between these lines of `docs/services.md` stands what is made here. */
const BEGIN = "<!-- made from the schemas of src/services by npm run service-reference -->";
const END = "<!-- end -->";

type Action = ServiceSummary["actions"][number];

/** The document with its reference as the services are now. @throws {Error} if its marks are missing. */
export function withServices(text: string, services: readonly ServiceSummary[]): string {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${BEGIN} … ${END} is missing.`);
  const sections = services.flatMap(({ name, actions }) => [
    `## ${name}`,
    ...actions.map((action) => section(name, action)),
  ]);
  return `${before}${BEGIN}\n\n${sections.join("\n\n")}\n\n${END}${after}`;
}

function section(service: string, action: Action): string {
  const { name, summary, sideEffect, parameters, example } = action;
  const effect = sideEffect ? "Changes something outside." : "Only reads.";
  const lines = parameters.map((parameter) => {
    const { isRequired, description, default: value } = parameter;
    const need = isRequired ? "; required" : "";
    const otherwise = value === undefined ? "" : `; ${value} if absent`;
    const said = description === undefined ? "" : `. ${capital(description)}.`;
    return `- \`${parameter.name}\`: \`${parameter.type}\`${need}${otherwise}${said}`;
  });
  const shown = example === undefined ? [] : [exampleOf(service, name, example)];
  return [`### ${service}.${name}`, `${summary} ${effect}`, lines.join("\n"), ...shown].join(
    "\n\n",
  );
}

/** The config of a step. Lists of texts stand on one line, as the formatter writes them. */
function exampleOf(service: string, action: string, example: JsonObject): string {
  const json = JSON.stringify({ service, action, ...example }, null, 2).replaceAll(
    /\[\s+("[^"\n]*"(?:,\s+"[^"\n]*")*)\s+\]/g,
    (_all, items: string) => `[${items.replaceAll(/,\s+/g, ", ")}]`,
  );
  return `\`\`\`json\n${json}\n\`\`\``;
}

function capital(text: string): string {
  // A name of a parameter or a file keeps its letters.
  return /^[a-z]+(?:'s)?[ ,;.:]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}
