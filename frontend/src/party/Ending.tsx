import { t } from "../i18n";
import { Button } from "../ui/Button";
import { Icon, type IconName } from "../ui/Icon";
import { Note } from "../ui/Note";
import { CallUs } from "./CallUs";
import { Frame } from "./Frame";

/** Why there is nothing further here: the link, the identity, or the room. */
export type EndKind =
  | "link_unknown"
  | "link_revoked"
  | "link_expired"
  | "link_used"
  | "identity_locked"
  | "network"
  | "removed"
  | "closed"
  | "replaced"
  | "expired"
  | "refused"
  | "full"
  | "locked"
  | "unsupported"
  | "left"
  | "continued_elsewhere"
  | "denied"
  | "denied_final";

const KINDS: Record<EndKind, { icon: IconName; tone: "ok" | "warn" | "danger"; again: boolean }> = {
  link_unknown: { icon: "alert", tone: "warn", again: false },
  link_revoked: { icon: "alert", tone: "warn", again: false },
  link_expired: { icon: "clock", tone: "warn", again: false },
  link_used: { icon: "phone", tone: "warn", again: false },
  identity_locked: { icon: "lock", tone: "warn", again: false },
  network: { icon: "signal", tone: "warn", again: true },
  removed: { icon: "exit", tone: "warn", again: false },
  closed: { icon: "check", tone: "ok", again: false },
  replaced: { icon: "screen", tone: "warn", again: true },
  expired: { icon: "clock", tone: "warn", again: true },
  refused: { icon: "lock", tone: "warn", again: true },
  full: { icon: "users", tone: "warn", again: true },
  locked: { icon: "lock", tone: "warn", again: true },
  unsupported: { icon: "alert", tone: "warn", again: true },
  left: { icon: "exit", tone: "ok", again: true },
  continued_elsewhere: { icon: "screen", tone: "ok", again: true },
  denied: { icon: "clock", tone: "warn", again: true },
  denied_final: { icon: "exit", tone: "warn", again: false },
};

export function endKindOf(code: string): EndKind | null {
  return code in KINDS ? (code as EndKind) : null;
}

const COME_BACK = new Set<EndKind>(["left", "replaced"]);

interface Props {
  kind: EndKind;
  /** What the mediator wrote. */
  reason?: string;
  onAgain?: () => void;
}

/** One sentence of what happened, one of what to do. */
export function Ending({ kind, reason, onAgain }: Props) {
  const { icon, tone, again } = KINDS[kind];
  return (
    <Frame
      page={`end-${kind}`}
      testId={`end-${kind}`}
      dock={
        again && (
          <Button look="primary" big block testId="end-again" onClick={onAgain ?? (() => location.reload())}>
            {t(againWord(kind))}
          </Button>
        )
      }
    >
      <div class="ending">
        <span class={`mark mark--${tone} mark--lg`}>
          <Icon name={icon} />
        </span>
        <h1 class="h1">{t(`end.${kind}.title`)}</h1>
        {reason && (
          <blockquote class="ending__reason" data-testid="end-reason">
            {reason}
          </blockquote>
        )}
        <p class="lead">{t(`end.${kind}.text`)}</p>
      </div>
      {!again && kind !== "closed" && <Note tone="plain">{t("end.ask")}</Note>}
      {tone !== "ok" && <CallUs />}
    </Frame>
  );
}

function againWord(kind: EndKind) {
  if (kind === "continued_elsewhere") return "end.hereAgain" as const;
  return COME_BACK.has(kind) ? ("end.comeBack" as const) : ("common.again" as const);
}
