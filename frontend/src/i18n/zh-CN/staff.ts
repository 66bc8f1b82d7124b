export default {
  "staff.title": "调解员工作台",
};
