import { parseTemplate } from "../../shared/template-parser.ts";
import type { Problem } from "../definition/problem.ts";
import { type PromptLookup, parsePromptRef, promptRefsIn } from "../language/prompt-ref.ts";
import type { PromptLibrary } from "../prompts/prompt-library.ts";
import type { Workflows } from "./workflows.ts";

/** What would be wrong with the active workflows if this text were asked under this name. */
export async function problemsWithPrompt(
  workflows: Workflows,
  library: PromptLibrary,
  name: string,
  text: string,
): Promise<readonly (Problem & { readonly workflowId: string })[]> {
  const candidate = [{ name, version: 0, template: parseTemplate(text) }];
  const prompts: PromptLookup = {
    names: () => [...library.names(), name],
    get: (ref) => {
      const wanted = parsePromptRef(ref);
      return wanted.name === name && wanted.version === null ? candidate : library.get(ref);
    },
  };
  const found: (Problem & { readonly workflowId: string })[] = [];
  for (const { id: workflowId } of await workflows.list()) {
    const { source } = await workflows.get(workflowId);
    const refs = promptRefsIn(source);
    if (!refs.includes(name)) continue;
    await library.lookAt(source);
    const { problems } = workflows.validate(source, prompts);
    const own = problems.filter(({ path }) => path.endsWith(".promptRef"));
    found.push(...own.map((problem) => ({ ...problem, workflowId })));
  }
  return found;
}
