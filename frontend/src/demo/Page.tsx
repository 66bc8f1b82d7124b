/** `/demo`: the links of the demo case and every message that would have been sent. Exists in demo mode only. */
import "../styles/office.css";
import "../styles/staff.css";
import "../styles/demo.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiError, request } from "../api";
import { instant } from "../court/types";
import { pick, t } from "../i18n";
import { clockTime } from "../i18n/time";
import { Brand } from "../ui/Brand";
import { Icon } from "../ui/Icon";
import { LanguageSwitch } from "../ui/LanguageSwitch";
import { Note } from "../ui/Note";
import { Seal, sideName } from "../ui/Seal";
import { useTitle } from "../ui/title";

const REFRESH_MS = 2000;
const CODE = /\b\d{6}\b/;

interface DemoLink {
  url: string;
  name: string;
  side: string;
  last4?: string;
}

interface Message {
  at: string | number;
  to: string;
  to_name: string;
  body_zh: string;
  body_en: string;
}

export default function Page() {
  const links = useSignal<DemoLink[]>([]);
  const outbox = useSignal<Message[]>([]);
  const trouble = useSignal<"" | "stale" | "absent">("");

  useTitle("demo.title");
  useEffect(() => {
    const stop = new AbortController();
    let timer: number | undefined;
    const load = async () => {
      try {
        const answers = await Promise.all([
          request<unknown>("/api/demo/links", { signal: stop.signal }),
          request<Message[]>("/api/demo/outbox", { signal: stop.signal }),
        ]);
        links.value = linksOf(answers[0]);
        outbox.value = [...answers[1]].sort((one, other) => (instant(other.at) ?? 0) - (instant(one.at) ?? 0));
        trouble.value = "";
      } catch (error) {
        if (stop.signal.aborted) return;
        trouble.value = error instanceof ApiError && error.status === 404 ? "absent" : "stale";
      }
      timer = window.setTimeout(load, REFRESH_MS);
    };
    void load();
    return () => {
      stop.abort();
      window.clearTimeout(timer);
    };
  }, []);

  return (
    <div class="office demo">
      <header class="bar office__bar">
        <Brand bare />
        <b class="office__title">{t("demo.title")}</b>
        <span class="badge badge--warn">
          <Icon name="alert" />
          {t("demo.badge")}
        </span>
        <span class="spacer" />
        <LanguageSwitch />
      </header>
      <main class="office__main">
        <Note tone="warn">{t("demo.lead")}</Note>
        {trouble.value && (
          <Note tone="danger" alert>
            {trouble.value === "absent" ? t("demo.absent") : t("demo.stale")}
          </Note>
        )}
        <div class="demo__cols">
          <Links links={links.value} />
          <Outbox messages={outbox.value} />
        </div>
      </main>
    </div>
  );
}

function Links({ links }: { links: DemoLink[] }) {
  return (
    <section class="stack">
      <h1 class="h2">{t("demo.links")}</h1>
      <p class="meta">{t("demo.linksHint")}</p>
      <ul class="card card--flush list">
        {links.map((link) => (
          <li key={link.url}>
            <Seal side={link.side} />
            <span class="grow">
              <b>{link.name}</b>
              <br />
              <span class="tiny">
                {sideName(link.side)}
                {link.last4 && (
                  <>
                    <i class="dot" />
                    {t("demo.lastFour", { digits: link.last4 })}
                  </>
                )}
              </span>
            </span>
            <a
              class="btn btn--dense btn--primary"
              href={link.url}
              target="_blank"
              rel="noopener"
              data-testid="demo-link"
            >
              {t("court.open")}
            </a>
          </li>
        ))}
        <OfficeLink seal="mediator" address="/staff" word={t("demo.staffPage")} />
        <OfficeLink seal="observer" address="/court" word={t("demo.courtPage")} />
      </ul>
    </section>
  );
}

function OfficeLink({ seal, address, word }: { seal: string; address: string; word: string }) {
  return (
    <li>
      {seal === "mediator" ? <Seal side={seal} /> : <Icon name="shield" />}
      <span class="grow">
        <b>{word}</b>
        <br />
        <span class="tiny">{t("demo.staffHint")}</span>
      </span>
      <a class="btn btn--dense" href={address} target="_blank" rel="noopener">
        {t("court.open")}
      </a>
    </li>
  );
}

function Outbox({ messages }: { messages: Message[] }) {
  return (
    <section class="stack">
      <h2 class="h2">{t("demo.outbox")}</h2>
      <p class="meta">{t("demo.outboxHint")}</p>
      {messages.length === 0 && <Note tone="plain">{t("demo.outboxEmpty")}</Note>}
      <ul class="stack stack--2" aria-live="polite">
        {messages.map((message) => (
          <OutboxItem key={`${message.at}${message.to}${message.body_zh}`} message={message} />
        ))}
      </ul>
    </section>
  );
}

function OutboxItem({ message }: { message: Message }) {
  const body = pick(message.body_zh, message.body_en);
  const code = CODE.exec(body)?.[0] ?? CODE.exec(message.body_zh)?.[0];
  const at = instant(message.at);
  return (
    <li class="card outbox__item" data-testid="outbox-item" data-to={message.to}>
      <p class="row between">
        <b>{t("demo.to", { name: message.to_name })}</b>
        <span class="tiny">
          {message.to}
          {at !== null && (
            <>
              <i class="dot" />
              {clockTime(at)}
            </>
          )}
        </span>
      </p>
      <p>{body}</p>
      {code && (
        <p class="row">
          <span class="meta">{t("demo.code")}</span>
          <span class="code outbox__code" data-testid="outbox-code">
            {code}
          </span>
        </p>
      )}
    </li>
  );
}

/** The server's list of links, whether flat or by case, with the names its fields may have. */
function linksOf(answer: unknown): DemoLink[] {
  if (Array.isArray(answer)) return answer.flatMap(linksOf);
  if (answer === null || typeof answer !== "object") return [];
  const fields = answer as Record<string, unknown>;
  if (typeof fields.url !== "string")
    return Object.values(fields).flatMap((value) => (typeof value === "object" ? linksOf(value) : []));
  const word = (...names: string[]) =>
    names.map((name) => fields[name]).find((value) => typeof value === "string") as string | undefined;
  return [
    {
      url: fields.url,
      name: word("name", "display_name", "to_name") ?? "",
      side: word("side", "role") ?? "observer",
      last4: word("last4", "id_last_four"),
    },
  ];
}
