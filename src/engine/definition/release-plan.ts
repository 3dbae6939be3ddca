import { hashJson, toJson } from "../../shared/json.ts";
import { findTemplates } from "../language/template.ts";
import type { CompiledBody, CompiledStep, CompiledWorkflow } from "./compile.ts";
import { END } from "./graph.ts";
import { EACH } from "./step-type.ts";
import { itemNameOf, outputVariableOf } from "./written-names.ts";

/**
 * Which steps an approval releases, and what is written between its question and each of them.
 * Follows from the definition alone.
 *
 * A *place* names a step of a definition as a path names an entry, without the numbers of entries: the
 * id of the step, after those of the steps and bodies that hold it; the body of items is `*`.
 */
export interface ReleasePlan {
  /**
   * The steps that an approval releases, in the order of the definition.
   *
   * @param from - the step at which it is asked again: what is before that is done. Absent: asked by
   *   the approval step itself.
   */
  releasesOf(approval: string, from?: string): readonly PlannedRelease[];
  /** The approvals that release a step, each with the choices that lead there. */
  governorsOf(place: string): readonly Governor[];
  /**
   * True when every way to a step leads through an approval.
   *
   * @param from - places from which the ways begin. @default the first step
   */
  isAskedFor(place: string, from?: readonly string[]): boolean;
  /** The other approvals after which an approval can come, each with the choices that lead there. */
  approvalsBefore(approval: string): readonly ApprovalBefore[];
  /** SHA-256 of the steps of the definition. */
  readonly contentHash: string;
  /** The step at a place. @throws {Error} when there is none: places come from paths of the same version. */
  stepAt(place: string): CompiledStep;
}

/** A step that an approval releases. */
export interface PlannedRelease {
  readonly place: string;
  readonly step: CompiledStep;
  /** The choices of the approval whose routes lead to the step; `expired` is one of them. */
  readonly choices: readonly string[];
  /** Whether the author names it in `releases`, and how it is bounded there. */
  readonly isNamed: boolean;
  readonly bound: Bound;
  /** What is written between the question and the step: not known when it is asked. */
  readonly later: LaterNames;
  /** What the step and those between read. */
  readonly reads: readonly (readonly string[])[];
  /**
   * Place of the outermost body of items that the way to the step leaves: its names are not seen any
   * more. Empty: none.
   */
  readonly leaves: string;
}

/** An approval that releases a step. */
export interface Governor {
  readonly place: string;
  readonly choices: readonly string[];
  /** True when no execution comes to the step without having asked. */
  readonly isCertain: boolean;
  /** The author names the step: the decision counts past other approvals. */
  readonly isNamed: boolean;
}

/** An approval after which another one can come, with the choices that lead there. */
type ApprovalBefore = Pick<Governor, "place" | "choices">;

/** Names that are written later. */
export interface LaterNames {
  /** Ids of the steps whose results are. */
  readonly steps: ReadonlySet<string>;
  /** Variables, each with the id of a step that writes it. */
  readonly variables: ReadonlyMap<string, string>;
}

/** How an author bounds what a decision releases. */
export interface Bound {
  /** A CEL expression that has to hold right before the effect. */
  readonly when?: string;
  /** Asked again once everything is known. */
  readonly strict?: boolean;
}

/** The place of an entry's path in the definition. */
export function placeOf(workflow: CompiledBody, path: string): string {
  let body: CompiledBody | undefined = workflow;
  let step: CompiledStep | undefined;
  const segments = path.split("/").map((segment, index) => {
    if (index % 2 === 0) {
      const id = segment.slice(0, segment.lastIndexOf("#"));
      step = body?.steps.get(id);
      return id;
    }
    const name = step?.bodies.has(segment) ? segment : EACH;
    body = step?.bodies.get(name);
    return name;
  });
  return segments.join("/");
}

/** The plan of a workflow; computed once for each version. */
export function releasePlan(workflow: CompiledWorkflow): ReleasePlan {
  const known = plans.get(workflow.steps);
  if (known) return known;
  const plan = new Plan(workflow);
  plans.set(workflow.steps, plan);
  return plan;
}

