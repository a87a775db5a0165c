/** Names of buckets and folders in other languages. A folder may be called anything: it is data, never code. */

/**
 * A word for bash and zsh. Control characters are escaped: pasted as they are, a terminal would take
 * them for keys.
 */
export function shellWord(value: string): string {
  if (!/\p{Cc}/u.test(value)) {
    return `'${value.replace(/'/g, `'\\''`)}'`;
  }
  const escaped = value.replace(/[\\']/g, '\\$&').replace(/\p{Cc}/gu, char =>
    // By bytes of UTF-8, in three octal digits: what follows cannot become part of the number.
    [...new TextEncoder().encode(char)]
      .map(byte => `\\${byte.toString(8).padStart(3, '0')}`)
      .join('')
  );
  return `$'${escaped}'`;
}

/** A part of a URL, in which only letters, digits and `-._~` stand for themselves. */
export function percentEncoded(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`
  );
}
