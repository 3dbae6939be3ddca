import { toNotation } from "../definition/notation.ts";
import { Definition } from "../definition/schema.ts";
import type { ValidationContext } from "../definition/validation/validate.ts";

/**
 * The definition language as a model has to know it. Everything that can grow (steps, triggers, services with their
 * parameters) is read from what is registered, so that it never differs from what the checks accept.
 */
export function describeLanguage(context: ValidationContext): string {
  return [
    "A definition is one JSON object:",
    toNotation(Definition),
    "",
    "TRIGGERS (members besides type and id):",
    ...describeTriggers(context),
    "",
    "STEP TYPES (what stands in config):",
    ...[...context.stepTypes.values()].map(
      ({ kind, summary, config }) => `- ${kind}: ${summary}\n  config: ${toNotation(config)}`,
    ),
    "",
    'SERVICE ACTIONS (their parameters stand in config beside "service" and "action"):',
    ...describeActions(context),
    "",
    ...RULES,
  ].join("\n");
}

function describeTriggers({ triggerTypes }: ValidationContext): readonly string[] {
  const types = new Map([...triggerTypes.values()].map((type) => [type.kind, type]));
  return [...types.values()].map(({ kind, summary, gives, config }) => {
    const given = gives === undefined ? "" : ` Gives the variables ${gives.join(", ")}.`;
    return `- ${kind}: ${summary}${given} ${toNotation(config)}`;
  });
}

function describeActions({ services }: ValidationContext): readonly string[] {
  return services.names().flatMap((name) => {
    const service = services.get(name);
    return Object.entries(service?.actions ?? {}).map(
      ([action, { summary, params }]) =>
        `- service ${JSON.stringify(name)}, action ${JSON.stringify(action)}: ${summary}\n  ${toNotation(params)}`,
    );
  });
}

/** What schemas cannot say. */
const RULES = [
  "RULES",
  '- Step ids begin with a letter and are unique; "end" and "default" are reserved. The first step of "steps" is the first to run; every step must be reachable.',
  '- "next" is a step id, "end", or an object from routing key to step id: the output of an ai-decision or a transform as text, the choice of an approval. Without a fitting key "default" is taken. A missing "next" ends the workflow.',
  '- An ai-decision with outputFormat "enum" needs a route for each of allowedValues, or "default". Boolean ones route by "true" and "false".',
  '- An approval needs a route of its own for each choice (without "choices": "approve" and "reject"), and for "expired" when "timeout" is set; "default" does not serve them. Approvers are user ids (U…), user groups ("@finance") or a template that gives one.',
  "- Templates {{variables.name}}, {{stepResults.step-id.output}}, {{stepResults.step-id.output.member}} work in texts. A step may only refer to steps that have certainly run before it; do not refer to what ran on one branch only.",
  '- What a template puts into a URL, JSON text, HTML, a message or an address is encoded there by itself: encode nothing beforehand. Write scheme and host of a URL in full; give the parameters of a query as "query", a JSON body as an object, several recipients as a list, and values of SQL as "values" with $1, $2 in the query.',
  "- Expressions are CEL: variables.amount > 500 ? 'large' : 'small'. Ids with a hyphen are written stepResults['step-id'].output. Templates do not work within expressions.",
  "- Expressions have CEL's standard functions and extensions (strings, math, lists, regex, base64, optionals, timestamps and durations), and list.sum(), json.parse(text), url.encode(text), numbers.round(x, digits), numbers.format(x, digits), numbers.currency(x, 'EUR'), dates.parse('2026-01-31', zone), dates.add(timestamp, {'days': 1}, zone), dates.between(from, to, 'days'), dates.format(timestamp, 'yyyy-MM-dd', zone). There is no now().",
  '- The steps of a parallel branch and of a foreach are bodies of their own: "next" names steps of the same body, a missing "next" goes on to the next step in its list, "end" ends that body only. In a foreach the item is variables.<as>.',
  "- After a parallel its branches are stepResults['id'].output.branch.results['step-id'].output; after a foreach stepResults['id'].output is the list of {index, status, output}.",
  '- A wait has exactly one of "duration", "until" and "event". One for an event is routed by "event" and, if it has a "timeout", by "timeout"; its output holds the event as output.event. A workflow step starts another workflow, which the description has to name.',
  '- "inputs" declares the variables that a person gives at the start; do not declare what a trigger gives, nor the members of the body that a webhook brings; then leave "inputs" out.',
  '- Durations are numbers of milliseconds or texts such as "30s", "10m", "2h", "3d".',
  "- Write no secrets. Name only channels, people and addresses that the description names; where it names none, use what fits best of those in it.",
  "- What people read (name, description, names of steps, titles, questions, messages) is in the language of the description. Ids are in English.",
  '- Beside the members of the definition the object may have "notes": one or two sentences to the person, in the language of the description, about what you assumed or had to leave out.',
  '- Give workflows that people start the trigger {"type": "slash"}. The id is short, in lower case, with hyphens. Give each step a "name" in plain words.',
];
