/** The roll call as the board shows it, and its words. */
import { hasKey, t } from "../i18n";
import { shortTime } from "../i18n/time";
import type { RoomState } from "../room/state";

interface Told {
  version: string;
  by: string;
  /** Unix seconds. */
  at: number;
}

export interface IdentityMark extends Told {
  method: "number_and_code" | "document_asked" | "document";
  kind?: string;
  matches?: boolean;
}

export interface RecusalAnswer extends Told {
  objection: boolean;
  reason: string;
}

export interface AuthorityMark extends Told {
  authority: string;
  for: string;
}

/** One person's line; for them and the mediator only. */
export interface RollLine {
  identity: IdentityMark | null;
  authority: AuthorityMark | null;
  company: (Told & { alone: boolean; who: string }) | null;
  recusal: RecusalAnswer | null;
}

export interface RecusalAsked extends Told {
  disclosure: string;
  text_zh: string;
  text_en: string;
}

/** What concerns everybody. */
export interface RollCommon {
  recusal_asked: RecusalAsked | null;
  discipline: Told | null;
  sham_warning: Told | null;
  /** In whose name each acts, once the mediator has said so to everybody. */
  authorities: Record<string, AuthorityMark>;
}

export function rollLineOf(state: RoomState, participantId: string = state.me): RollLine | null {
  return (state.board[`roll/${participantId}`] as RollLine | undefined) ?? null;
}

export function rollCommonOf(state: RoomState): RollCommon | null {
  return (state.board.roll as RollCommon | undefined) ?? null;
}

/** The answer to the question that was asked last; an answer to an earlier one does not count. */
export function answerTo(asked: RecusalAsked | null, line: RollLine | null): RecusalAnswer | null {
  const answer = line?.recusal ?? null;
  return asked && answer && answer.at >= asked.at ? answer : null;
}

export const timeOf = (told: Told) => shortTime(new Date(told.at * 1000));

/** Whether it says who somebody is. */
export function proves(mark: IdentityMark | null): boolean {
  return mark?.method === "number_and_code" || (mark?.method === "document" && mark.matches === true);
}

export function identityWords(mark: IdentityMark | null): string {
  if (!mark) return t("roll.notYet");
  const time = timeOf(mark);
  if (mark.method !== "document") return t(`roll.method.${mark.method}`, { time });
  const key = `roll.kind.${mark.kind}`;
  const kind = hasKey(key) ? t(key) : t("roll.kind.other");
  return t(mark.matches ? "roll.method.document" : "roll.method.mismatch", { kind, time });
}

export function authorityWords(authority: string): string {
  const key = `roll.authority.${authority}`;
  return hasKey(key) ? t(key) : authority;
}

export function companyWords(line: RollLine | null): string | null {
  if (!line?.company) return null;
  return line.company.alone ? t("roll.alone") : t("roll.with", { who: line.company.who });
}
