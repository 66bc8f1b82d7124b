/** What the mediator would like to carry out of a private talk: asked, answered, delivered word by word. */
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { shortTime } from "../i18n/time";
import { myCaucus } from "../room/caucus";
import { placeOf, type Ticket, ticketsOf } from "../room/talk";
import { type AskedTicket, askTicket, deliverTicket, sentWith, withdrawTicket } from "../talk/api";
import { TicketMark } from "../talk/TicketMark";
import { Button } from "../ui/Button";
import { scrollable } from "../ui/hooks";
import { Note } from "../ui/Note";
import { once, useSettled } from "../ui/once";
import { Seal } from "../ui/Seal";
import { rest } from "../ui/typed";
import { begun, keep, ownHere, type Scope } from "../ui/unsent";
import { useAsk } from "./ask";
import { NoteField } from "./NotesTab";
import { useTools } from "./tools";

export function TicketsTab() {
  const { state } = useTools();
  const caucus = myCaucus(state);
  const tickets = ticketsOf(state);
  return (
    <div class="talk-pane" {...scrollable}>
      <Note tone="sealed" icon="carry" small>
        <b>{t("ticket.rule")}</b> {t("ticket.ruleHint")}
      </Note>
      {tickets.length > 0 ? (
        <ul class="card card--flush list">
          {tickets.map((one) => (
            <TicketRow key={one.ticket_id} ticket={one} />
          ))}
        </ul>
      ) : (
        <p class="meta">{t(caucus ? "ticket.none" : "ticket.noneOutside")}</p>
      )}
      {caucus && <NewTicket />}
      {caucus && <NoteField key={caucus.caucus_id} scope={caucus.caucus_id} title={t("note.ofCaucus")} />}
    </div>
  );
}

function TicketRow({ ticket }: { ticket: Ticket }) {
  const { attempt, ask: confirm } = useTools();
  const ask = useAsk();
  const at = shortTime((ticket.delivered_at ?? ticket.answered_at ?? ticket.asked_at) * 1000);
  const deliver = () =>
    confirm({
      title: t("ticket.deliverTitle"),
      consequences: [
        { icon: "carry", text: t("ticket.quoted", { text: ticket.text }) },
        { icon: "users", text: t("ticket.deliverWho") },
        { icon: "doc", text: t("ticket.deliverLog") },
      ],
      act: t("ticket.deliverAct"),
      immediate: true,
      onAct: () => void attempt(() => deliverTicket(ask, ticket.ticket_id)),
    });
  return (
    <li class="ticket" data-testid="ticket" data-state={ticket.state}>
      <TicketMark state={ticket.state} />
      <div class="grow">
        <p class="strong ticket__words">{t("ticket.quoted", { text: ticket.text })}</p>
        <p class="tiny row">
          <Seal side={ticket.side} />
          <span>{t(`ticket.staff.${ticket.state}`, { name: ticket.answered_by ?? "", time: at })}</span>
        </p>
      </div>
      {ticket.state === "asked" && (
        <Button dense testId="ticket-withdraw" work={() => attempt(() => withdrawTicket(ask, ticket.ticket_id))}>
          {t("ticket.withdraw")}
        </Button>
      )}
      {ticket.state === "agreed" && (
        <Button dense look="primary" testId="ticket-deliver" onClick={deliver}>
          {t("ticket.deliver")}
        </Button>
      )}
    </li>
  );
}

function NewTicket() {
  const { attempt, state } = useTools();
  const ask = useAsk();
  const scope: Scope<string> = ownHere(state, "ticket");
  const text = begun(scope) ?? "";
  const [busy, setBusy] = useState(false);
  const put = (sent: AskedTicket) => keep(scope, rest(begun(scope) ?? "", sent.text));
  useSettled<AskedTicket>(scope, sentWith(ask), { busy, news: ticketsOf(state).length }, (sent) => {
    if (begun(scope) === sent.text) keep(scope, ""); // else it has become another since
  });
  const send = async () => {
    if (busy || text.trim() === "") return;
    setBusy(true);
    const wanted: AskedTicket = { text, place: placeOf(state) };
    if (await attempt(() => once(scope, wanted, (key) => askTicket(ask, wanted, key)))) put(wanted);
    setBusy(false);
  };
  return (
    <div class="field">
      <label for="ticket-text">{t("ticket.new")}</label>
      <textarea
        class="input"
        id="ticket-text"
        rows={2}
        maxLength={2000}
        placeholder={t("ticket.newHint")}
        data-testid="ticket-text"
        value={text}
        onInput={(event) => keep(scope, event.currentTarget.value)}
      />
      <div class="row between">
        <span class="tiny">{t("ticket.privileged")}</span>
        <Button dense look="primary" testId="ticket-ask" aria-disabled={busy} onClick={() => void send()}>
          {t("ticket.ask")}
        </Button>
      </div>
    </div>
  );
}
