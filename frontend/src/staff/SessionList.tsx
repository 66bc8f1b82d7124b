import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { instant } from "../court/types";
import { hasKey, t } from "../i18n";
import { clockTime, dateWords } from "../i18n/time";
import { navigate } from "../navigation";
import { Note } from "../ui/Note";
import { Seal } from "../ui/Seal";
import { type ListedParty, type ListedSession, listSessions, type StaffAccount, sentenceOf } from "./api";
import { OfficeBar } from "./OfficeBar";

const REFRESH_MS = 5000;

/** The mediator's sessions: when, whose, in what state, and who is waiting. */
export function SessionList({ account }: { account: StaffAccount }) {
  const sessions = useSignal<ListedSession[] | null>(null);
  const refusal = useSignal<unknown>(null);

  useEffect(() => {
    const stop = new AbortController();
    let timer: number | undefined;
    const load = async () => {
      try {
        sessions.value = await listSessions(stop.signal);
        refusal.value = null;
      } catch (error) {
        if (!stop.signal.aborted) refusal.value = error;
      }
      if (!stop.signal.aborted) timer = window.setTimeout(load, REFRESH_MS);
    };
    void load();
    return () => {
      stop.abort();
      window.clearTimeout(timer);
    };
  }, []);

  return (
    <div class="office">
      <OfficeBar title={t("staff.title")} account={account} />
      <main class="office__main">
        <h1 class="h1">{t("staff.sessions")}</h1>
        {refusal.value !== null && (
          <Note tone="warn" alert>
            {sentenceOf(refusal.value)}
          </Note>
        )}
        {sessions.value?.length === 0 && <Note tone="plain">{t("staff.noSessions")}</Note>}
        {sessions.value && sessions.value.length > 0 && (
          <ul class="card card--flush sessions">
            {sessions.value.map((session) => (
              <SessionRow key={session.session_id} session={session} />
            ))}
          </ul>
        )}
      </main>
    </div>
  );
}

function SessionRow({ session }: { session: ListedSession }) {
  const scheduled = instant(session.scheduled_at);
  const over = isOver(session.state);
  const address = `/staff/sessions/${session.session_id}`;
  return (
    <li class="sessions__row">
      <div class="sessions__when">
        {scheduled !== null && (
          <>
            <b>{clockTime(scheduled).slice(0, 5)}</b>
            <span class="tiny">{dateWords(scheduled)}</span>
          </>
        )}
      </div>
      <div class="sessions__case">
        {session.parties.map((party) => (
          <PartyLine key={party.side + party.name} party={party} />
        ))}
        <p class="tiny">
          {session.case_no}
          <i class="dot" />
          {session.title}
        </p>
      </div>
      <div class="sessions__state">
        <span class={over ? "badge" : "badge badge--accent"}>{stateWords(session.state)}</span>
      </div>
      <a
        class={over ? "btn btn--dense" : "btn btn--dense btn--primary"}
        href={address}
        data-testid="session-open"
        data-session={session.session_id}
        onClick={(event) => {
          event.preventDefault();
          navigate(address);
        }}
      >
        {over ? t("staff.look") : t("staff.open")}
      </a>
    </li>
  );
}

function PartyLine({ party }: { party: ListedParty }) {
  return (
    <p class="row sessions__party">
      <Seal side={party.side} />
      <b>{party.name}</b>
    </p>
  );
}

/** Nobody can enter the room any more. */
export function isOver(state: string): boolean {
  return state === "ended" || state === "filed";
}

export function stateWords(state: string): string {
  const key = `staff.state.${state}`;
  return hasKey(key) ? t(key) : state;
}
