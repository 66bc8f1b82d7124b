export default {
  "court.title": "调解记录",
};
