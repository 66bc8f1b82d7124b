/** What is due today, from what the server knows of the sessions; each leads to its session. */
import { listed, pick, t } from "../i18n";
import { Icon, type IconName } from "../ui/Icon";
import { sideName } from "../ui/Seal";
import { signerName } from "../ui/signers";
import { type Todo, tailOf, unsigned, urgency } from "./day";
import { addressOf, goTo } from "./SessionRow";

export function Todos({ todos }: { todos: Todo[] }) {
  if (todos.length === 0) return null;
  return (
    <aside class="todos" aria-labelledby="todos-title">
      <div class="section-title">
        <h2 class="h2" id="todos-title">
          {t("day.todo")}
        </h2>
        <span class="badge">{todos.length}</span>
      </div>
      <ul class="stack stack--2">
        {todos.map((todo) => (
          <Item key={todo.kind + todo.session.session_id} todo={todo} />
        ))}
      </ul>
    </aside>
  );
}

function Item({ todo }: { todo: Todo }) {
  const { icon, tone, title, text, source } = said(todo);
  return (
    <li>
      <a
        class="card todos__item"
        href={addressOf(todo.session)}
        data-testid="todo"
        data-kind={todo.kind}
        onClick={(event) => goTo(event, todo.session)}
      >
        <span class={`mark ${tone}`}>
          <Icon name={icon} />
        </span>
        <span class="todos__words">
          <b>{title}</b>
          <span>{text}</span>
          {source && <span class="tiny">{source}</span>}
        </span>
      </a>
    </li>
  );
}

interface Said {
  icon: IconName;
  tone: string;
  title: string;
  text: string;
  source?: string;
}

function said(todo: Todo): Said {
  const { session } = todo;
  const tail = tailOf(session.case_no);
  switch (todo.kind) {
    case "waiting":
      return {
        icon: "users",
        tone: "mark--ok",
        title: t("day.todo.waiting", { tail, count: todo.count }),
        text: t("day.todo.waitingText"),
      };
    case "limit":
      return {
        icon: "alert",
        tone: urgency(todo.daysLeft) === "past" ? "mark--danger" : "mark--warn",
        title: limitWords(tail, todo.daysLeft),
        text: session.limit ? pick(session.limit.consequence_zh, session.limit.consequence_en) : "",
        source: session.limit ? pick(session.limit.source_zh, session.limit.source_en) : undefined,
      };
    case "seal":
      return { icon: "stamp", tone: "mark--warn", title: t("day.todo.seal", { tail }), text: t("day.todo.sealText") };
    case "signatures":
      return {
        icon: "pen",
        tone: "",
        title: t("day.todo.signatures", { tail, count: todo.count }),
        text: listed(unsigned(session).map(signerName)),
      };
    case "unopened":
      return {
        icon: "phone",
        tone: "",
        title: t("day.todo.unopened", { tail, sides: listed(todo.sides.map(sideName)) }),
        text: t("day.todo.unopenedText"),
      };
  }
}

function limitWords(tail: string, left: number): string {
  if (left === 0) return t("day.todo.limitToday", { tail });
  return left > 0 ? t("day.todo.limit", { tail, count: left }) : t("day.todo.limitPast", { tail, count: -left });
}
