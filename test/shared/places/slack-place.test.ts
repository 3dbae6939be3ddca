import { expect, test } from "vitest";
import { slackPlace } from "../../../src/shared/places/slack-place.ts";
import { fillPlace, fillText } from "../../support/fill-place.ts";

const HOSTILE = [
  "<!channel>",
  "<!here>",
  "<!everyone>",
  "<!here|here>",
  "<!subteam^S0FINANCE>",
  "!channel",
  "!channel>",
  "!subteam^S0FINANCE|x",
  "> <!channel>",
  "x|y> <!here>",
  "<",
  "<<!channel>",
  "a<!channel",
  "https://a.example> <!channel>",
  "|<!channel>",
  "\n<!channel>",
  "<!date^0^{date}|x>",
  "*<!channel>*",
  "```<!channel>```",
  "&lt;!channel&gt; <!channel>",
];

test.for(HOSTILE)("%j notifies no crowd, wherever it stands", (v) => {
  for (const text of [
    "{{variables.v}}",
    "Hello {{variables.v}}!",
    "<{{variables.v}}>",
    "<{{variables.v}}|Open>",
    "<https://a.example/?q={{variables.v}}|Open>",
    "<https://a.example/|{{variables.v}}>",
    "<@{{variables.v}}>",
    "1 <{{variables.v}}",
    "{{variables.v}}{{variables.v}}",
    "<{{variables.none}}{{variables.v}}>",
    "{{variables.v}}!channel>",
  ]) {
    const filled = fillText(slackPlace, text, { v, none: null });

    expect(`${text}: ${filled}`).not.toMatch(/<!/);
  }
});

test.for<[string, string, string]>([
  [
    "{{variables.v}}",
    "<@U1>, <https://a.example|a link>, 1 < 2 & *bold*",
    "&lt;@U1&gt;, &lt;https://a.example|a link&gt;, 1 &lt; 2 &amp; *bold*",
  ],
  ["<@{{variables.v}}>", "U1|bob", "&lt;@U1|bob>"],
  ["<@{{variables.v}}>", "alice", "&lt;@alice>"],
  ["<#{{variables.v}}>", "C1", "<#C1>"],
  ["<{{variables.v}}>", "@U1", "&lt;@U1>"],
  ["<{{variables.v}}|Open>", "@U1", "&lt;@U1|Open>"],
  ["<{{variables.v}}|Open>", "javascript:alert(1)", "&lt;javascript:alert(1)|Open>"],
  ["<!{{variables.v}}>", "channel", "&lt;!channel>"],
  ["See https://a.example/x.", "-", "See <https://a.example/x>."],
  ["(https://a.example/?a=1&b=2)", "-", "(<https://a.example/?a=1&b=2>)"],
  ["https://a.example/o/{{variables.v}}, ok", "a/b c", "<https://a.example/o/a/b%20c>, ok"],
  ["https://a.example/o/{{variables.v}}", "x|Bank>", "<https://a.example/o/x%7CBank%3E>"],
  [
    "https://a.example/{{variables.v}}{{variables.v}} {{variables.v}}",
    "<",
    "<https://a.example/%3C%3C> &lt;",
  ],
  ["{{variables.v}}https://a.example", "<", "&lt;<https://a.example>"],
  ["https://{{variables.v}}/x", "evil.example", "https://evil.example/x"],
  ["{{variables.v}}", "https://evil.example", "https://evil.example"],
  [
    "`https://a.example` <https://b.example|b> {{'<'}}",
    "-",
    "`https://a.example` <https://b.example|b> <",
  ],
  ["<@{{variables.v}}>", "U1", "<@U1>"],
  ["Stock < 5: {{variables.v}}", "Pens | Ink", "Stock < 5: Pens | Ink"],
  ["<{{variables.v}}|Open>", "https://a.example/?a=1", "<https://a.example/?a=1|Open>"],
  [
    "<https://a.example/?q={{variables.v}}|Open>",
    "R&D|#1",
    "<https://a.example/?q=R%26D%7C%231|Open>",
  ],
  [
    "<https://a.example/o/{{variables.v}}|{{variables.v}}>",
    "a>b",
    "<https://a.example/o/a%3Eb|a&gt;b>",
  ],
  ["<mailto:{{variables.v}}|mail>", "ann@a.example", "<mailto:ann@a.example|mail>"],
  ["<!subteam^{{variables.v}}>", "S0FINANCE", "<!subteam^S0FINANCE>"],
  ["<#C1> {{variables.v}} > 5", "6", "<#C1> 6 > 5"],
])("%s with %j", ([text, v, filled]) => {
  expect(fillPlace(slackPlace, text, { v })).toBe(filled);
});
