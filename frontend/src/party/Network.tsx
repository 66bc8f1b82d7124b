/** The network on the way to the media worker, tried before anybody says who they are; in words, with what to do. */
import { useEffect, useState } from "preact/hooks";
import { request } from "../api";
import { t } from "../i18n";
import type { Ask, Grade, Measured } from "../room/probe";
import { Button } from "../ui/Button";
import { Mark } from "./Mark";

type Result = { grade: Grade; measured: Measured } | { grade: "unknown" };

/** The probe comes with the part of the room that moves media, which is wanted soon in any case. */
async function tryNetwork(secret: string, signal: AbortSignal): Promise<Result> {
  const ask: Ask = (step, body, token) =>
    request(`/api/probes${step}`, { method: "POST", body: step === "" ? { secret } : body, token });
  try {
    const { gradeOf, probeNetwork } = await import("../room/probe");
    const measured = await probeNetwork(ask, signal);
    return { grade: gradeOf(measured), measured };
  } catch {
    return { grade: "unknown" }; // Too many tries, an old browser, a server without media: nobody is kept out by it.
  }
}

interface Props {
  secret: string;
  onGrade: (grade: Result["grade"]) => void;
}

export function Network({ secret, onGrade }: Props) {
  const [result, setResult] = useState<Result | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const giveUp = new AbortController();
    setResult(null);
    tryNetwork(secret, giveUp.signal).then((found) => {
      if (giveUp.signal.aborted) return;
      setResult(found);
      onGrade(found.grade);
    });
    return () => giveUp.abort();
  }, [secret, tries]);
  const grade = result?.grade ?? "measuring";
  const again = grade === "weak" || grade === "none" || grade === "unknown";
  return (
    <li class="list__top" data-testid="network" data-grade={grade}>
      <Mark tone={grade === "good" ? "ok" : grade === "measuring" ? null : "warn"} icon="signal" />
      <div class="grow">
        <p class="strong" role="status">
          {t(`precheck.network.${grade}`)}
        </p>
        <p class="meta">{t(`precheck.networkHelp.${grade}`)}</p>
        {result && result.grade !== "unknown" && <Figures measured={result.measured} />}
        {again && (
          <Button icon="replay" class="network__again" onClick={() => setTries((count) => count + 1)}>
            {t("precheck.networkAgain")}
          </Button>
        )}
      </div>
    </li>
  );
}

/** For whoever helps on the phone: what was measured, small. */
function Figures({ measured }: { measured: Measured }) {
  const { protocol, roundTripMs, lost } = measured;
  const parts = [
    roundTripMs === null ? "" : t("precheck.roundTrip", { ms: roundTripMs }),
    lost === null ? "" : t("precheck.lost", { percent: Math.round(lost * 100) }),
    protocol === null ? "" : protocol.toUpperCase(),
  ].filter((part) => part !== "");
  if (parts.length === 0) return null;
  return <p class="meta network__figures">{parts.join(" · ")}</p>;
}
