import type source from "../zh-CN/party";

const messages: Record<keyof typeof source, string> = {
  "party.title": "Mediation",
};
export default messages;
