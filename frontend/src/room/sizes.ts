/** How large each received picture is shown, told to the server without a message for every pixel. */
import type { PublicationId } from "../generated/messages";

/** Device pixels; 0×0: nobody looks. */
export interface TileSize {
  width: number;
  height: number;
}

export const HIDDEN: TileSize = { width: 0, height: 0 };

/** A picture that grows is wanted sharp at once; one that shrinks or hides may come back (another tab, a turn). */
const GROWING_MS = 100;
const SHRINKING_MS = 1500;
/** Sizes are told in steps of so many pixels, so that a window that is being dragged stays quiet. */
const STEP = 16;

const round = (pixels: number) => Math.ceil(Math.max(0, pixels) / STEP) * STEP;
const area = ({ width, height }: TileSize) => width * height;

interface Known {
  now: TileSize;
  told: TileSize | null;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class TileSizes {
  private readonly known = new Map<PublicationId, Known>();

  /** @param tell rejects when it could not be told now */
  constructor(private readonly tell: (publication: PublicationId, size: TileSize) => Promise<void>) {}

  /** The tile of this picture has this size from now on. */
  show(publication: PublicationId, size: TileSize): void {
    const rounded = { width: round(size.width), height: round(size.height) };
    const now = area(rounded) === 0 ? HIDDEN : rounded;
    const known = this.known.get(publication) ?? { now, told: null, timer: undefined };
    known.now = now;
    this.known.set(publication, known);
    clearTimeout(known.timer);
    known.timer = undefined;
    if (known.told && known.told.width === now.width && known.told.height === now.height) return;
    const wait = known.told === null || area(now) > area(known.told) ? GROWING_MS : SHRINKING_MS;
    known.timer = setTimeout(() => this.flush(publication, known), wait);
  }

  /** What a new subscription begins with; undefined: no tile has said anything yet. */
  begin(publication: PublicationId): TileSize | undefined {
    const known = this.known.get(publication);
    if (!known) return undefined;
    clearTimeout(known.timer);
    known.timer = undefined;
    known.told = known.now;
    return known.now;
  }

  /** Tell once more what could not be told. */
  again(): void {
    for (const [publication, known] of this.known) if (known.told === null) this.show(publication, known.now);
  }

  forget(publication: PublicationId): void {
    clearTimeout(this.known.get(publication)?.timer);
    this.known.delete(publication);
  }

  close(): void {
    for (const publication of [...this.known.keys()]) this.forget(publication);
  }

  private flush(publication: PublicationId, known: Known): void {
    known.timer = undefined;
    known.told = known.now;
    this.tell(publication, known.now).catch(() => {
      known.told = null;
    });
  }
}
