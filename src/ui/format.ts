/** Bytes in the units of a person: `0 B`, `1.5 KB`, `12 MB` (powers of 1,024, as JupyterLab does). */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : Number(value.toPrecision(3))} ${units[power]}`;
}

/** A span of time as a clock shows it: `4:05`, `1:02:03`. Never negative. */
export function formatClock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  const hours = Math.floor(seconds / 3600);
  const lead = hours > 0 ? `${hours}:` : '';
  const [minutes, rest] = parts.map(part => String(part).padStart(2, '0'));
  return `${lead}${lead ? minutes : Number(minutes)}:${rest}`;
}

const SPANS: readonly [unit: string, milliseconds: number][] = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000]
];

const spanFormats = new Map<string, Intl.NumberFormat>();

/** A span of time in its largest unit, rounded down: `3 min`, `2 days`; null below one minute. */
export function formatSpan(milliseconds: number, language: string = 'en'): string | null {
  const span = SPANS.find(([, length]) => milliseconds >= length);
  if (!span) {
    return null;
  }
  const [unit, length] = span;
  const name = `${language} ${unit}`;
  let format = spanFormats.get(name);
  if (!format) {
    format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' });
    spanFormats.set(name, format);
  }
  return format.format(Math.floor(milliseconds / length));
}