const plans = new WeakMap<CompiledBody["steps"], ReleasePlan>();

/** True for a step that changes something outside. */
export function hasEffect({ program }: CompiledStep): boolean {
  return program.effect !== undefined;
}

/** Where an execution can be: at a step, or past the bodies that a step holds. */
type Point = string;
const EXIT = "!";

interface Node {
  readonly place: string;
  readonly step: CompiledStep;
  /** The place of the body that holds it; empty: the root. */
  readonly body: string;
}

class Plan implements ReleasePlan {
  readonly #nodes = new Map<string, Node>();
  readonly #next = new Map<Point, readonly Point[]>();
  readonly #first: Point;
  readonly contentHash: string;
  readonly #before = new Map<string, readonly ApprovalBefore[]>();
  readonly #releases = new Map<string, readonly PlannedRelease[]>();
  readonly #governors = new Map<string, readonly Governor[]>();

  constructor(workflow: CompiledWorkflow) {
    this.#first = workflow.first;
    this.contentHash = hashJson(toJson(workflow.definition.steps));
    this.#addBody(workflow, "");
    for (const node of this.#nodes.values()) this.#link(node);
  }

  stepAt(place: string): CompiledStep {
    const node = this.#nodes.get(place);
    if (!node) throw new Error(`There is no step at ${place}.`);
    return node.step;
  }

  releasesOf(approval: string, from?: string): readonly PlannedRelease[] {
    const key = `${approval} ${from ?? ""}`;
    const known = this.#releases.get(key);
    if (known) return known;
    const releases = this.#plan(approval, from);
    this.#releases.set(key, releases);
    return releases;
  }

  governorsOf(place: string): readonly Governor[] {
    const known = this.#governors.get(place);
    if (known) return known;
    const governors = this.#approvals().flatMap((node): Governor[] => {
      const release = this.releasesOf(node.place).find((one) => one.place === place);
      if (!release) return [];
      const isCertain = !this.#reach([this.#first], (point) => point === node.place).has(place);
      const { choices, isNamed } = release;
      return [{ place: node.place, choices, isCertain, isNamed }];
    });
    this.#governors.set(place, governors);
    return governors;
  }

  isAskedFor(place: string, from: readonly string[] = [this.#first]): boolean {
    // Of steps that another version alone has nothing is known.
    if (from.some((begin) => !this.#nodes.has(begin))) return false;
    return !this.#reach(from, (point) => this.#isApproval(point)).has(place);
  }

  approvalsBefore(approval: string): readonly ApprovalBefore[] {
    const known = this.#before.get(approval);
    if (known) return known;
    const before = this.#approvals().flatMap((node) => {
      if (node.place === approval) return [];
      const choices = this.#regions(node, undefined)
        .filter(({ far }) => far.has(approval))
        .map(({ choice }) => choice);
      return choices.length === 0 ? [] : [{ place: node.place, choices }];
    });
    this.#before.set(approval, before);
    return before;
  }

  #addBody({ steps }: CompiledBody, body: string): void {
    for (const [id, step] of steps) {
      const place = body === "" ? id : `${body}/${id}`;
      this.#nodes.set(place, { place, step, body });
      for (const [name, inner] of step.bodies) this.#addBody(inner, `${place}/${name}`);
    }
  }

  #link({ place, step, body }: Node): void {
    const routes = step.routes.size === 0 ? [END] : [...step.routes.values()];
    const { fallbackStep, onFailure } = step.definition;
    const named = [...routes, ...(step.program.alsoNext ?? []).map(({ stepId }) => stepId)];
    if (fallbackStep !== undefined) named.push(fallbackStep);
    // The failure of a step can end a branch or an item alone.
    if (onFailure === "fail" && body !== "") named.push(END);
    const after = [...new Set(named.flatMap((id) => this.#targets(body, id)))];
    if (step.bodies.size === 0) {
      this.#next.set(place, after);
      return;
    }
    const inner = [...step.bodies].map(([name, { first }]) => `${place}/${name}/${first}`);
    this.#next.set(place, [...inner, place + EXIT]);
    this.#next.set(place + EXIT, after);
  }

  /** Where a route to a step of a body leads. */
  #targets(body: string, id: string): readonly Point[] {
    if (id !== END) return [body === "" ? id : `${body}/${id}`];
    return body === "" ? [] : [body.slice(0, body.lastIndexOf("/")) + EXIT];
  }

  #approvals(): readonly Node[] {
    return [...this.#nodes.values()].filter(({ step }) => step.program.asks !== undefined);
  }

  #isApproval(point: Point): boolean {
    return this.#nodes.get(point)?.step.program.asks !== undefined;
  }

  /** Everything that follows, the beginning included; what is past a stop is not. */
  #reach(begin: readonly Point[], isStop: (point: Point) => boolean): Set<Point> {
    const seen = new Set<Point>();
    const open = [...begin];
    for (let point = open.pop(); point !== undefined; point = open.pop()) {
      if (seen.has(point) || isStop(point)) continue;
      seen.add(point);
      open.push(...(this.#next.get(point) ?? []));
    }
    return seen;
  }

  #plan(approval: string, from: string | undefined): readonly PlannedRelease[] {
    const node = this.#nodes.get(approval);
    const asks = node?.step.program.asks;
    if (!node || !asks) return [];
    const bounds = new Map(asks.releases.map(({ step, ...bound }) => [step, bound]));
    const regions = this.#regions(node, from);
    return [...this.#nodes.values()].flatMap((target): PlannedRelease[] => {
      if (!hasEffect(target.step)) return [];
      const named = bounds.get(target.step.definition.id);
      // What the author names is released past other approvals, too.
      const isNamed = named !== undefined && target.place !== approval;
      const own = regions.filter(({ near, far }) => (isNamed ? far : near).has(target.place));
      if (own.length === 0) return [];
      const reached = new Set(own.flatMap(({ near, far }) => [...(isNamed ? far : near)]));
      // Asked at the step itself, nothing is open any more.
      const isHere = target.place === from;
      const between = isHere ? new Set<Point>() : this.#between(reached, target.place);
      return [
        {
          place: target.place,
          step: target.step,
          choices: own.map(({ choice }) => choice),
          isNamed,
          bound: named ?? {},
          later: this.#laterNames(node, target, between),
          reads: this.#reads(target, between),
          leaves: leftItems(approval, between),
        },
      ];
    });
  }

  /** What each choice leads to: before another approval, and altogether. */
  #regions(
    { step, body, place }: Node,
    from: string | undefined,
  ): readonly { readonly choice: string; readonly near: Set<Point>; readonly far: Set<Point> }[] {
    const isApproval = (point: Point): boolean => this.#isApproval(point);
    const regions = [...step.routes].map(([choice, id]) => {
      const begin = this.#targets(body, id);
      const near = this.#reach(begin, isApproval);
      return { choice, begin, near, far: this.#reach(begin, (point) => point === place) };
    });
    if (from === undefined) return regions;
    const rest = this.#reach([from], isApproval);
    const far = this.#reach([from], (point) => point === place);
    return regions
      .filter((region) => region.far.has(from))
      .map(({ choice }) => ({ choice, near: rest, far }));
  }

  /** The points of a region from which a place can be reached within it; the place itself only in a cycle. */
  #between(region: ReadonlySet<Point>, place: string): ReadonlySet<Point> {
    const before = new Map<Point, Point[]>();
    for (const point of region) {
      for (const next of this.#next.get(point) ?? []) {
        if (region.has(next)) before.set(next, [...(before.get(next) ?? []), point]);
      }
    }
    const seen = new Set<Point>();
    const open = [...(before.get(place) ?? [])];
    for (let point = open.pop(); point !== undefined; point = open.pop()) {
      if (seen.has(point)) continue;
      seen.add(point);
      open.push(...(before.get(point) ?? []));
    }
    return seen;
  }

  #laterNames(approval: Node, target: Node, between: ReadonlySet<Point>): LaterNames {
    const steps = new Set<string>();
    const variables = new Map<string, string>();
    const write = ({ step }: Node): void => {
      const { id } = step.definition;
      steps.add(id);
      const name = outputVariableOf(step);
      if (name !== undefined) variables.set(name, id);
    };
    // The decision itself.
    write(approval);
    for (const point of between) {
      const node = this.#nodes.get(withoutExit(point));
      if (!node || staysInside(node.body, target.place)) continue;
      const { definition, bodies } = node.step;
      if (point.endsWith(EXIT)) {
        write(node);
        // Side by side with the approval's own branch others are executed, and end before the join.
        this.#besides(approval, node).forEach(write);
      } else if (bodies.size === 0) write(node);
      else if (target.place.startsWith(`${node.place}/`)) {
        const item = itemNameOf(node.step);
        if (item !== undefined) variables.set(item, definition.id);
      }
    }
    return { steps, variables };
  }

  /** The steps of the other branches of a step that holds the approval. */
  #besides(approval: Node, holder: Node): readonly Node[] {
    if (!approval.place.startsWith(`${holder.place}/`)) return [];
    const own = approval.place.slice(holder.place.length + 1).split("/")[0] ?? "";
    return [...this.#nodes.values()].filter(
      ({ place }) =>
        place.startsWith(`${holder.place}/`) && !place.startsWith(`${holder.place}/${own}/`),
    );
  }

  #reads(target: Node, between: Iterable<Point>): readonly (readonly string[])[] {
    const places = new Set([...between].map((point) => withoutExit(point)));
    const nodes = [...places, target.place].flatMap((place) => this.#nodes.get(place) ?? []);
    return distinct(nodes.flatMap(({ step }) => readsOf(step)));
  }
}

