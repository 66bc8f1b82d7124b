import type source from "../zh-CN/court";

const messages: Record<keyof typeof source, string> = {
  "court.title": "Record of a mediation",
};
export default messages;
