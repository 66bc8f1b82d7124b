export default {
  "invitation.show": "QR code",
  "invitation.alt": "The link of {name} as a QR code",
  "invitation.coming": "The code is being drawn…",
  "invitation.how": "Point the phone's own camera at it and open the link that appears. Nothing to install.",
  "invitation.onlyYou": "For {name} alone: do not pass it on or post a picture of it.",
  "invitation.print": "Print",
} as const;
