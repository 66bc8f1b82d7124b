/** Geometry of the timeline: moments to percentages of its width. */
import type { CourtRecord } from "./types";
import { instant } from "./types";

export interface Span {
  /** Milliseconds since the epoch. */
  from: number;
  to: number;
}

const SECOND = 1000;
const STEPS = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200].map((seconds) => seconds * SECOND);

/** The part of the session that was recorded, or null when nothing was. */
export function recordedSpan(record: CourtRecord): Span | null {
  const from: number[] = [];
  const to: number[] = [];
  for (const view of record.views) {
    const begins = instant(view.started_at);
    if (begins === null) continue;
    from.push(begins);
    to.push(begins + view.duration * SECOND);
  }
  if (from.length === 0) return null;
  return { from: Math.min(...from), to: Math.max(...to) };
}

/** From the first to the last thing that is known of the session. */
export function wholeSpan(record: CourtRecord): Span {
  const recorded = recordedSpan(record);
  const moments = [
    instant(record.started_at),
    instant(record.ended_at),
    instant(record.recording?.started_at),
    instant(record.recording?.ended_at),
    recorded?.from ?? null,
    recorded?.to ?? null,
  ].filter((moment): moment is number => moment !== null);
  if (moments.length === 0) return { from: 0, to: 1 };
  const from = Math.min(...moments);
  return { from, to: Math.max(...moments, from + SECOND) };
}

/** Position of a moment in per cent of the span, kept inside it. */
export function percent(span: Span, moment: number): number {
  const share = (moment - span.from) / (span.to - span.from);
  return Math.round(Math.min(Math.max(share, 0), 1) * 10000) / 100;
}

/** Round moments of the wall clock, at most `most` of them. */
export function ticks(span: Span, most: number): number[] {
  const step =
    STEPS.find((candidate) => (span.to - span.from) / candidate <= most) ?? STEPS[STEPS.length - 1] ?? SECOND;
  const first = Math.ceil(span.from / step) * step;
  const found: number[] = [];
  for (let moment = first; moment <= span.to && found.length < 100; moment += step) found.push(moment);
  return found;
}

export interface GapSpan extends Span {
  reason: string;
  open: boolean;
}

export function gapSpans(record: CourtRecord, end: number): GapSpan[] {
  const spans: GapSpan[] = [];
  for (const gap of record.recording?.gaps ?? []) {
    const from = instant(gap.started_at);
    if (from === null) continue;
    const to = instant(gap.ended_at);
    spans.push({ from, to: to ?? end, reason: gap.reason, open: to === null });
  }
  return spans;
}
