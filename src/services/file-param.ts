import { z } from "zod";
import { type FileValue, isFileValue } from "../shared/file-value.ts";

/** A file of the run, as a template gives one. */
export const FileParam = z.custom<FileValue>(
  isFileValue,
  "a file of the run, such as {{variables.file}}",
);
