import type { FileReader, MessageFile } from "../../slack/files.ts";
import { cut } from "../../slack/limits.ts";
import { escapeText } from "../../slack/text.ts";

/** Of all files together; a description takes 8,000 characters. */
const MAX_CHARS = 6000;

/** What the files of a message say. */
export interface AttachedText {
  /** To be added to the message; empty: no file could be read. */
  readonly text: string;
  /** Which files were not read and why, as mrkdwn; `null`: all were. */
  readonly unread: string | null;
}

/** Reads the files of a message that are text. Never rejects. */
export async function readFiles(
  files: readonly MessageFile[],
  reader: FileReader,
): Promise<AttachedText> {
  const read = await Promise.all(
    files.map(async (file) => ({ file, result: await reader.readText(file) })),
  );
  let room = MAX_CHARS;
  const texts: string[] = [];
  const problems: string[] = [];
  for (const { file, result } of read) {
    if ("problem" in result) {
      problems.push(`${nameOf(file)}: ${result.problem}`);
      continue;
    }
    if (result.text.length > room)
      problems.push(`${nameOf(file)}: it is long, so its end is left out`);
    const kept = cut(result.text, Math.max(room, 1));
    room -= kept.length;
    texts.push(`File ${file.name}:\n${kept}`);
  }
  return { text: texts.join("\n\n"), unread: problems.length === 0 ? null : describe(problems) };
}

/** The note that files were left alone: what was asked for has no use for them. */
export function describeUnused(files: readonly MessageFile[]): string {
  const names = files.map(nameOf).join(", ");
  return `:paperclip: I did not read ${names}: I read files only with the description of a workflow.`;
}

function describe(problems: readonly string[]): string {
  return [":paperclip: What I did not read:", ...problems.map((one) => `• ${one}`)].join("\n");
}

function nameOf({ name }: MessageFile): string {
  return `\`${escapeText(name.replaceAll("`", "'"))}\``;
}
