/** Words that the mediator would like to carry across: asked in large, listed with what became of them. */
import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { shortTime } from "../../i18n/time";
import { textDigest } from "../../room/digest";
import type { RoomState } from "../../room/state";
import { askedOf, type Ticket, ticketsOf } from "../../room/talk";
import { answerTicket } from "../../talk/api";
import { TicketMark } from "../../talk/TicketMark";
import { Button } from "../../ui/Button";
import { scrollable } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import type { Me } from "../api";
import type { Visit } from "../visit";
import { partyAsk, partySentence } from "./ask";
import { PanelFrame } from "./Panel";
import type { PanelProps } from "./panel";

interface Props {
  visit: Visit;
  me: Me;
  state: RoomState;
}

export function hasTickets(state: RoomState): boolean {
  return ticketsOf(state).length > 0;
}

/** The question that waits for an answer; the next one comes when it has one. */
export function TicketQuestions({ visit, me, state }: Props) {
  const asked = askedOf(state);
  const ticket = asked[0];
  return (
    <div aria-live="polite">
      {ticket && <Question key={ticket.ticket_id} ticket={ticket} more={asked.length - 1} visit={visit} me={me} />}
    </div>
  );
}

/** An answer to exactly the words that stand on this screen: their digest is made here. */
function useAnswer(visit: Visit, me: Me, ticket: Ticket) {
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const answer = async (yes: boolean) => {
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      const digest = (await textDigest(ticket.text)) ?? ticket.digest;
      await answerTicket(partyAsk(visit, me), ticket.ticket_id, yes, digest);
    } catch (cause) {
      setError(cause);
    } finally {
      setBusy(false);
    }
  };
  return { answer, error: error === null ? "" : partySentence(error), busy };
}

function Question({ ticket, more, visit, me }: { ticket: Ticket; more: number; visit: Visit; me: Me }) {
  const { answer, error, busy } = useAnswer(visit, me, ticket);
  const titleId = `ask-${ticket.ticket_id}`;
  return (
    <section class="card question" data-theme-light aria-labelledby={titleId} data-testid="ticket-question">
      <h2 class="h3 row" id={titleId}>
        <Icon name="carry" />
        {t("ticket.question")}
      </h2>
      <blockquote class="question__words" data-testid="ticket-words">
        {t("ticket.quoted", { text: ticket.text })}
      </blockquote>
      <p class="meta">{t("ticket.questionHint")}</p>
      <div class="answers">
        <Button testId="ticket-yes" aria-disabled={busy} onClick={() => void answer(true)}>
          {t("ticket.yes")}
        </Button>
        <Button testId="ticket-no" aria-disabled={busy} onClick={() => void answer(false)}>
          {t("ticket.no")}
        </Button>
      </div>
      {more > 0 && <p class="meta">{t("ticket.more", { count: more })}</p>}
      {error && (
        <p class="error" role="alert">
          <Icon name="alert" />
          {error}
        </p>
      )}
    </section>
  );
}

export function TicketsPanel({ visit, me, state, onClose }: PanelProps) {
  return (
    <PanelFrame title={t("ticket.mine")} testId="tickets-panel" onClose={onClose}>
      <div class="paper__body" {...scrollable}>
        <p class="meta">{t("ticket.mineHint")}</p>
        <ul class="card card--flush list">
          {ticketsOf(state).map((ticket) => (
            <Mine key={ticket.ticket_id} ticket={ticket} visit={visit} me={me} />
          ))}
        </ul>
      </div>
    </PanelFrame>
  );
}

function Mine({ ticket, visit, me }: { ticket: Ticket; visit: Visit; me: Me }) {
  const { answer, error, busy } = useAnswer(visit, me, ticket);
  const at = (ticket.delivered_at ?? ticket.answered_at ?? ticket.asked_at) * 1000;
  return (
    <li class="ticket" data-testid="ticket-mine" data-state={ticket.state}>
      <TicketMark state={ticket.state} />
      <div class="grow">
        <p class="strong ticket__words">{t("ticket.quoted", { text: ticket.text })}</p>
        <p class="meta">{t(`ticket.party.${ticket.state}`, { time: shortTime(at) })}</p>
        {ticket.state === "agreed" && (
          <Button testId="ticket-back" aria-disabled={busy} onClick={() => void answer(false)}>
            {t("ticket.takeBack")}
          </Button>
        )}
        {error && (
          <p class="error" role="alert">
            {error}
          </p>
        )}
      </div>
    </li>
  );
}
