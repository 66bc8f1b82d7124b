export default {
  "self.hide": "不看自己的画面",
  "self.show": "看到自己",
  "self.seen": "您看不到自己，别人照样看得到您。",
  "self.unseen": "您看不到自己。画面关着，别人也看不到您。",
  "self.cameraOn": "画面开着",
} as const;
