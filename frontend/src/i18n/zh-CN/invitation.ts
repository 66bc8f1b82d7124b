export default {
  "invitation.show": "二维码",
  "invitation.alt": "{name}的链接，二维码",
  "invitation.coming": "正在画二维码…",
  "invitation.how": "用手机自带的相机对准它，点出来的链接就能进。不用下载。",
  "invitation.onlyYou": "只给{name}用。别转给别人，也别拍照发出去。",
  "invitation.print": "打印",
} as const;
