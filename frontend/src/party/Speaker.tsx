import { useState } from "preact/hooks";
import { t } from "../i18n";
import { Button } from "../ui/Button";
import { Mark } from "./Mark";
import { playChime } from "./meter";

/** Two notes, and the question whether they were heard. */
export function Speaker({ onHeard }: { onHeard: (heard: boolean) => void }) {
  const [playing, setPlaying] = useState(false);
  const [played, setPlayed] = useState(false);
  const [heard, setHeard] = useState<boolean | null>(null);
  const answer = (yes: boolean) => {
    setHeard(yes);
    onHeard(yes);
  };
  const play = () => {
    if (playing) return;
    setPlaying(true);
    setHeard(null);
    void playChime().finally(() => {
      setPlaying(false);
      setPlayed(true);
    });
  };
  const word = heard === null ? "precheck.speaker" : heard ? "precheck.speakerHeard" : "precheck.speakerSilent";
  return (
    <li class="list__top">
      <Mark tone={heard === null ? null : heard ? "ok" : "warn"} icon="speaker" />
      <div class="grow">
        <p class="strong" role="status">
          {t(word)}
        </p>
        <p class="meta">{t(heard === false ? "precheck.speakerHelp" : "precheck.speakerHint")}</p>
        {played && (
          <fieldset class="speaker__question">
            <legend class="meta">{t("precheck.speakerQuestion")}</legend>
            <span class="row row--wrap">
              <Button testId="speaker-yes" aria-pressed={heard === true} onClick={() => answer(true)}>
                {t("precheck.speakerYes")}
              </Button>
              <Button testId="speaker-no" aria-pressed={heard === false} onClick={() => answer(false)}>
                {t("precheck.speakerNo")}
              </Button>
              <Button icon="replay" testId="speaker-play" onClick={play} aria-disabled={playing}>
                {t("precheck.playAgain")}
              </Button>
            </span>
          </fieldset>
        )}
      </div>
      {!played && (
        <Button icon="play" testId="speaker-play" onClick={play} aria-disabled={playing}>
          {t("precheck.play")}
        </Button>
      )}
    </li>
  );
}
