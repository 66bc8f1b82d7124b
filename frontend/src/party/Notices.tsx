import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ApiError } from "../api";
import { pick, t } from "../i18n";
import { Button } from "../ui/Button";
import { Complaint } from "../ui/Complaint";
import { Note } from "../ui/Note";
import { Refusal } from "../ui/Refusal";
import { begun, forget, keep } from "../ui/unsent";
import { answerNotice, type ConsentItem, getMe, type Me, type Notice } from "./api";
import { CallUs } from "./CallUs";
import { Consents } from "./Consents";
import { Frame } from "./Frame";
import { NoticeText } from "./NoticeText";
import { pointsOf } from "./points";
import { QuietHelp } from "./QuietCall";
import { ReadAloud } from "./ReadAloud";
import { noticeScope } from "./unsent";
import { type Visit, withToken } from "./visit";

interface Props {
  visit: Visit;
  me: Me;
  onMe: (me: Me) => void;
}

/** All that must be read and answered before the room: one notice a page, then every consent apart. */
export function Notices({ visit, me, onMe }: Props) {
  const [again, setAgain] = useState(false);
  const open = me.notices.filter((one) => one.answered === null || (again && refused(one)));
  const next = open.find((one) => one.kind !== "consent");
  const quiet = <QuietHelp visit={visit} me={me} />;
  const reload = async () => onMe(await withToken(visit, getMe));

  if (next) {
    const answer = async () => {
      const answers = Object.fromEntries(next.items.map((item) => [item.id, true]));
      await withToken(visit, (token) => answerNotice(token, next, answers));
      await reload();
    };
    return (
      <NoticePage key={wordsOf(me, [next])} me={me} notice={next} quiet={quiet} onRead={answer} onOutdated={reload} />
    );
  }
  const consents = me.notices.filter((one) => one.kind === "consent" && (again || one.answered === null));
  if (consents.length > 0) {
    const submit = async (given: Map<string, Record<string, boolean>>) => {
      for (const notice of consents) {
        await withToken(visit, (token) => answerNotice(token, notice, given.get(notice.id) ?? {}));
      }
      await reload();
      setAgain(false);
    };
    return (
      <Consents
        key={wordsOf(me, consents)}
        me={me}
        notices={consents}
        quiet={quiet}
        onSubmit={submit}
        onOutdated={reload}
      />
    );
  }
  return (
    <Frame
      page="declined"
      testId="declined"
      quiet={quiet}
      dock={
        <Button big block look="primary" testId="consents-change" onClick={() => setAgain(true)}>
          {t("consents.change")}
        </Button>
      }
    >
      <h1 class="h1">{t("consents.declinedTitle")}</h1>
      <p class="lead">{t("consents.declinedText")}</p>
      <Note tone="plain">{t("consents.declinedHint")}</Note>
      <CallUs />
    </Frame>
  );
}

/** Whether something required in it was taken back: it is read again by whoever changes their mind. */
function refused(notice: Notice): boolean {
  return notice.items.some((item) => item.required && notice.answered?.[item.id] === false);
}

/** Other words begin anew: what was chosen before was not about them. */
function wordsOf(me: Me, notices: Notice[]): string {
  return notices
    .map((notice) => noticeScope(me, notice))
    .map((one) => one.name + one.words)
    .join();
}

interface PageProps {
  me: Me;
  notice: Notice;
  quiet: ComponentChildren;
  onRead: () => Promise<void>;
  onOutdated: () => Promise<void>;
}

function NoticePage({ me, notice, quiet, onRead, onOutdated }: PageProps) {
  const scope = noticeScope<string[]>(me, notice);
  const [ticked, setTicked] = useState<string[]>(() => begun(scope) ?? []);
  const [missing, setMissing] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const ticks = notice.kind === "undertaking" ? notice.items : [];
  const open = ticks.filter((item) => !ticked.includes(item.id));
  const tick = (item: string, on: boolean) => {
    const now = on ? [...ticked, item] : ticked.filter((id) => id !== item);
    setTicked(now);
    keep(scope, now);
  };
  const proceed = async () => {
    if (busy) return;
    if (open[0]) {
      setMissing(true);
      document.getElementById(`tick-${open[0].id}`)?.focus();
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await onRead();
      forget(scope.name);
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      setError(cause);
      if (cause.code === "notice_outdated") await onOutdated();
    } finally {
      setBusy(false);
    }
  };
  return (
    <Frame
      page={`notice-${notice.id}`}
      testId="notice"
      quiet={quiet}
      step={3}
      stepName={t("notice.step")}
      dock={
        <Button look="primary" big block testId="notice-continue" aria-disabled={busy} onClick={proceed}>
          {t(notice.kind === "undertaking" ? "notice.undertake" : "notice.understood")}
        </Button>
      }
    >
      <div class="row between row--wrap">
        <h1 class="h1">{pick(notice.title_zh, notice.title_en)}</h1>
        <ReadAloud text={pick(notice.short_zh, notice.short_en)} />
      </div>
      <div class="card stack">
        <p class="label">{t("notice.inShort")}</p>
        <ol class="stack stack--2">
          {pointsOf(pick(notice.short_zh, notice.short_en)).map((point, index) => (
            <li class="row row--top" key={point}>
              <span class="bullet" aria-hidden="true">
                {index + 1}
              </span>
              <span>{point}</span>
            </li>
          ))}
        </ol>
      </div>
      <NoticeText notice={notice} />
      {ticks.length > 0 && (
        <section class="stack stack--2" aria-label={t("notice.ticks")}>
          {ticks.map((item) => (
            <Tick
              key={item.id}
              item={item}
              on={ticked.includes(item.id)}
              missing={missing}
              onTick={(on) => tick(item.id, on)}
            />
          ))}
        </section>
      )}
      <Refusal words={error?.sentence ?? ""} />
    </Frame>
  );
}

interface TickProps {
  item: ConsentItem;
  on: boolean;
  missing: boolean;
  onTick: (on: boolean) => void;
}

/** One promise, ticked by hand. */
function Tick({ item, on, missing, onTick }: TickProps) {
  const id = `tick-${item.id}`;
  return (
    <div class="stack stack--1">
      <label class="check" data-on={on ? "" : undefined}>
        <input
          type="checkbox"
          id={id}
          class="check__box"
          data-testid={`notice-tick-${item.id}`}
          checked={on}
          aria-describedby={`${id}-missing`}
          onChange={(event) => onTick(event.currentTarget.checked)}
        />
        <span>{pick(item.label_zh, item.label_en)}</span>
      </label>
      <Complaint id={`${id}-missing`}>{missing && !on ? t("notice.tickMissing") : null}</Complaint>
    </div>
  );
}
