/** What is said, written for the people of one's place, as the room's board has it. Pure. */

import type { ParticipantView } from "../generated/messages";
import { apart } from "./caucus";
import type { RoomState } from "./state";

export interface Caption {
  participant_id: string;
  name: string;
  side: string;
  /** Who wrote it for the speaker; empty: the speaker. */
  writer: string;
  text: string;
  /** Unix seconds. */
  at: number;
}

/** Characters (signaling/captions.py). */
export const LONGEST_CAPTION = 120;
/** Seconds after which a line says nothing about what is being said now. */
const LASTS = 180;

export function captionsOf(state: RoomState): readonly Caption[] {
  return (state.board.captions as Caption[] | undefined) ?? [];
}

/** The last lines that are about now; `now` is the server's Unix time. */
export function current(state: RoomState, now: number, most: number): Caption[] {
  return captionsOf(state)
    .filter((line) => line.at > now - LASTS)
    .slice(-most);
}

/** For whom a host may write: everybody in the same place, oneself first. */
export function speakersHere(state: RoomState): ParticipantView[] {
  const here = [...state.participants.values()].filter(
    (one) => one.presence !== "waiting" && apart(state, one) === null,
  );
  return [
    ...here.filter((one) => one.participant_id === state.me),
    ...here.filter((one) => one.participant_id !== state.me),
  ];
}
