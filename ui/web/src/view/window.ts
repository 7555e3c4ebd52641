// Which rows of a long list need to exist. Rows have one height, except the one that is open.

export interface ListShape {
  readonly count: number;
  readonly rowHeight: number;
  /** The open row and the height of what it shows below itself. */
  readonly open?: { readonly index: number; readonly height: number };
}

export interface Window {
  readonly start: number;
  readonly end: number;
  readonly before: number;
  readonly after: number;
}

const OVERSCAN_ROWS = 12;

export function topOf(shape: ListShape, index: number): number {
  const extra = shape.open !== undefined && index > shape.open.index ? shape.open.height : 0;
  return index * shape.rowHeight + extra;
}

function indexAt(shape: ListShape, y: number): number {
  const plain = Math.floor(y / shape.rowHeight);
  if (shape.open === undefined || plain <= shape.open.index) return plain;
  return Math.max(shape.open.index, Math.floor((y - shape.open.height) / shape.rowHeight));
}

export function windowOf(shape: ListShape, scrollTop: number, viewport: number): Window {
  const clamp = (index: number): number => Math.min(shape.count, Math.max(0, index));
  const start = clamp(indexAt(shape, scrollTop) - OVERSCAN_ROWS);
  const end = clamp(indexAt(shape, scrollTop + viewport) + 1 + OVERSCAN_ROWS);
  return { start, end, before: topOf(shape, start), after: topOf(shape, shape.count) - topOf(shape, end) };
}
