import { useEffect, useState } from "preact/hooks";
import { locale, t } from "../i18n";
import { Icon } from "../ui/Icon";

/** Reads a short text with the phone's own voice; not shown where the phone has none. */
export function ReadAloud({ text }: { text: string }) {
  const [speaking, setSpeaking] = useState(false);
  const synthesis = typeof speechSynthesis === "undefined" ? null : speechSynthesis;
  useEffect(() => () => synthesis?.cancel(), [text]);
  if (!synthesis) return null;

  const toggle = () => {
    synthesis.cancel();
    if (speaking) {
      setSpeaking(false);
      return;
    }
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = locale.value;
    utterance.rate = 0.9;
    utterance.onend = utterance.onerror = () => setSpeaking(false);
    synthesis.speak(utterance);
    setSpeaking(true);
  };
  return (
    <button class="tool" type="button" aria-pressed={speaking} onClick={toggle}>
      <Icon name={speaking ? "pause" : "speaker"} />
      {t(speaking ? "notice.stopReading" : "notice.readAloud")}
    </button>
  );
}
