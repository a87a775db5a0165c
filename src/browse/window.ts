/** Which rows of a long list are drawn, and where: all rows are equally high. */

/** Pixels; as JupyterLab's file browser has them. */
export const ROW_HEIGHT = 24;

/** Pixels at the top of the list that the heads of the columns cover, borders included. */
export const HEADER_HEIGHT = 26;

/**
 * Pixels. Firefox draws no element higher than 17.9 million (745,000 rows); a longer list scrolls
 * in proportion instead.
 */
export const MAX_HEIGHT = 17_000_000;

/** Rows drawn beyond each edge, so that a quick scroll shows no gap. */
const OVERSCAN = 6;

/** What part of a list its scrolled element shows; pixels. */
export interface IViewport {
  readonly scrollTop: number;
  readonly height: number;
}

export interface IVisibleRange {
  /** The first row to draw. */
  readonly first: number;
  /** One past the last row to draw. */
  readonly end: number;
  /** Where row 0 would begin in the scrolled element: row i begins `i * ROW_HEIGHT` below. */
  readonly origin: number;
  /** The height of the scrolled element. */
  readonly height: number;
}

/** The rows to draw of `count`. */
export function visibleRange(count: number, { scrollTop, height }: IViewport): IVisibleRange {
  const full = count * ROW_HEIGHT;
  const scaled = Math.min(full, MAX_HEIGHT);
  const top = unscale(scrollTop, full, height);
  return {
    first: Math.min(count, Math.max(0, Math.floor(top / ROW_HEIGHT) - OVERSCAN)),
    end: Math.min(count, Math.ceil((top + height) / ROW_HEIGHT) + OVERSCAN),
    origin: clamp(scrollTop, scaled - height) - top,
    height: scaled
  };
}

/** Whether the same of `count` rows are drawn, at the same places. */
export function drawsSame(count: number, before: IViewport, after: IViewport): boolean {
  const [one, other] = [visibleRange(count, before), visibleRange(count, after)];
  return (
    before.height === after.height &&
    one.first === other.first &&
    one.end === other.end &&
    one.origin === other.origin
  );
}

/** The scroll position that shows a row whole, as near as possible to the present one. */
export function reveal(row: number, count: number, { scrollTop, height }: IViewport): number {
  const full = count * ROW_HEIGHT;
  const top = unscale(scrollTop, full, height);
  const wanted = Math.min(row * ROW_HEIGHT, Math.max(top, (row + 1) * ROW_HEIGHT - height));
  if (wanted === top) {
    return clamp(scrollTop, Math.min(full, MAX_HEIGHT) - height);
  }
  return full <= MAX_HEIGHT ? wanted : (wanted * (MAX_HEIGHT - height)) / (full - height);
}

/** The position in a list of `full` pixels that is shown at `scrollTop`. */
function unscale(scrollTop: number, full: number, height: number): number {
  if (full <= MAX_HEIGHT) {
    return clamp(scrollTop, full - height);
  }
  return (clamp(scrollTop, MAX_HEIGHT - height) / (MAX_HEIGHT - height)) * (full - height);
}

/**
 * A position within the element: a browser that bounces at the ends reports others, and so does a
 * list that has just become shorter.
 */
function clamp(scrollTop: number, most: number): number {
  return Math.max(0, Math.min(scrollTop, most));
}
