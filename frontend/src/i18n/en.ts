import common from "./en/common";
import court from "./en/court";
import exhibits from "./en/exhibits";
import offers from "./en/offers";
import party from "./en/party";
import staff from "./en/staff";
import type { Messages } from "./zh-CN";

const messages: Messages = { ...common, ...party, ...staff, ...court, ...exhibits, ...offers };
export default messages;
