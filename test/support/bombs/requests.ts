import { gzipSync } from "node:zlib";
import type { JsonObject } from "../../../simulator/json.ts";
import {
  BODY,
  type Bomb,
  list,
  MEGABYTE,
  nested,
  times,
  transform,
  whole,
  workflow,
} from "./bomb.ts";
import type { BombSite } from "./site.ts";

const bodies: readonly (readonly [
  name: string,
  type: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers?: Record<string, string>,
])[] = [
  ["JSON of 500,000 levels", "application/json", nested("[", "", "]", 500_000)],
  ["an array of a megabyte", "application/json", `{"a": [${times("1,", BODY)}1]}`],
  [
    "an object of 90,000 keys",
    "application/json",
    JSON.stringify(Object.fromEntries(list(90_000, (n) => [`k${n}`, 1]))),
  ],
  [
    "an object of 80,000 keys in one value",
    "application/json",
    JSON.stringify({ a: Object.fromEntries(list(80_000, (n) => [`k${n}`, 1])) }),
  ],
  [
    "numbers with many digits",
    "application/json",
    `{"a": [${times("12345678901234567890,", BODY).replace(/,[^,]*$/, "")}]}`,
  ],
  ["escapes", "application/json", `{"a": "${whole("\\u202e", BODY)}"}`],
  ["a broken text of a megabyte", "application/json", `{"a": "${times("a", BODY)}`],
  ["a form of 260,000 fields", "application/x-www-form-urlencoded", times("a=1&", BODY)],
  [
    "a form of as many fields as are taken",
    "application/x-www-form-urlencoded",
    list(10_000, (n) => `a=${n}${whole("%C3%A4", 90)}`).join("&"),
  ],
  [
    "a form of one key that is repeated",
    "application/x-www-form-urlencoded",
    times("a[]=1&", BODY),
  ],
  [
    "a form of percent signs",
    "application/x-www-form-urlencoded",
    `a=${whole("%F0%9F%98%80", BODY)}`,
  ],
  [
    "parts without end",
    "multipart/form-data; boundary=b",
    `${times('--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n', BODY)}--b--`,
  ],
  [
    "a part of a megabyte of boundaries",
    "multipart/form-data; boundary=b",
    `--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n${times("\r\n--", BODY)}`,
  ],
  ["XML in XML", "application/xml", nested("<a>", "", "</a>", 140_000)],
  [
    "entities",
    "application/xml",
    `<!DOCTYPE l [<!ENTITY a "${times("&b;", 100_000)}">]><l>${times("&a;", 900_000)}</l>`,
  ],
  ["lines of commas", "text/csv", times('"a""",,\n', BODY)],
  ["base64", "application/json", JSON.stringify({ file: times("QUFB", BODY - 100) })],
  ["marks over letters", "text/plain; charset=utf-8", times("e\u0301\u0302\u0303", 200_000)],
  ["halves of characters", "application/json", `{"a": "${whole("\\ud800", BODY)}"}`],
  [
    "300 MB in 300 kB",
    "application/json",
    new Uint8Array(gzipSync(Buffer.alloc(300 * MEGABYTE, "["))),
    { "content-encoding": "gzip" },
  ],
];

const hook = (id: string): JsonObject =>
  workflow(id, [transform("variables.size()")], {
    trigger: { type: "webhook", path: `/webhooks/${id}`, public: true },
  });

export const REQUEST_BOMBS: readonly Bomb[] = bodies.flatMap(([name, type, body, headers]) => [
  {
    name: `a webhook's body: ${name}`,
    drop: async (site: BombSite, id: string) => {
      await site.deploy(hook(id));
      await site.ask("POST", `/webhooks/${id}`, body, { "content-type": type, ...headers });
    },
  },
  ...(type === "application/json"
    ? [
        {
          name: `a definition: ${name}`,
          drop: (site: BombSite) =>
            site.ask("POST", "/api/workflows", body, { "content-type": type, ...headers }),
        },
      ]
    : []),
]);
