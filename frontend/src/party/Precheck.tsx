/** Before identity: does this phone show, hear, sound and get through? The room goes on with what was opened here. */
import { t } from "../i18n";
import { Button, LinkButton } from "../ui/Button";
import { Checks, type Found, isFine, pictureOutOfReach, useDevices } from "./Checks";
import type { Checked } from "./checked";
import { Frame } from "./Frame";
import { WeChat } from "./WeChat";

interface Props {
  /** Of the link: the right to try the network. */
  secret: string;
  soundOnly: boolean;
  /** Somebody would rather be seen after all, or not. */
  onSoundOnly: (soundOnly: boolean) => void;
  onChecked: (checked: Checked) => void;
}

export function Precheck({ secret, soundOnly, onSoundOnly, onChecked }: Props) {
  const withPicture = !soundOnly;
  const devices = useDevices(withPicture);
  const proceed = () =>
    onChecked({ tracks: devices.handOver(), microphone: true, camera: withPicture, soundOnly: !withPicture });

  if (withPicture && pictureOutOfReach(devices.found)) return <WeChat onSoundOnly={() => onSoundOnly(true)} />;
  return (
    <Frame
      page="precheck"
      testId="precheck"
      step={1}
      stepName={t("precheck.step")}
      dock={
        <>
          <Button look="primary" big block testId="precheck-continue" onClick={proceed}>
            {t(proceedWord(devices.found, withPicture))}
          </Button>
          {withPicture ? (
            <LinkButton icon="mic" testId="precheck-sound-only" onClick={() => onSoundOnly(true)}>
              {t("precheck.soundOnly")}
            </LinkButton>
          ) : (
            <LinkButton icon="cam" onClick={() => onSoundOnly(false)}>
              {t("precheck.withPicture")}
            </LinkButton>
          )}
        </>
      }
    >
      <h1 class="visually-hidden">{t("precheck.step")}</h1>
      <Checks secret={secret} devices={devices} withPicture={withPicture} />
    </Frame>
  );
}

function proceedWord(found: Found | null, withPicture: boolean) {
  if (!found) return "precheck.waiting" as const;
  return isFine(found, withPicture) ? ("precheck.allFine" as const) : ("precheck.goOn" as const);
}
