/** `$NAME`, `${NAME}`, `${NAME:-else}`, `${NAME:+instead}`; a backslash takes the meaning from the next character. */
const reference = /\\(.)|\$(?:(\w+)|\{(\w+)(?::?([-+])([^{}]*))?\})/g;

/** Puts values in the place of a Dockerfile's variables; `unknown` is the first one that has none. */
export function expand(
  text: string,
  variables: ReadonlyMap<string, string>,
): { readonly text: string; readonly unknown?: string } {
  let unknown: string | undefined;
  const expanded = text.replaceAll(
    reference,
    (whole, escaped?: string, bare?: string, braced?: string, how?: string, other = '') => {
      if (escaped !== undefined) return escaped;
      const value = variables.get(bare ?? braced ?? '');
      if (how === '+') return value ? other : '';
      if (value) return value;
      if (how === '-') return other;
      unknown ??= whole;
      return '';
    },
  );
  return { text: expanded, ...(unknown !== undefined ? { unknown } : {}) };
}
