import { useEffect, useRef } from "preact/hooks";
import Pad, { type PointGroup } from "signature_pad";
import { t } from "../i18n";
import { LinkButton } from "./Button";
import { shrunkToFit } from "./ink";

export interface Handwriting {
  isEmpty(): boolean;
  /** A PNG, base64 without the data URL's head. */
  png(): string;
}

/** What was written, as the pad knows it. */
export type Strokes = PointGroup[];

interface Props {
  /** What was written before. */
  before?: Strokes;
  /** Filled in when the pad is ready. What was written stays as long as the pad is shown. */
  handle: { current: Handwriting | null };
  onChange: (strokes: Strokes) => void;
  /** A stroke begins. */
  onStroke?: () => void;
}

/** Ink keeps its place when the phone is turned; a pad that became too small for it shrinks it rather than cut it. */
function scale(canvas: HTMLCanvasElement, pad: Pad): void {
  const ratio = Math.max(window.devicePixelRatio || 1, 1);
  const { width, height } = canvas.getBoundingClientRect();
  if (width === 0 || canvas.width === Math.round(width * ratio)) return;
  const strokes = shrunkToFit(pad.toData(), width, height);
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.getContext("2d")?.scale(ratio, ratio);
  pad.clear();
  pad.fromData(strokes);
}

export function SignaturePad({ before = [], handle, onChange, onStroke }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pad = useRef<Pad | null>(null);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const drawing = new Pad(element, { penColor: "#14171c", minWidth: 1.4, maxWidth: 3.6 });
    pad.current = drawing;
    scale(element, drawing);
    const { width, height } = element.getBoundingClientRect();
    if (before.length > 0) drawing.fromData(shrunkToFit(before, width, height));
    const rescale = () => scale(element, drawing);
    const written = () => onChange([...drawing.toData()]);
    window.addEventListener("resize", rescale);
    drawing.addEventListener("endStroke", written);
    if (onStroke) drawing.addEventListener("beginStroke", onStroke);
    handle.current = {
      isEmpty: () => drawing.isEmpty(),
      png: () => drawing.toDataURL("image/png").replace(/^data:image\/png;base64,/, ""),
    };
    return () => {
      window.removeEventListener("resize", rescale);
      drawing.off();
      handle.current = null;
    };
  }, []);

  const clear = () => {
    pad.current?.clear();
    onChange([]);
  };

  return (
    <div class="field field--tight">
      <div class="row between row--wrap">
        <p class="label" id="pad-label">
          {t("pad.label")}
        </p>
        <LinkButton icon="replay" onClick={clear}>
          {t("pad.clear")}
        </LinkButton>
      </div>
      <div class="pad">
        <canvas ref={canvas} class="pad__canvas" data-testid="sign-pad" role="img" aria-labelledby="pad-label" />
      </div>
    </div>
  );
}
