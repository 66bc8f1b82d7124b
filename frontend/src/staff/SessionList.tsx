import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { instant } from "../court/types";
import { hasKey, t } from "../i18n";
import { dateWords, dayWords, shortTime } from "../i18n/time";
import { navigate } from "../navigation";
import { Empty } from "../ui/Empty";
import { useNow } from "../ui/hooks";
import { Note } from "../ui/Note";
import { Seal } from "../ui/Seal";
import { type ListedParty, type ListedSession, listSessions, type StaffAccount, sentenceOf } from "./api";
import { DAYS, type Day, dayOf, isOver, until } from "./days";
import { OfficeBar } from "./OfficeBar";

const REFRESH_MS = 5000;
const MINUTE_MS = 60_000;

/** The mediator's sessions: when, whose, in what state, and who is waiting. */
export function SessionList({ account }: { account: StaffAccount }) {
  const sessions = useSignal<ListedSession[] | null>(null);
  const refusal = useSignal<unknown>(null);
  const now = useNow(MINUTE_MS);

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
        <h1 class="h1 sessions__title">
          {t("staff.sessions")} <span class="lead">{dayWords(now * 1000)}</span>
        </h1>
        {refusal.value !== null && (
          <Note tone="warn" alert>
            {sentenceOf(refusal.value)}
          </Note>
        )}
        {sessions.value === null && refusal.value === null && (
          <p class="meta" role="status">
            {t("staff.sessionsLoading")}
          </p>
        )}
        {sessions.value?.length === 0 && (
          <div class="card">
            <Empty icon="cal" words={t("staff.noSessions")} hint={t("staff.noSessionsHint")} />
          </div>
        )}
        {DAYS.map((day) => (
          <Group
            key={day}
            day={day}
            now={now * 1000}
            sessions={sessions.value?.filter((one) => dayOf(one, now * 1000) === day) ?? []}
          />
        ))}
      </main>
    </div>
  );
}

function Group({ day, now, sessions }: { day: Day; now: number; sessions: ListedSession[] }) {
  if (sessions.length === 0) return null;
  return (
    <section class="stack stack--2" data-day={day}>
      <h2 class="section-title sessions__day">
        {t(`staff.day.${day}`)} <span class="tiny">{t("staff.day.count", { count: sessions.length })}</span>
      </h2>
      <ul class="card card--flush sessions">
        {sessions.map((session) => (
          <SessionRow key={session.session_id} session={session} now={now} next={day === "today"} />
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  session: ListedSession;
  now: number;
  /** Whether it is for today: how soon counts, the date does not. */
  next: boolean;
}

function SessionRow({ session, now, next }: RowProps) {
  const scheduled = instant(session.scheduled_at);
  const over = isOver(session.state);
  const address = `/staff/sessions/${session.session_id}`;
  return (
    <li class="sessions__row" data-next={next && !over ? "" : undefined}>
      <div class="sessions__when">
        {scheduled !== null && (
          <>
            <b>{shortTime(scheduled)}</b>
            <span class="tiny">{next && !over ? until(scheduled, now) : dateWords(scheduled)}</span>
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

export function stateWords(state: string): string {
  const key = `staff.state.${state}`;
  return hasKey(key) ? t(key) : state;
}
