/** Captions under the faces of the console, and the line in which a host writes what somebody says. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { speakersHere } from "../room/captions";
import { placeOf } from "../room/talk";
import { Button } from "../ui/Button";
import { CaptionField } from "../ui/CaptionField";
import { CaptionLines } from "../ui/CaptionLines";
import { Seal } from "../ui/Seal";
import { useTools } from "./tools";

/** Keys with Alt that choose who speaks. */
const KEYS = 9;

export function Captioning({ open }: { open: boolean }) {
  const { state } = useTools();
  return (
    <div class="captions-bar">
      <CaptionLines state={state} />
      {open && <Writer />}
    </div>
  );
}

/** Opens the line to write in. */
export function CaptionsButton({ open, onToggle }: { open: boolean; onToggle: () => void }) {
  return (
    <Button dense icon="captions" testId="captions-open" aria-expanded={open} onClick={onToggle}>
      {t("captions.title")}
    </Button>
  );
}

function Writer() {
  const { desk, state } = useTools();
  const people = speakersHere(state);
  const [chosen, setChosen] = useState(state.me);
  // Whoever left or was moved is not written for by mistake.
  const speaker = people.find((one) => one.participant_id === chosen) ?? people[0];
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const one = event.altKey ? people[Number(event.code.replace("Digit", "")) - 1] : undefined;
      if (!one) return;
      event.preventDefault();
      setChosen(one.participant_id);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  });
  if (!speaker) return null;
  const send = (text: string, place: string) =>
    desk.client.command("write_caption", { text, place, participant_id: speaker.participant_id });
  return (
    <div class="captions__writer">
      <fieldset class="captions__speakers" aria-label={t("captions.speaker")}>
        {people.map((one, index) => (
          <Button
            dense
            key={one.participant_id}
            class={one === speaker ? "btn--on" : undefined}
            testId="caption-speaker"
            data-participant={one.participant_id}
            aria-pressed={one === speaker}
            aria-keyshortcuts={index < KEYS ? `Alt+${index + 1}` : undefined}
            title={index < KEYS ? `Alt+${index + 1}` : undefined}
            onClick={() => setChosen(one.participant_id)}
          >
            <Seal side={one.side} />
            {one.participant_id === state.me ? t("common.you") : one.display_name}
          </Button>
        ))}
      </fieldset>
      <CaptionField
        dense
        place={placeOf(state)}
        label={
          speaker.participant_id === state.me
            ? t("captions.own")
            : t("captions.forSomebody", { name: speaker.display_name })
        }
        send={send}
      />
      <p class="captions__note">{t("captions.kept")}</p>
    </div>
  );
}
