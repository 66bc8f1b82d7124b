/** The roll call: each person's line, the question of recusal, and what is read out. */
import { useEffect, useId, useState } from "preact/hooks";
import { listed, pick, t } from "../i18n";
import type { RoomState } from "../room/state";
import { Button } from "../ui/Button";
import { minutesOf } from "../ui/consents";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { proves, type RollCommon, rollCommonOf, rollLineOf, timeOf } from "../ui/roll";
import { askRecusal, type RollText, readOut, rollTexts } from "./api";
import { RollPerson } from "./RollPerson";
import { type ConsoleTools, useTools } from "./tools";

/** How many people who are here have shown nothing that says who they are. */
export function openPoints({ detail, state }: ConsoleTools): number {
  return callable(detail.people, state).filter(
    (one) => !proves(rollLineOf(state, one.participant_id)?.identity ?? null),
  ).length;
}

function callable<Person extends { participant_id: string; role: string }>(people: Person[], state: RoomState) {
  return people.filter((one) => one.role !== "host" && state.participants.has(one.participant_id));
}

export function RollTab() {
  const { detail, state } = useTools();
  const [texts, setTexts] = useState<RollText[]>([]);
  const [failed, setFailed] = useState(false);
  const [tries, setTries] = useState(0);
  const people = detail.people.filter((one) => one.role !== "host");
  const common = rollCommonOf(state);
  useEffect(() => {
    setFailed(false);
    rollTexts(detail.session_id).then(setTexts, () => setFailed(true));
  }, [detail.session_id, tries]);
  return (
    <div class="roll" data-testid="roll">
      <h2 class="h3">{t("staff.roll.people")}</h2>
      {people.length === 0 && <p class="meta">{t("staff.roll.nobody")}</p>}
      {people.map((person) => (
        <RollPerson key={person.participant_id} person={person} asked={common?.recusal_asked ?? null} />
      ))}
      <MinutesNote />
      <h2 class="h3">{t("staff.roll.readOut")}</h2>
      {failed && (
        <Note tone="warn" alert title={t("page.loadFailedHint")}>
          <Button dense icon="replay" testId="roll-again" onClick={() => setTries(tries + 1)}>
            {t("common.again")}
          </Button>
        </Note>
      )}
      {texts.map((text) =>
        text.item === "recusal_asked" ? (
          <RecusalQuestion key={text.item} text={text} common={common} />
        ) : (
          <ReadOut key={text.item} text={text} item={text.item} common={common} />
        ),
      )}
    </div>
  );
}

/** Whether the recording stands in for written minutes, and who did not agree to it. */
function MinutesNote() {
  const { detail, state } = useTools();
  const minutes = minutesOf(state);
  if (!minutes) return null;
  const names = detail.people.filter((one) => minutes.missing.includes(one.participant_id));
  return (
    <div data-testid="minutes-note" data-replaced={minutes.replaced}>
      <Note tone={minutes.replaced ? "ok" : "plain"} icon="doc" title={t("staff.roll.minutes")}>
        <p class="tiny">
          {minutes.replaced
            ? t("staff.roll.minutesReplaced")
            : t("staff.roll.minutesKept", { names: listed(names.map((one) => one.display_name)) })}
        </p>
      </Note>
    </div>
  );
}

function Words({ text }: { text: RollText }) {
  return (
    <details>
      <summary class="fold">{t("staff.roll.text")}</summary>
      <p class="roll__text">{pick(text.text_zh, text.text_en)}</p>
      <p class="tiny">{pick(text.source_zh, text.source_en)}</p>
    </details>
  );
}

interface ReadOutProps {
  text: RollText;
  item: "discipline" | "sham_warning";
  common: RollCommon | null;
}

function ReadOut({ text, item, common }: ReadOutProps) {
  const { detail, attempt } = useTools();
  const done = common?.[item] ?? null;
  return (
    <section class="roll__item" aria-label={pick(text.title_zh, text.title_en)}>
      <div class="row between">
        <b>{pick(text.title_zh, text.title_en)}</b>
        <Button
          dense
          icon={done ? "check" : undefined}
          testId={`read-${item}`}
          data-done={done ? "" : undefined}
          aria-label={`${t(done ? "staff.roll.readAgain" : "staff.roll.readTick")}: ${pick(text.title_zh, text.title_en)}`}
          work={() => attempt(() => readOut(detail.session_id, item))}
        >
          {t(done ? "staff.roll.readAgain" : "staff.roll.readTick")}
        </Button>
      </div>
      <p class="tiny" role="status">
        {done && t("staff.roll.readAt", { version: done.version, time: timeOf(done) })}
      </p>
      <Words text={text} />
    </section>
  );
}

function RecusalQuestion({ text, common }: { text: RollText; common: RollCommon | null }) {
  const { detail, attempt } = useTools();
  const asked = common?.recusal_asked ?? null;
  const [disclosure, setDisclosure] = useState(asked?.disclosure ?? "");
  const id = useId();
  return (
    <section class="roll__item" aria-label={pick(text.title_zh, text.title_en)}>
      <b>{pick(text.title_zh, text.title_en)}</b>
      <label for={id}>{t("staff.roll.disclosure")}</label>
      <input
        id={id}
        class="input"
        data-testid="disclosure"
        maxLength={200}
        value={disclosure}
        onInput={(event) => setDisclosure(event.currentTarget.value)}
      />
      <div class="row between">
        <p class="tiny grow">{t("staff.roll.askHint")}</p>
        <Button
          dense
          look={asked ? "plain" : "primary"}
          testId="ask-recusal"
          work={() => attempt(() => askRecusal(detail.session_id, disclosure))}
        >
          {t(asked ? "staff.roll.askAgain" : "staff.roll.ask")}
        </Button>
      </div>
      <p class="tiny" role="status">
        {asked && (
          <>
            <Icon name="check" /> {t("staff.roll.askedAt", { version: asked.version, time: timeOf(asked) })}
          </>
        )}
      </p>
      <Words text={text} />
    </section>
  );
}
