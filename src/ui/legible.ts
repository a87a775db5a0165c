/** A name for the middle of a sentence: without the characters that would turn what follows around. */
export function legible(name: string): string {
  return name.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
