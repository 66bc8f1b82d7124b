/** What a party begins on the way into the room and before a text. */
import { ownerOf, type Scope, signingScope as signing } from "../ui/unsent";
import type { Me, Notice } from "./api";
import type { CompanyAnswer } from "./Company";

/** A party's tab, as soon as it is known who they are. */
export function personOf(me: Me): string {
  return ownerOf(me.session.session_id, me.participant.participant_id);
}

/** Before that: whoever came through this link. */
export function visitorOf(secret: string): string {
  return `link/${secret}`;
}

/** Answers to one notice. */
export function noticeScope<T>(me: Me, notice: Notice): Scope<T> {
  const words = `${notice.version}\n${notice.body_markdown}`;
  return { name: `notice/${notice.id}`, owner: personOf(me), words };
}

/** What was written on the way to sign one text. */
export function signingScope<T>(me: Me, text: { proposal_id: string; digest: string }): Scope<T> {
  return signing<T>(personOf(me), text);
}

/** Who is beside whoever comes through this link. */
export function companyScope(secret: string): Scope<CompanyAnswer> {
  return { name: "company", owner: visitorOf(secret), words: "" };
}
