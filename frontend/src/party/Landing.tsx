import { useRenewal } from "../build";
import { pick, t } from "../i18n";
import { civilDay, daysUntil, dayWords, shortTime, zoneNote } from "../i18n/time";
import { Button, LinkButton } from "../ui/Button";
import { useNow } from "../ui/hooks";
import { Icon, type IconName } from "../ui/Icon";
import { Note } from "../ui/Note";
import type { LinkView } from "./api";
import { Frame } from "./Frame";

interface Props {
  link: LinkView;
  onContinue: (soundOnly: boolean) => void;
  onRehearse: () => void;
}

function startOf(at: Date): { headline: string; date: string } {
  const time = shortTime(at);
  const today = daysUntil(civilDay(at), Date.now()) === 0;
  return {
    headline: today ? t("landing.today", { time }) : t("landing.starts", { time }),
    date: dayWords(at) + zoneNote(at),
  };
}

function distance(seconds: number): string | null {
  const minutes = Math.round(seconds / 60);
  if (minutes > 0 && minutes <= 90) return t("landing.inMinutes", { minutes });
  return minutes <= 0 && minutes > -180 ? t("landing.begun") : null;
}

function Promised({ icon, children }: { icon: IconName; children: string }) {
  return (
    <li class="row row--top">
      <Icon name={icon} />
      <span>{children}</span>
    </li>
  );
}

/** The day and the hour, and how far away they are when it is soon. */
export function When({ at }: { at: string }) {
  const moment = new Date(at);
  const start = startOf(moment);
  const away = distance(moment.getTime() / 1000 - useNow(10_000));
  return (
    <div class="row row--top">
      <Icon name="cal" large />
      <div>
        <p class="h2">{start.headline}</p>
        <p class="meta">{start.date}</p>
        {away && <p class="meta">{away}</p>}
      </div>
    </div>
  );
}

/** Whose mediation, when, who waits, and how to check that this is no fraud. */
export function Landing({ link, onContinue, onRehearse }: Props) {
  const { session, person } = link;
  useRenewal();
  return (
    <Frame
      page="landing"
      testId="landing"
      dock={
        <>
          <Button look="primary" big block testId="landing-continue" onClick={() => onContinue(false)}>
            {t(link.claimed_elsewhere ? "landing.takeOver" : "landing.enter")}
          </Button>
          <LinkButton icon="mic" onClick={() => onContinue(true)}>
            {t("landing.soundOnly")}
          </LinkButton>
        </>
      }
    >
      <div class="stack stack--1">
        <p class="meta">{t("landing.invites", { organisation: session.organisation })}</p>
        <h1 class="h1 h1--page">{t("landing.title", { tail: session.number_tail })}</h1>
      </div>
      {link.claimed_elsewhere && (
        <Note tone="warn" icon="screen" title={t("landing.elsewhere")} testId="landing-elsewhere">
          <p class="meta">{t("landing.elsewhereText")}</p>
        </Note>
      )}
      <div class="card stack stack--4">
        <When at={session.scheduled_at} />
        <dl class="facts">
          <dt>{t("landing.youAre")}</dt>
          <dd>
            {pick(person.side_label_zh, person.side_label_en)} {person.name_masked}
          </dd>
          <dt>{t("side.mediator")}</dt>
          <dd>{session.mediator_name}</dd>
        </dl>
      </div>
      <Note tone="ok" title={t("landing.waiting")}>
        <p class="meta">{t("landing.apart")}</p>
      </Note>
      <ul class="stack stack--2 meta">
        <Promised icon="check">{t("landing.free")}</Promised>
        <Promised icon="check">{t("landing.noMoney")}</Promised>
        <Promised icon="phone">{t("landing.verify", { organisation: session.organisation })}</Promised>
      </ul>
      <div class="stack stack--1">
        <Button block icon="cam" testId="landing-rehearse" onClick={onRehearse}>
          {t("rehearsal.try")}
        </Button>
        <p class="meta">{t("rehearsal.tryText")}</p>
      </div>
      <details class="details">
        <summary class="link">
          <Icon name="cal" />
          <span>{t("landing.cannotCome")}</span>
        </summary>
        <p class="meta">{t("landing.cannotComeText", { organisation: session.organisation })}</p>
      </details>
    </Frame>
  );
}
