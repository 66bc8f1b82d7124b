import { useState } from "preact/hooks";
import type { ParticipantView } from "../generated/messages";
import { t } from "../i18n";
import { queueOf } from "../room/conduct";
import { Button } from "../ui/Button";
import { useNow } from "../ui/hooks";
import { Icon, type IconName } from "../ui/Icon";
import { Seal } from "../ui/Seal";
import { shortClock } from "../ui/TimerBar";
import { useTools } from "./tools";

/** Who wants to speak, in the order of asking, and who wants a break. */
export function Queue() {
  const { state } = useTools();
  const waiting = queueOf(state);
  const tired = [...state.participants.values()].filter((one) => one.wants_break);
  return (
    <section
      class="stack stack--2 people__queue"
      data-testid="queue"
      data-waiting={waiting.length > 0 ? "" : undefined}
    >
      <h2 class="section-title">
        {t("conduct.queue")} <span class="tiny">{waiting.length}</span>
      </h2>
      {waiting.length + tired.length === 0 ? (
        <p class="tiny">{t("conduct.nobody")}</p>
      ) : (
        <ol class="side queue">
          {waiting.map((one, index) => (
            <Waiting key={one.participant_id} person={one} last={index === waiting.length - 1} />
          ))}
          {tired.map((one) => (
            <Tired key={`break-${one.participant_id}`} person={one} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Waiting({ person, last }: { person: ParticipantView; last: boolean }) {
  const { state, command } = useTools();
  const now = useNow(1000) + state.clockOffset;
  const { participant_id: id, display_name: name, hand_place: place } = person;
  const alone = last && place === 1;
  const [open, setOpen] = useState(false);
  const tools = t("conduct.tools", { name });
  return (
    <li class="person queue__row" data-testid="hand-raised" data-participant={id}>
      <b class="queue__place">{place}</b>
      <Seal side={person.side} />
      <span class="grow queue__who">
        <b>{name}</b>
        <span class="tiny">{t("conduct.waited", { time: shortClock(now - (person.hand_since ?? now)) })}</span>
      </span>
      <Button
        dense
        testId="give-word"
        data-participant={id}
        aria-label={t("conduct.wordTo", { name })}
        onClick={() => void command("give_word", { participant_id: id })}
      >
        {t("conduct.word")}
      </Button>
      {!alone && (
        <button
          class="btn btn--dense btn--icon queue__tool queue__more"
          type="button"
          data-testid="hand-tools"
          data-participant={id}
          aria-expanded={open}
          aria-label={tools}
          title={tools}
          onClick={() => setOpen(!open)}
        >
          <Icon name="more" />
        </button>
      )}
      {(alone || open) && <HandTools person={person} last={last} />}
    </li>
  );
}

/** Another place in the queue, or none. */
function HandTools({ person, last }: { person: ParticipantView; last: boolean }) {
  const { command } = useTools();
  const { participant_id: id, display_name: name, hand_place: place } = person;
  const alone = last && place === 1;
  const move = (to: number) => () => void command("move_hand", { participant_id: id, place: to });
  return (
    <span class={alone ? undefined : "queue__tools"}>
      {!alone && (
        <>
          <Tool
            icon="up"
            word={t("conduct.up", { name })}
            disabled={place === 1}
            testId="hand-up"
            onPress={move(place - 1)}
          />
          <Tool
            icon="down"
            word={t("conduct.down", { name })}
            disabled={last}
            testId="hand-down"
            onPress={move(place + 1)}
          />
        </>
      )}
      <Tool
        icon="x"
        word={t("conduct.lower", { name })}
        testId="hand-lower"
        onPress={() => void command("lower_hand", { participant_id: id })}
      />
    </span>
  );
}

function Tired({ person }: { person: ParticipantView }) {
  const { command } = useTools();
  const { participant_id: id, display_name: name } = person;
  return (
    <li class="person queue__row" data-testid="wants-break" data-participant={id}>
      <Icon name="cup" />
      <Seal side={person.side} />
      <span class="grow queue__who">
        <b>{name}</b>
        <span class="tiny">{t("conduct.breakAsked")}</span>
      </span>
      <Tool
        icon="check"
        word={t("conduct.dismiss", { name })}
        testId="break-dismiss"
        onPress={() => void command("lower_hand", { participant_id: id })}
      />
    </li>
  );
}

interface ToolProps {
  icon: IconName;
  word: string;
  testId: string;
  disabled?: boolean;
  onPress: () => void;
}

function Tool({ icon, word, testId, disabled, onPress }: ToolProps) {
  return (
    <button
      class="btn btn--dense btn--icon queue__tool"
      type="button"
      data-testid={testId}
      aria-label={word}
      title={word}
      disabled={disabled}
      onClick={onPress}
    >
      <Icon name={icon} />
    </button>
  );
}
