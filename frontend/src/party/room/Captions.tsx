/** Captions above the buttons of a party's room: what others write, and one's own line instead of speaking. */
import { signal } from "@preact/signals";
import { t } from "../../i18n";
import type { RoomClient } from "../../room/client";
import type { RoomState } from "../../room/state";
import { placeOf } from "../../room/talk";
import { CaptionField } from "../../ui/CaptionField";
import { CaptionLines } from "../../ui/CaptionLines";
import { captionsShown, setCaptionsShown } from "../preferences";
import type { Choice } from "./More";

/** Whether this person writes instead of speaking; until they say otherwise, whatever screen is open. */
const writing = signal(false);

export function Captions({ client, state }: { client: RoomClient; state: RoomState }) {
  if (!writing.value && !captionsShown.value) return null;
  const send = (text: string, place: string) => client.command("write_caption", { text, place });
  return (
    <div class={writing.value ? "captions-bar captions-bar--writing" : "captions-bar"}>
      <CaptionLines state={state} />
      {writing.value && (
        <>
          <CaptionField place={placeOf(state)} label={t("captions.own")} send={send} />
          <p class="captions__note">{t("captions.kept")}</p>
        </>
      )}
    </div>
  );
}

export function captionChoices(done: () => void): Choice[] {
  const act = (work: () => void) => () => {
    work();
    done();
  };
  return [
    {
      testId: "ctrl-write",
      icon: "pen",
      word: t(writing.value ? "captions.stopWriting" : "captions.write"),
      onPress: act(() => {
        writing.value = !writing.value;
      }),
    },
    {
      testId: "ctrl-captions",
      icon: "captions",
      word: t(captionsShown.value ? "captions.on" : "captions.off"),
      onPress: act(() => setCaptionsShown(!captionsShown.value)),
    },
  ];
}
