import type { ConfigProblem } from "../../definition/step-type.ts";

/** A part of a webhook's path that stands for any text: `:store`. */
const PARAMETER = /^:[A-Za-z_]\w{0,63}$/;
const LITERAL = /^[A-Za-z0-9_~.-]+$/;

/** What is wrong with the path of a webhook. */
export function pathProblem(path: string): readonly ConfigProblem[] {
  const [start, root, ...parts] = path.split("/");
  const isPath =
    start === "" &&
    root === "webhooks" &&
    parts.length > 0 &&
    parts.every((part) => PARAMETER.test(part) || (LITERAL.test(part) && !/^\.{1,2}$/.test(part)));
  if (!isPath)
    return [
      {
        path: ["path"],
        message: `${JSON.stringify(path)} is not a path of a webhook`,
        fix: "Begin with /webhooks/ and use letters, digits, -, _, . and ~, such as /webhooks/support-ticket; a part may be a name behind a colon, such as /webhooks/shop/:store.",
      },
    ];
  const names = parts.filter((part) => part.startsWith(":"));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return [];
  return [
    {
      path: ["path"],
      message: `${twice} stands in the path twice`,
      fix: "Give each part a name of its own.",
    },
  ];
}
