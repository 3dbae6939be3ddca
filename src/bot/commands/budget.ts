import type { BudgetStatus } from "../../engine/api/costs.ts";
import { describeSubject } from "../../engine/model/budget-subject.ts";
import type { BudgetScope } from "../../engine/ports/calls.ts";
import { AppError } from "../../shared/errors.ts";
import { toDollars } from "../../shared/money.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import { mentionPerson, showCost, showSentence } from "../../slack/text.ts";
import { message, sections } from "../views/blocks/build.ts";
import type { Subcommand } from "./subcommand.ts";

const MAX_USD = 1_000_000;

export const budgetCommand: Subcommand = {
  name: "budget",
  usage: "[all|workflow <id>|person <@person>] [dollars|off]",
  summary: "monthly budgets: without words what is used of them, else set or take away one",
  roles: ["admin"],
  run: async ({ words, caller }, { engine, command }) => {
    if (words.length > 0) {
      const { scope, subject, usd } = readBudget(words, command);
      if (scope === "workflow") await engine.workflows.get(subject);
      await engine.costs.setBudget(scope, subject, usd, caller.userId);
    }
    const budgets = await engine.costs.listBudgets(caller.userId);
    const lines =
      budgets.length === 0
        ? [`No monthly budget is set. Set one: \`${command} budget workflow &lt;id&gt; 20\`.`]
        : ["*Budgets of this month* (UTC)", ...budgets.map(describeBudget)];
    return message(lines.join("\n"), sections(lines));
  },
};

function readBudget(
  words: readonly string[],
  command: string,
): { readonly scope: BudgetScope; readonly subject: string; readonly usd: number | null } {
  const [scope, ...rest] = words;
  const [subject, amount] = scope === "all" ? ["", rest[0]] : rest;
  if (!isScope(scope) || amount === undefined || !fits(scope, subject)) {
    throw new AppError({
      code: "command_invalid",
      message: `Say whose budget, and how many dollars a month: ${command} budget all 100, ${command} budget workflow expense-approval 20, ${command} budget person @bob 5. With off instead of a number the budget is taken away.`,
    });
  }
  return { scope, subject: subject ?? "", usd: readUsd(amount) };
}

function isScope(word: string | undefined): word is BudgetScope {
  return word === "all" || word === "workflow" || word === "person";
}

function fits(scope: BudgetScope, subject: string | undefined): boolean {
  return scope !== "person" || isUserId(subject ?? "");
}

function readUsd(amount: string): number | null {
  if (amount === "off") return null;
  const usd = Number(amount.replace(/^\$/, ""));
  if (usd >= 0 && usd <= MAX_USD) return usd;
  throw new AppError({
    code: "command_invalid",
    message: `"${amount.slice(0, 40)}" is no number of dollars from 0 to ${MAX_USD}. With off the budget is taken away.`,
  });
}

function describeBudget(budget: BudgetStatus): string {
  const { spentNano, monthlyNano, setBy } = budget;
  const share = monthlyNano === 0 ? 100 : Math.floor((spentNano / monthlyNano) * 100);
  const icon = share >= 100 ? ":no_entry:" : share >= 80 ? ":warning:" : ":white_check_mark:";
  const source = setBy === "definition" ? "from its definition" : `set by ${mentionPerson(setBy)}`;
  return `${icon} ${showSentence(describeSubject(budget))}: ${showCost(toDollars(spentNano))} of ${showCost(toDollars(monthlyNano))} used (${share} %), ${source}`;
}
