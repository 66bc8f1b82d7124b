/** A party's requests about the talk of their session, and what is said when one fails. */
import { ApiError } from "../../api";
import { t } from "../../i18n";
import { type Ask, askFor } from "../../talk/api";
import { talkSentence } from "../../talk/sentence";
import type { Me } from "../api";
import { type Visit, withToken } from "../visit";

export function partyAsk(visit: Visit, me: Me): Ask {
  return (path, body) => withToken(visit, (token) => askFor(me.session.session_id, token)(path, body));
}

export function partySentence(error: unknown): string {
  return talkSentence(error, (other) => (other instanceof ApiError ? other.sentence : t("error.unknown")));
}
