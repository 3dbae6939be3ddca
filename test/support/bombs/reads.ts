import { type Bomb, cycle, LONG_RUN, times, transform, workflow } from "./bomb.ts";
import { textOf } from "./site.ts";
import { event } from "./slack.ts";

export const READ_BOMBS: readonly Bomb[] = [
  {
    name: "lists of runs with inputs of a megabyte",
    drop: async (site, id) => {
      await site.deploy(workflow(id, [transform("1")]));
      for (let n = 0; n < 60; n += 1) await site.start(id, { text: times("x", 900_000), n });
      await site.ask("GET", `/api/executions?workflowId=${id}&limit=200`);
      await site.ask("GET", "/api/executions?limit=200");
      await site.ask("GET", "/");
      await site.slack(event({ type: "app_home_opened", channel: "D0ALICE", tab: "home" }, id));
    },
  },
  {
    name: "a run whose values are 40 MB",
    drop: async (site, id) => {
      const run = await site.run(workflow(id, cycle("variables.text"), LONG_RUN), {
        text: times("\u202e<a>", 250_000),
      });
      await site.ask("GET", `/api/executions/${textOf(run["executionId"])}/steps`);
    },
  },
  {
    name: "an address of 15 kB",
    drop: (site) =>
      site.ask("GET", `/api/executions/${times("%2e%2e/", 15_000)}?${times("a=1&", 1000)}`),
  },
];
