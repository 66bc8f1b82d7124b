export default {
  "self.hide": "Hide my own picture",
  "self.show": "Show me",
  "self.seen": "You do not see yourself. Others still see you.",
  "self.unseen": "You do not see yourself. Your camera is off: nobody sees you.",
  "self.cameraOn": "Camera on",
} as const;
