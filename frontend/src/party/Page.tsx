/** A party's way: link, phone, identity, notices, room. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { ApiError } from "../api";
import { path } from "../navigation";
import { deferred } from "../ui/Deferred";
import { devicesBefore, forgetDevices } from "../ui/ownDevices";
import { useTitle } from "../ui/title";
import { belongsTo, forgetAll } from "../ui/unsent";
import { getMe, type LinkView, type Me } from "./api";
import { type Checked, OWN_DEVICES, release } from "./checked";
import { learnContact } from "./contact";
import { Ending, type EndKind, endKindOf } from "./Ending";
import { Identity } from "./Identity";
import { Landing } from "./Landing";
import { Notices } from "./Notices";
import { Precheck } from "./Precheck";
import {
  applyType,
  checkedBefore,
  checkedFor,
  rememberChecked,
  rememberTrying,
  type Trying,
  tryingBefore,
} from "./preferences";
import { Rehearsal } from "./Rehearsal";
import { secretOf } from "./secret";
import { personOf, visitorOf } from "./unsent";
import { Visit, withToken } from "./visit";

const loadRoom = () => import("./room/RoomPage");
const RoomPage = deferred(loadRoom);

type Step =
  | { at: "opening" }
  | { at: "ended"; kind: EndKind }
  | { at: "landing" }
  | Trying
  | { at: "identity" }
  | { at: "notices"; me: Me }
  | { at: "room"; me: Me };

/** The room opens when what is required has a yes and everything else was at least asked. */
function nextStep(me: Me): Step {
  const asked = me.notices.every((notice) => notice.answered !== null);
  return me.ready && asked ? { at: "room", me } : { at: "notices", me };
}

function endingOf(error: unknown): EndKind {
  if (!(error instanceof ApiError)) throw error;
  return endKindOf(error.code) ?? (error.status === 0 || error.status >= 500 ? "network" : "refused");
}

export default function Page() {
  const visit = useMemo(() => new Visit(secretOf(path.value)), []);
  const [step, setStep] = useState<Step>({ at: "opening" });
  const [link, setLink] = useState<LinkView | null>(null);
  const [checked, setChecked] = useState<Checked | null>(null);

  useTitle("common.brand");

  const fail = (error: unknown) => {
    const kind = endingOf(error);
    if (kind !== "network") forgetAll();
    setStep({ at: "ended", kind });
  };

  // The room will not take over what the check of the phone has opened.
  useEffect(() => {
    if (step.at === "ended") release(checked?.tracks ?? []);
  }, [step.at]);

  /** Before the phone was checked: where a reload goes on. */
  const start = (next: Trying | null) => {
    rememberTrying(visit.secret, next);
    setStep(next ?? { at: "landing" });
  };

  /** Identity is known: on to what is still to be read, or into the room. */
  const enter = async () => {
    const me = await withToken(visit, getMe);
    belongsTo(personOf(me));
    void loadRoom();
    setStep(nextStep(me));
  };

  /** What the room had opened it has closed: coming back opens it anew. */
  const withdrawn = () => {
    setChecked(checked && { ...checked, tracks: [] });
    return enter();
  };

  const open = async () => {
    const found = await visit.open();
    setLink(found);
    if (!found.claimed_here) belongsTo(visitorOf(visit.secret));
    const before = checkedBefore();
    const onTheWay = !found.claimed_elsewhere && checkedFor(visit.secret);
    if (!before || !(found.claimed_here || onTheWay)) {
      setStep(tryingBefore(visit.secret) ?? { at: "landing" });
      return;
    }
    // A reload on the way: the same device and tab go on where they were.
    const on = devicesBefore(OWN_DEVICES) ?? { microphone: true, camera: before === "picture" };
    // Whoever came with sound only and has switched their camera on since is seen, and sees others.
    setChecked({ tracks: [], ...on, soundOnly: before === "sound" && !on.camera });
    if (!found.claimed_here) {
      setStep({ at: "identity" });
      return;
    }
    await visit.resume();
    await enter();
  };

  const afterCheck = async (result: Checked) => {
    rememberChecked(visit.secret, result.soundOnly);
    rememberTrying(visit.secret, null);
    forgetDevices(OWN_DEVICES);
    setChecked(result);
    if (!link?.claimed_here) {
      setStep({ at: "identity" });
      return;
    }
    try {
      await visit.resume();
      await enter();
    } catch (error) {
      // The device's claim has run out: identity is checked anew.
      if (error instanceof ApiError && error.status === 401) {
        belongsTo(visitorOf(visit.secret));
        setStep({ at: "identity" });
      } else fail(error);
    }
  };

  useEffect(() => {
    applyType();
    void learnContact();
    open().catch(fail);
  }, []);

  switch (step.at) {
    case "opening":
      return null;
    case "ended":
      return <Ending kind={step.kind} />;
    case "landing":
      return (
        link && (
          <Landing
            link={link}
            onContinue={(soundOnly) => start({ at: "precheck", soundOnly })}
            onRehearse={() => start({ at: "rehearsal" })}
          />
        )
      );
    case "rehearsal":
      return link && <Rehearsal secret={visit.secret} link={link} onBack={() => start(null)} />;
    case "precheck":
      return (
        <Precheck
          secret={visit.secret}
          soundOnly={step.soundOnly}
          onSoundOnly={(soundOnly) => start({ at: "precheck", soundOnly })}
          onChecked={(result) => void afterCheck(result)}
        />
      );
    case "identity":
      return (
        link && (
          <Identity
            visit={visit}
            link={link}
            onIdentified={() => enter().catch(fail)}
            onLocked={(error) => setStep({ at: "ended", kind: endKindOf(error.code) ?? "refused" })}
          />
        )
      );
    case "notices":
      return <Notices visit={visit} me={step.me} onMe={(me) => setStep(nextStep(me))} />;
    case "room":
      return <RoomPage visit={visit} me={step.me} checked={checked} onWithdrawn={() => void withdrawn().catch(fail)} />;
  }
}
