/** A silent call for help: only the mediator learns of it, and this screen says no more than that it was noted. */
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { askFor, call } from "../talk/api";
import { LinkButton } from "../ui/Button";
import { callFromLink, type Me } from "./api";
import { type Visit, withToken } from "./visit";

export interface QuietCall {
  words: string;
  press: () => void;
  forget: () => void;
}

/** @param send asks the server; whatever it refuses, it has to be pressed again. */
function useQuiet(send: () => Promise<unknown>): QuietCall {
  const [key, setKey] = useState<"call.noted" | "call.notSent" | null>(null);
  const press = () => {
    setKey(null);
    send().then(
      () => setKey("call.noted"),
      () => setKey("call.notSent"),
    );
  };
  return { words: key ? t(key) : "", press, forget: () => setKey(null) };
}

export function useQuietCall(visit: Visit, me: Me): QuietCall {
  return useQuiet(() => withToken(visit, (token) => call(askFor(me.session.session_id, token), "alarm")));
}

/** The same as a line of a page, for the way in and the waiting room. */
export function QuietHelp({ visit, me }: { visit: Visit; me: Me }) {
  return <QuietLine quiet={useQuietCall(visit, me)} />;
}

/** The same by whoever holds the link, before it is known who that is. */
export function QuietHelpAtDoor({ secret }: { secret: string }) {
  return <QuietLine quiet={useQuiet(() => callFromLink(secret))} />;
}

function QuietLine({ quiet }: { quiet: QuietCall }) {
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
