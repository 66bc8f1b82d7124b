/** A silent call for help: only the mediator learns of it, and this screen says no more than that it was noted. */
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { askFor, call } from "../talk/api";
import { LinkButton } from "../ui/Button";
import type { Me } from "./api";
import { type Visit, withToken } from "./visit";

export interface QuietCall {
  words: string;
  press: () => void;
  forget: () => void;
}

export function useQuietCall(visit: Visit, me: Me): QuietCall {
  const [words, setWords] = useState("");
  const press = () => {
    setWords("");
    withToken(visit, (token) => call(askFor(me.session.session_id, token), "alarm")).then(
      () => setWords(t("call.noted")),
      () => setWords(t("call.notSent")), // Whatever the reason: it has to be pressed again.
    );
  };
  return { words, press, forget: () => setWords("") };
}

/** The same as a line of a page, for the way in and the waiting room. */
export function QuietHelp({ visit, me }: { visit: Visit; me: Me }) {
  const quiet = useQuietCall(visit, me);
  return (
    <div class="quiet">
      <LinkButton icon="heart" testId="quiet-help" onClick={quiet.press}>
        {t("call.quiet")}
      </LinkButton>
      <p class="meta" role="status" data-testid="quiet-help-note">
        {quiet.words}
      </p>
    </div>
  );
}
