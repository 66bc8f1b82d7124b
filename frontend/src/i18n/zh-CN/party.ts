export default {
  "party.title": "调解",
} as const;
