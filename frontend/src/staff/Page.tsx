/** `/staff` and `/staff/sessions/{id}`. */
import "../styles/office.css";
import "../styles/staff.css";
import "../styles/day.css";
import "../styles/console.css";
import "../styles/console-messages.css";
import "../styles/console-paper.css";
import "../styles/signers.css";
import "../styles/private-talks.css";
import "../styles/console-narrow.css";
import { path } from "../navigation";
import { useTitle } from "../ui/title";
import { SessionList } from "./SessionList";
import { SessionPage } from "./SessionPage";
import { SignedIn } from "./SignedIn";

export default function Page() {
  const sessionId = /^\/staff\/sessions\/([^/]+)/.exec(path.value)?.[1];
  useTitle("staff.title");
  return (
    <SignedIn office="mediator">
      {(account) =>
        sessionId ? (
          <SessionPage key={sessionId} sessionId={decodeURIComponent(sessionId)} account={account} />
        ) : (
          <SessionList account={account} />
        )
      }
    </SignedIn>
  );
}
