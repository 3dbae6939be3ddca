/** Paths that serve the same requests have the same shape: the names of their parameters do not matter. */
export function shapeOfPath(path: string): string {
  return path.replace(/(?<=\/):[^/]*/g, ":");
}

/** What a path says of a request's, if it serves it. */
export interface PathMatch<Target> {
  readonly target: Target;
  /** The texts for which the parameters of the path stand. */
  readonly params: Readonly<Record<string, string>>;
}

interface Node<Target> {
  readonly literals: Map<string, Node<Target>>;
  any: Node<Target> | null;
  end: { readonly target: Target; readonly names: readonly string[] } | null;
}

const newNode = <Target>(): Node<Target> => ({ literals: new Map(), any: null, end: null });

/** Finds what serves a path. A part that is written out goes before a parameter, from the left. */
export class PathIndex<Target> {
  readonly #root = newNode<Target>();

  constructor(entries: Iterable<readonly [path: string, target: Target]>) {
    for (const [path, target] of entries) this.#add(path, target);
  }

  #add(path: string, target: Target): void {
    let node = this.#root;
    const names: string[] = [];
    for (const part of path.split("/")) {
      if (part.startsWith(":")) {
        names.push(part.slice(1));
        node.any ??= newNode();
        node = node.any;
      } else {
        const next = node.literals.get(part) ?? newNode<Target>();
        node.literals.set(part, next);
        node = next;
      }
    }
    node.end ??= { target, names };
  }

  /** @param path - as it was sent, without the query. */
  find(path: string): PathMatch<Target> | null {
    const found = search(this.#root, path.split("/"), []);
    if (found === null) return null;
    const values = found.values.map(decode);
    if (values.includes(null)) return null;
    const { target, names } = found.end;
    const params = names.map((name, index) => [name, values[index] ?? ""] as const);
    return { target, params: Object.fromEntries(params) };
  }
}

interface Found<Target> {
  readonly end: NonNullable<Node<Target>["end"]>;
  readonly values: readonly string[];
}

/** Paths have few parts, of which few are parameters: what is looked through twice is little. */
function search<Target>(
  node: Node<Target>,
  parts: readonly string[],
  values: readonly string[],
): Found<Target> | null {
  const [part, ...rest] = parts;
  if (part === undefined) return node.end === null ? null : { end: node.end, values };
  const literal = node.literals.get(part);
  const found = literal === undefined ? null : search(literal, rest, values);
  if (found !== null || node.any === null || part === "") return found;
  return search(node.any, rest, [...values, part]);
}

/** `null` for escapes that are no text. */
function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
