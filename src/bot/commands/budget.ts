import type { BudgetStatus } from "../../engine/api/costs.ts";
import { numberHint, parseNumberText } from "../../engine/definition/number-text.ts";
import { describeSubject } from "../../engine/model/budget-subject.ts";
import type { BudgetScope } from "../../engine/ports/calls.ts";
import { toDollars } from "../../shared/money.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import { mentionPerson, showCost, showSentence } from "../../slack/text.ts";
import { message, sections } from "../views/blocks/build.ts";
import { assertNoMore, type Lookup, readWorkflow } from "./named.ts";
import type { Subcommand } from "./subcommand.ts";
import { invalid, showTyped } from "./tokens.ts";

const MAX_USD = 1_000_000;

export const budgetCommand: Subcommand = {
  name: "budget",
  usage: "[all|workflow <id>|person <@person>] [dollars|off]",
  summary: "monthly budgets: without words what is used of them, else set or take away one",
  roles: ["admin"],
  run: async ({ words, caller }, context) => {
    const { engine, command } = context;
    if (words.length > 0) {
      const { scope, subject, usd } = await readBudget(words, context);
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

async function readBudget(
  words: readonly string[],
  context: Lookup,
): Promise<{ readonly scope: BudgetScope; readonly subject: string; readonly usd: number | null }> {
  const { command } = context;
  const [first = ""] = words;
  const scope = first.toLowerCase();
  const amount = words.slice(1).at(-1);
  const subject = words.slice(1, -1);
  if (!isScope(scope) || amount === undefined || !fits(scope, subject)) {
    throw invalid(
      `Say whose budget, and how many dollars a month: \`${command} budget all 100\`, \`${command} budget workflow expense-approval 20\` or \`${command} budget person @bob 5\`. With \`off\` in place of the number the budget is taken away.`,
    );
  }
  const usd = readUsd(amount);
  if (scope !== "workflow") return { scope, subject: subject[0] ?? "", usd };
  const { id, rest } = await readWorkflow(subject, context, budgetCommand);
  assertNoMore(rest, context, budgetCommand);
  return { scope, subject: id, usd };
}

function isScope(word: string): word is BudgetScope {
  return word === "all" || word === "workflow" || word === "person";
}

function fits(scope: BudgetScope, subject: readonly string[]): boolean {
  if (scope === "workflow") return subject.length > 0;
  return scope === "all"
    ? subject.length === 0
    : subject.length === 1 && isUserId(subject[0] ?? "");
}

function readUsd(amount: string): number | null {
  if (amount.toLowerCase() === "off") return null;
  const text = amount.replace(/^\$/, "");
  const usd = parseNumberText(text);
  if (usd !== undefined && usd >= 0 && usd <= MAX_USD) return usd;
  const hint =
    numberHint(amount, (value) => value >= 0 && value <= MAX_USD) ??
    `Write a number from 0 to ${MAX_USD}, such as 20.`;
  throw invalid(
    `“${showTyped(amount, 40)}” is not an amount of dollars. ${hint} \`off\` takes the budget away.`,
  );
}

function describeBudget(budget: BudgetStatus): string {
  const { spentNano, monthlyNano, setBy } = budget;
  const share = monthlyNano === 0 ? 100 : Math.floor((spentNano / monthlyNano) * 100);
  const icon = share >= 100 ? ":no_entry:" : share >= 80 ? ":warning:" : ":white_check_mark:";
  const source = setBy === "definition" ? "from its definition" : `set by ${mentionPerson(setBy)}`;
  return `${icon} ${showSentence(describeSubject(budget))}: ${showCost(toDollars(spentNano))} of ${showCost(toDollars(monthlyNano))} used (${share} %), ${source}`;
}
