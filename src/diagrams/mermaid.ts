import type { Diagram, DiagramBody, DiagramEdge, DiagramNode } from "./diagram.ts";

/**
 * A diagram as a flowchart of Mermaid (https://mermaid.js.org/syntax/flowchart.html), which GitHub and others draw where it stands in
 * Markdown. Names are numbers, so that no id can be a word of Mermaid's own.
 */
export function toMermaid(diagram: Diagram): string {
  const names = new Map<string, string>();
  const first = diagram.root.nodes[0];
  const body = bodyLines(diagram.root, { names, prefix: "" }, "  ");
  const start = `  start(["${escape(diagram.triggers.join(", ") || "start")}"])`;
  const entry = first === undefined ? [] : [`  start --> ${nameOf(first.place, names)}`];
  return `${["flowchart TD", start, ...entry, ...body].join("\n")}\n`;
}

interface Names {
  readonly names: Map<string, string>;
  /** Of the end of the body. */
  readonly prefix: string;
}

function bodyLines(body: DiagramBody, at: Names, indent: string): readonly string[] {
  const end = `${at.prefix}end_`;
  const hasEnd = body.edges.some((edge) => isDrawn(edge, body));
  return [
    ...body.nodes.flatMap((node) => nodeLines(node, at, indent)),
    ...(hasEnd ? [`${indent}${end}((("end")))`] : []),
    ...body.edges
      .filter((edge) => edge.to !== null || isDrawn(edge, body))
      .map((edge) => `${indent}${edgeLine(edge, at.names, end)}`),
  ];
}

/** The end of a branch that has but one plain way to it is not drawn. */
function isDrawn(edge: DiagramEdge, body: DiagramBody): boolean {
  if (edge.to !== null) return false;
  return body.id === "" || edge.labels.length > 0;
}

function nodeLines(node: DiagramNode, { names }: Names, indent: string): readonly string[] {
  const name = nameOf(node.place, names);
  if (node.bodies.length === 0) return [`${indent}${name}${shapeOf(node)}`];
  const inner = `${indent}  `;
  return [
    `${indent}subgraph ${name}["${labelOf(node)}"]`,
    ...node.bodies.flatMap((body, index) => [
      `${inner}subgraph ${name}_${index}["${escape(body.label)}"]`,
      ...bodyLines(body, { names, prefix: `${name}_${index}_` }, `${inner}  `),
      `${inner}end`,
    ]),
    `${indent}end`,
  ];
}

function shapeOf(node: DiagramNode): string {
  const label = `"${labelOf(node)}"`;
  switch (node.type) {
    case "ai-decision":
      return `{{${label}}}`;
    case "approval":
      return `[/${label}/]`;
    case "wait":
      return `([${label}])`;
    case "workflow":
      return `[[${label}]]`;
    default:
      return `[${label}]`;
  }
}

function labelOf({ title, kind, does }: DiagramNode): string {
  const what = does === "" ? kind : `${kind}: ${does}`;
  return `${escape(title)}<br/>${escape(what)}`;
}

function edgeLine(
  { from, to, kind, labels }: DiagramEdge,
  names: Map<string, string>,
  end: string,
): string {
  const arrow = kind === "route" ? "-->" : "-.->";
  const label = labels.length === 0 ? "" : `|"${escape(labels.join(", "))}"|`;
  return `${nameOf(from, names)} ${arrow}${label} ${to === null ? end : nameOf(to, names)}`;
}

function nameOf(place: string, names: Map<string, string>): string {
  const name = names.get(place) ?? `s${names.size + 1}`;
  names.set(place, name);
  return name;
}

/** Mermaid reads `#35;` and the like within quotes, HTML tags, and Markdown between backticks. */
function escape(text: string): string {
  return text.replaceAll(/[#"&<>`\\[\]{}|;]/g, (sign) => `#${sign.charCodeAt(0)};`);
}
