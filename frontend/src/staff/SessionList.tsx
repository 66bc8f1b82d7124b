import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { pick, t } from "../i18n";
import { dayWords } from "../i18n/time";
import { Empty } from "../ui/Empty";
import { useNow } from "../ui/hooks";
import { Note } from "../ui/Note";
import { type ListedSession, listSessions, type StaffAccount, sentenceOf } from "./api";
import { todosOf } from "./day";
import { DAYS, type Day, dayOf } from "./days";
import { Lacking } from "./Lacking";
import { OfficeBar } from "./OfficeBar";
import { SessionRow } from "./SessionRow";
import { Todos } from "./Todos";

const REFRESH_MS = 5000;
const MINUTE_MS = 60_000;

/** The mediator's sessions: when, whose, how far, who has come, and what is due. */
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

  const todos = todosOf(sessions.value ?? [], now * 1000);
  const limited = sessions.value?.find((one) => one.limit !== null)?.limit;
  return (
    <div class="office">
      <OfficeBar title={t("staff.title")} account={account} />
      <main class="office__main office__main--day">
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
        <div class="day" data-todos={todos.length > 0 ? "" : undefined}>
          <Todos todos={todos} />
          <div class="day__list">
            {DAYS.map((day) => (
              <Group
                key={day}
                day={day}
                now={now * 1000}
                sessions={sessions.value?.filter((one) => dayOf(one, now * 1000) === day) ?? []}
              />
            ))}
            {limited && (
              <p class="tiny" data-testid="limit-law">
                {t("day.limitLaw", {
                  consequence: pick(limited.consequence_zh, limited.consequence_en),
                  source: pick(limited.source_zh, limited.source_en),
                })}
              </p>
            )}
            <Lacking sessions={sessions.value ?? []} />
          </div>
        </div>
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
