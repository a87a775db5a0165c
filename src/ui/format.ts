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
