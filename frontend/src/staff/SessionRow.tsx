/** One session in the mediator's list: when, whose, how far, who has come, until when, and the one thing to do. */
import { instant } from "../court/types";
import { hasKey, t } from "../i18n";
import { civilDate, dateWords, shortTime } from "../i18n/time";
import { navigate } from "../navigation";
import { Icon, type IconName } from "../ui/Icon";
import { Seal } from "../ui/Seal";
import type { LegalLimit, ListedParty, ListedSession } from "./api";
import { type Arrival, arrivedOf, endOf, lacks, unsigned, urgency } from "./day";
import { isOver, until } from "./days";

interface Props {
  session: ListedSession;
  now: number;
  /** Whether it is for today: how soon counts, the date does not. */
  next: boolean;
}

export function SessionRow({ session, now, next }: Props) {
  const scheduled = instant(session.scheduled_at);
  const ended = endOf(session);
  const over = isOver(session.state);
  const toSeal = lacks(session) && unsigned(session).length === 0;
  return (
    <li class="sessions__row" data-next={next && !over ? "" : undefined}>
      <div class="sessions__when">
        {scheduled !== null && (
          <>
            <b>{shortTime(scheduled)}</b>
            <span class="tiny">{next && !over ? until(scheduled, now) : dateWords(scheduled)}</span>
            {over && ended !== null && <span class="tiny">{t("day.endedAt", { time: shortTime(ended) })}</span>}
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
        <span class={over ? "badge" : "badge badge--accent"}>{stageWords(session)}</span>
      </div>
      <Arrivals session={session} />
      <div class="sessions__limit">{session.limit && <Limit limit={session.limit} />}</div>
      <a
        class={over ? "btn btn--dense" : "btn btn--dense btn--primary"}
        href={addressOf(session)}
        data-testid="session-open"
        data-session={session.session_id}
        onClick={(event) => goTo(event, session)}
      >
        {toSeal && <Icon name="stamp" />}
        {over ? t("staff.look") : toSeal ? t("day.seal") : t("staff.open")}
      </a>
    </li>
  );
}

export function addressOf(session: ListedSession): string {
  return `/staff/sessions/${session.session_id}`;
}

export function goTo(event: Event, session: ListedSession): void {
  event.preventDefault();
  navigate(addressOf(session));
}

function PartyLine({ party }: { party: ListedParty }) {
  return (
    <p class="row sessions__party">
      <Seal side={party.side} />
      <b>{party.name}</b>
    </p>
  );
}

const LOOKS: Record<Arrival, [string, IconName]> = {
  inside: ["badge--ok", "check"],
  waiting: ["badge--ok", "check"],
  identified: ["", "shield"],
  opened: ["", "clock"],
  unopened: ["badge--warn", "alert"],
  no_link: ["badge--danger", "x"],
};

function Arrivals({ session }: { session: ListedSession }) {
  const sides = arrivedOf(session);
  return (
    <ul class="sessions__arrivals" aria-label={t("day.arrived")}>
      {sides.map(({ side, groups }) => (
        <li key={side} data-testid="arrived" data-side={side} data-state={groups[0]?.[0]}>
          <Seal side={side} />
          {groups.map(([state, count]) => {
            const [look, icon] = LOOKS[state];
            const words = t(`day.arrival.${state}`);
            return (
              <span class={`badge ${look}`} key={state}>
                <Icon name={icon} />
                {count > 1 ? t("day.arrival.count", { count, words }) : words}
              </span>
            );
          })}
        </li>
      ))}
    </ul>
  );
}

function Limit({ limit }: { limit: LegalLimit }) {
  const near = urgency(limit.days_left);
  const look = { past: "badge badge--danger", near: "badge badge--warn", far: "badge badge--plain" }[near];
  return (
    <p data-testid="limit" data-near={near}>
      <span class="tiny">{t("day.limit")}</span>
      <b>{civilDate(limit.safe_last_day)}</b>
      <span class={look}>
        {near !== "far" && <Icon name="alert" />}
        {daysWords(limit.days_left)}
      </span>
    </p>
  );
}

function daysWords(left: number): string {
  if (left === 0) return t("day.lastDay");
  return left > 0 ? t("day.left", { count: left }) : t("day.past", { count: -left });
}

/** How far it is: the agreement's own stage, once there is one. */
function stageWords(session: ListedSession): string {
  const { agreement } = session;
  if (agreement && isOver(session.state) && agreement.effective_at === null) return t("day.neverInForce");
  const key = agreement && !isOver(session.state) ? `staff.agreement.${agreement.state}` : "";
  return hasKey(key) ? t(key) : stateWords(session.state);
}

export function stateWords(state: string): string {
  const key = `staff.state.${state}`;
  return hasKey(key) ? t(key) : state;
}
