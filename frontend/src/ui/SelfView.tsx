/** One tap hides one's own picture from oneself; a line then says so, with what others still see and hear. */
import type { Device, Quality, Trouble } from "../generated/messages";
import { t } from "../i18n";
import { Icon } from "./Icon";
import { hideSelf, showSelf } from "./selfHidden";

/** On one's own tile. */
export function HideSelf({ me }: { me: string }) {
  return (
    <button
      class="btn btn--dense btn--icon self-hide"
      type="button"
      data-testid="self-hide"
      aria-label={t("self.hide")}
      title={t("self.hide")}
      onClick={() => hideSelf(me)}
    >
      <Icon name="eye-off" />
    </button>
  );
}

interface Props {
  microphone: boolean;
  camera: boolean;
  mutedByHost?: boolean;
  troubles: Readonly<Record<Device, Trouble | null>>;
  quality?: Quality;
  spotlit: boolean;
  /** No room for the whole sentence. */
  compact?: boolean;
}

/** Instead of one's own tile. */
export function SelfHidden({ microphone, camera, mutedByHost, troubles, quality, spotlit, compact }: Props) {
  const words = [
    troubles.microphone
      ? t(`tile.trouble.microphone.${troubles.microphone}`)
      : t(mutedByHost ? "tile.mutedByHost" : microphone ? "tile.micOn" : "tile.micOff"),
    troubles.camera ? t(`tile.trouble.camera.${troubles.camera}`) : t(camera ? "self.cameraOn" : "tile.cameraOff"),
  ];
  if (quality === "poor" || quality === "lost") words.push(t(quality === "poor" ? "tile.poor" : "tile.lost"));
  if (spotlit) words.push(t("room.spotlit"));
  return (
    <div class="self-line" data-testid="self-hidden">
      <Icon name="eye-off" />
      <p class="grow" role="status">
        {!compact && <span class="self-line__what">{t(camera ? "self.seen" : "self.unseen")}</span>}
        <span class="meta">{words.join(" · ")}</span>
      </p>
      <button class="link link--button" type="button" data-testid="self-show" onClick={showSelf}>
        {t("self.show")}
      </button>
    </div>
  );
}
