import type source from "../zh-CN/signers";

const messages: Record<keyof typeof source, string> = {
  "signing.who": "Signer",
  "signing.step.identity": "Identity",
  "signing.step.read": "Read",
  "signing.step.intent": "Intent",
  "signing.step.hand": "Name",
  "signing.step.code": "Code",
  "signing.result": "Result",
  "signing.mark.done": "done",
  "signing.mark.writing": "writing",
  "signing.mark.sent": "sent",
  "signing.mark.open": "not yet",
  "signing.mark.none": "not needed",
  "signing.underWay": "under way",
  "signing.onPaper": "on paper",
  "signing.stepsNote":
    "Each person's screen tells the steps before a signature, never what they write. Only the signature counts.",
};
export default messages;
