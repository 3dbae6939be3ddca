import { createCron } from "../../src/adapters/node-cron.ts";
import { TriggerDefinition } from "../../src/engine/definition/schema.ts";
import type { TriggerType } from "../../src/engine/definition/trigger-type.ts";
import { createTriggerTypes } from "../../src/engine/triggers/types/index.ts";
import type { Example } from "./examples.ts";
import { type Member, membersOf } from "./members.ts";

/** Between these lines of `docs/trigger-reference.md` stands what is made here. */
const BEGIN =
  "<!-- made from the schemas of src/engine/triggers/types by npm run trigger-reference -->";
const END = "<!-- end -->";

/** The types of triggers by the names that definitions have for them. */
type Triggers = ReadonlyMap<string, TriggerType>;

/** Every type of every installation, aliases included. */
export function offeredTriggers(): Triggers {
  return createTriggerTypes({ cron: createCron() });
}

/** The document with its reference as the triggers are now. @throws {Error} if its marks are missing. */
export function withTriggers(
  text: string,
  triggers: Triggers,
  examples: readonly Example[],
): string {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${BEGIN} … ${END} is missing.`);
  const sections = [...triggers].map(([name, type]) => section(name, type, examples));
  const all = ["## Every trigger", listOf(membersOf(TriggerDefinition)), ...sections];
  return `${before}${BEGIN}\n\n${all.join("\n\n")}\n\n${END}${after}`;
}

function section(name: string, type: TriggerType, examples: readonly Example[]): string {
  const members = membersOf(type.config);
  const others = [type.kind, ...type.aliases].filter((one) => one !== name);
  const same = others.length === 0 ? "" : ` The same as \`${others.join("`, `")}\`.`;
  const shown = examples
    .filter(({ types }) => types.includes(name))
    .map((example) => `[${example.name}](../examples/${example.name}.json)`);
  return [
    `## ${name}`,
    `${type.summary}${same}`,
    members.length === 0 ? "It has no members of its own." : listOf(members),
    variablesOf(type),
    ...(shown.length === 0 ? [] : [`Examples: ${shown.join(", ")}.`]),
  ].join("\n\n");
}

function variablesOf({ gives = [], givesMore = false, values }: TriggerType): string {
  const more = [
    ...(givesMore ? ["what the payload or the person who starts it gives"] : []),
    ...(values === undefined ? [] : ["values that the trigger itself gives"]),
  ];
  const named = gives.map((name) => `\`${name}\``).join(", ");
  if (named === "") return `Variables of the run: ${more[0] ?? "what its caller gives"}.`;
  return `Variables of the run: ${[named, ...more].join(", and ")}.`;
}

function listOf(members: readonly Member[], indent = ""): string {
  return members
    .map((member) => {
      const need = member.isRequired ? "; required" : "";
      const otherwise = member.default === undefined ? "" : `; \`${member.default}\` if absent`;
      const said = member.description === undefined ? "" : `. ${capital(member.description)}.`;
      const line = `${indent}- \`${member.name}\`: \`${member.type}\`${need}${otherwise}${said}`;
      const below = member.members.length === 0 ? [] : [listOf(member.members, `${indent}  `)];
      return [line, ...below].join("\n");
    })
    .join("\n");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
