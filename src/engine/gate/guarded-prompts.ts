import type { Prompts } from "../api/prompts.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { AuditChange } from "../ports/audit.ts";
import type { Gate } from "./gate.ts";

/** Named prompts: several workflows may ask them, so admins alone change them. The contract of each method stands in `Engine`. */
export function guardPrompts(gate: Gate, prompts: Prompts, trail: AuditTrail): Prompts {
  const permit = (by: string) => gate.permitAdmin(by, { what: "change prompts" });
  const record = (by: string, name: string, ...changes: readonly AuditChange[]) =>
    trail.write(by, { action: "prompt", result: "done", changes, detail: { prompt: name } });
  const activeOf = async (name: string) => (await prompts.get(name)).active;
  return {
    list: () => prompts.list(),
    get: (name) => prompts.get(name),
    compare: (name) => prompts.compare(name),
    addFile: (file, text) => prompts.addFile(file, text),
    async add(draft) {
      await permit(draft.by);
      const added = await prompts.add(draft);
      await record(draft.by, added.name, { of: "text", from: null, to: added.version });
      return added;
    },
    async split(name, version, percent, by) {
      await permit(by);
      const changed = await prompts.split(name, version, percent, by);
      await record(by, name, { of: "split", from: null, to: `v${version} ${percent} %` });
      return changed;
    },
    async promote(name, version, by) {
      await permit(by);
      const from = await activeOf(name);
      const changed = await prompts.promote(name, version, by);
      await record(by, name, { of: "version", from, to: changed.active });
      return changed;
    },
    async rollBack(name, by) {
      await permit(by);
      const from = await activeOf(name);
      const changed = await prompts.rollBack(name, by);
      await record(by, name, { of: "version", from, to: changed.active });
      return changed;
    },
  };
}
