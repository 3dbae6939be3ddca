import { AppError } from "../../../shared/errors.ts";

/** Characters of a text, elements of a list, or nodes of a result that an expression may make. */
const MAX_SIZE = 1_000_000;
/** Characters of all texts of a result: the same text may be there many times. */
const MAX_RESULT = 4_000_000;
/** Units of work of one evaluation: an operation is one, scanning text costs by its length. About 0.1 s. */
const MAX_WORK = 1_000_000;

/** Counts the work of one evaluation, so that no expression can block the process. */
export class Meter {
  #left = MAX_WORK;
  #given = 0;

  /** @throws {AppError} `limit_exceeded` when the work is used up. */
  spend(units: number): void {
    this.#left -= units;
    if (this.#left < 0) {
      throw new AppError({
        code: "limit_exceeded",
        message:
          "The expression does too much work. Use fewer nested loops, or shorter lists and texts.",
      });
    }
  }

  /** For reading through a text once. */
  scan(text: string): void {
    this.spend(1 + Math.floor(text.length / 100));
  }

  /** For making something this long. @throws {AppError} `limit_exceeded` when it is too long. */
  make(length: number): void {
    this.spend(1 + Math.floor(length / 100));
    this.fit(length);
  }

  /** For a text within the result. @throws {AppError} `limit_exceeded` when all of them are too long. */
  give(length: number): void {
    this.make(length);
    this.#given += length;
    if (this.#given <= MAX_RESULT) return;
    throw new AppError({
      code: "limit_exceeded",
      message: `The texts of the result have more than ${MAX_RESULT} characters in all. Use a part of the data.`,
    });
  }

  /** For a part of something that is this long by now. @throws {AppError} `limit_exceeded` when it is too long. */
  fit(length: number): void {
    if (length > MAX_SIZE) {
      throw new AppError({
        code: "limit_exceeded",
        message: `The expression makes a value of more than ${MAX_SIZE} characters or elements. Use a part of the data.`,
      });
    }
  }
}
