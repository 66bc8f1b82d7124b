import type source from "../zh-CN/staff";

const messages: Record<keyof typeof source, string> = {
  "staff.title": "Mediator's desk",
};
export default messages;
