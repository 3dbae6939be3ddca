/** What to add to the environment of a bot whose machine's clock is ahead. */
export function clockAhead(ms: number): NodeJS.ProcessEnv {
  const code = `const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...parts) {
        if (parts.length === 0) super(Real.now() + ${ms});
        else super(...parts);
      }
      static now() {
        return Real.now() + ${ms};
      }
    };`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}
