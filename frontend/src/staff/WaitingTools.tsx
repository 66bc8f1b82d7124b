/** What the mediator does with those who wait besides letting them in: tell them a line, or not let them in. */
import { useId, useState } from "preact/hooks";
import type { ParticipantView } from "../generated/messages";
import { t } from "../i18n";
import { useOneAtATime } from "../ui/acts";
import { Button } from "../ui/Button";
import { sideName } from "../ui/Seal";
import { rest } from "../ui/typed";
import { deny, greet } from "./api";
import { useTools } from "./tools";

const LONGEST = 120;

/** Two ways of no, each with its second step and a reason that the person reads. */
export function DenyButtons({ person }: { person: ParticipantView }) {
  const { detail, ask, attempt } = useTools();
  const name = person.display_name;
  const refuse = (final: boolean) =>
    ask({
      title: t(final ? "staff.deny.finalTitle" : "staff.deny.title", { name }),
      consequences: [
        { icon: "msg", text: t("staff.deny.told") },
        final ? { icon: "x", text: t("staff.deny.finalLink") } : { icon: "in", text: t("staff.deny.again") },
        { icon: "doc", text: t("staff.deny.logged") },
      ],
      act: t(final ? "staff.deny.finalAct" : "staff.deny.act"),
      reasonLabel: t("staff.deny.reason"),
      reasonLength: LONGEST,
      immediate: !final,
      onAct: (reason) => void attempt(() => deny(detail.session_id, person.participant_id, reason, final)),
    });
  return (
    <>
      <Button dense testId="deny" aria-label={t("staff.deny.button", { name })} onClick={() => refuse(false)}>
        {t("staff.deny.short")}
      </Button>
      <Button dense testId="deny-final" aria-label={t("staff.deny.finalButton", { name })} onClick={() => refuse(true)}>
        {t("staff.deny.finalShort")}
      </Button>
    </>
  );
}

/** One line for everybody who waits, or for one side. */
export function Greet({ sides }: { sides: string[] }) {
  const { detail, state, attempt } = useTools();
  const [side, setSide] = useState("");
  const [text, setText] = useState("");
  const id = useId();
  const shown = state.board[`greeting/${side || "all"}`] as { text: string } | undefined;
  const { busy, run } = useOneAtATime();
  const show = (line: string) =>
    run(async () => {
      if (await attempt(() => greet(detail.session_id, side, line))) setText((now) => rest(now, text));
    });
  return (
    <details class="greet">
      <summary class="btn btn--dense" data-testid="greet-open" title={t("staff.waiting.greet")}>
        {t("staff.waiting.greetShort")}
      </summary>
      <form
        class="greet__form"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== "") void show(text);
        }}
      >
        <label for={`${id}-side`}>{t("staff.waiting.greetTo")}</label>
        <select
          id={`${id}-side`}
          class="input"
          data-testid="greet-side"
          value={side}
          onChange={(event) => setSide(event.currentTarget.value)}
        >
          <option value="">{t("staff.waiting.everybody")}</option>
          {sides.map((one) => (
            <option key={one} value={one}>
              {sideName(one)}
            </option>
          ))}
        </select>
        <label for={`${id}-text`}>{t("staff.waiting.line", { longest: LONGEST })}</label>
        <input
          id={`${id}-text`}
          class="input"
          data-testid="greet-text"
          maxLength={LONGEST}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <div class="greet__ideas">
          {[t("staff.waiting.idea1"), t("staff.waiting.idea2")].map((idea) => (
            <button class="link link--button" type="button" key={idea} onClick={() => setText(idea)}>
              <span>{idea}</span>
            </button>
          ))}
        </div>
        <p role="status">{shown && t("staff.waiting.shown", { text: shown.text })}</p>
        <div class="row">
          <Button dense look="primary" type="submit" testId="greet-send" aria-disabled={busy}>
            {t("staff.waiting.send")}
          </Button>
          {shown && (
            <Button dense aria-disabled={busy} onClick={() => void show("")}>
              {t("staff.waiting.takeBack")}
            </Button>
          )}
        </div>
      </form>
    </details>
  );
}
