import { counted } from "../../shared/counted.ts";
import { escapeText, showValue } from "../../slack/text.ts";
import { message, sections } from "../views/blocks/build.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";

export const templatesCommand: Subcommand = {
  name: "templates",
  usage: "",
  summary: "ready-made definitions to begin a workflow of your own with",
  roles: EVERY_ROLE,
  run: async (_request, { engine }) => {
    const lines = engine.workflows.listTemplates().map(({ id, name, description, steps }) => {
      const about = description === null ? "" : `\n    ${showValue(description, 300)}`;
      return `• *${escapeText(name)}* (\`${escapeText(id)}\`, ${counted(steps, "step")})${about}`;
    });
    const hint =
      "To use one: `POST /api/templates/&lt;id&gt;` gives its definition; change it and deploy it.";
    return message(lines.join("\n"), sections([...lines, hint]));
  },
};
