import common from "./zh-CN/common";
import court from "./zh-CN/court";
import exhibits from "./zh-CN/exhibits";
import offers from "./zh-CN/offers";
import party from "./zh-CN/party";
import staff from "./zh-CN/staff";

const messages = { ...common, ...party, ...staff, ...court, ...exhibits, ...offers };

/** Chinese is the source: its keys are the keys. */
export type Messages = Record<keyof typeof messages, string>;
export default messages;