/** Do the names of a body never reach a step? Of the bodies of items nothing is seen outside. */
function staysInside(body: string, place: string): boolean {
  const segments = body.split("/");
  return segments.some(
    (name, index) =>
      name === EACH && !place.startsWith(`${segments.slice(0, index + 1).join("/")}/`),
  );
}

function withoutExit(point: Point): string {
  return point.endsWith(EXIT) ? point.slice(0, -EXIT.length) : point;
}

/** The outermost body of items that the way out of an approval leaves, as a place; empty: it leaves none. */
function leftItems(approval: string, between: ReadonlySet<Point>): string {
  const segments = approval.split("/");
  for (let index = 1; index < segments.length; index += 2) {
    const owner = segments.slice(0, index).join("/");
    if (segments[index] === EACH && between.has(owner + EXIT)) return `${owner}/${EACH}`;
  }
  return "";
}

/** The paths that templates and expressions of a step read; those of the steps in its bodies are theirs. */
export function readsOf({
  definition,
  program,
  type,
}: CompiledStep): readonly (readonly string[])[] {
  const { config } = definition;
  const bodies = (type.bodiesIn?.(config) ?? []).map(({ path }) => path);
  const isInner = (path: readonly (string | number)[]): boolean =>
    bodies.some((inner) => inner.every((part, index) => path[index] === part));
  const templates = findTemplates(config, () => {
    // An expression that holds braces is no template.
  }).filter(({ path }) => !isInner(path));
  const paths = [
    ...[...templates, ...(program.templates ?? [])].flatMap(({ template }) => template.paths),
    ...program.expressions.flatMap(({ expression }) => [
      ...expression.paths,
      ...expression.testedPaths,
    ]),
    // A named prompt may read any of them: its text is no part of the definition.
    ...(program.promptRef === undefined ? [] : [["variables"]]),
  ];
  return distinct(paths);
}

function distinct(paths: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...new Map(paths.map((path) => [JSON.stringify(path), path])).values()];
}
