/** The part of the package's interface that is used here: it brings no types of its own. */
declare module "html-to-text" {
  export function convert(
    html: string,
    options: {
      readonly wordwrap: number;
      readonly limits: { readonly maxDepth: number; readonly ellipsis: string };
      readonly selectors: readonly {
        readonly selector: string;
        readonly format?: string;
        readonly options?: Readonly<Record<string, string | number | boolean>>;
      }[];
    },
  ): string;
}
