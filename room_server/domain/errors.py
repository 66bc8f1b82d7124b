"""What the product refuses, each with a stable code and one sentence in Chinese and English. Knows no HTTP."""

from __future__ import annotations

from typing import Any

SENTENCES: dict[str, tuple[str, str]] = {
    "link_unknown": ("链接无效。", "This link is not valid."),
    "link_revoked": ("链接已被停用，请联系调解员。", "This link was revoked. Please call the mediator."),
    "link_expired": ("链接已过期，请联系调解员重新发送。", "This link has expired. Please ask for a new one."),
    "link_used": ("链接已在另一台设备上使用。", "This link is already in use on another device."),
    "identity_mismatch": ("证件号码后四位不符。", "The last four characters do not match."),
    "entry_code_wrong": ("验证码不正确。", "The code is wrong."),
    "codes_used_up": (
        "今天的验证码发完了。请让调解员当面看证件。",
        "No more codes today. Please have the mediator look at your document.",
    ),
    "continued_elsewhere": ("已在另一台设备上继续。", "This goes on on another device."),
    "company_unclear": ("请写清楚身边有谁；没有人就选“没有”。", "Please say who is with you, or that nobody is."),
    "reason_missing": ("请写明理由。", "Please give a reason."),
    "way_missing": ("请选择是怎么核对的。", "Please say how it was compared."),
    "remark_missing": (
        "请写明哪里不一致，或者为什么没有核对。",
        "Please say what differs, or why it was not compared.",
    ),
    "document_unknown": ("请选择证件种类。", "Please choose the kind of document."),
    "document_recorded": (
        "正在录音录像，不能看证件：请先暂停，或者单独沟通时看。",
        "A document is not looked at while a recording runs: pause it, or look in a private talk.",
    ),
    "not_asked": ("现在没有要回答的问题。", "There is no such question now."),
    "text_too_long": (
        "写得太长了，请写短一些，或者分成几条。",
        "This is too long. Please shorten it or write it in parts.",
    ),
    "identity_locked": ("核对次数已用完，请联系调解员。", "Too many attempts. Please call the mediator."),
    "unauthenticated": ("请重新进入。", "Please sign in again."),
    "paper_address_expired": (
        "这个网址已经过期。请回到调解的页面，再点一次「把协议存到手机」。",
        "This address has expired. Go back to the mediation page and press Save the agreement again.",
    ),
    "session_expired": ("登录已过期。", "The session has expired."),
    "removed": ("您已被请出调解室。", "You were sent out of the room."),
    "forbidden": ("您没有此项权限。", "You may not do this."),
    "not_found": ("没有找到。", "Not found."),
    "wrong_state": ("现在不能进行此操作。", "This is not possible now."),
    "consent_missing": ("请先阅读并同意必需的告知书。", "Please read and accept the required notices first."),
    "notice_outdated": ("告知书已更新，请重新阅读。", "The notice has changed. Please read it again."),
    "consent_after_entry": (
        "您已经进了调解室，这一项现在不能收回。不想继续，请离开，并告诉调解员。",
        "You are in the room already, so this cannot be taken back now. To stop, leave and tell the mediator.",
    ),
    "consent_after_signature": (
        "您已经用电子方式签了这份文本，签名不能收回。有不同意见，请马上告诉调解员。",
        "You have signed this text electronically, so this cannot be taken back. Tell the mediator at once.",
    ),
    "consent_after_end": (
        "会议已经结束，案卷已经形成，这里不能再改。请联系调解组织。",
        "The session is over and its file is made: nothing changes here. Please call the organisation.",
    ),
    "answer_missing": ("请逐项作出选择。", "Please answer every item."),
    "digest_mismatch": (
        "您看到的文本和已锁定的文本不一致，不能签署。",
        "The text you saw is not the frozen text; it cannot be signed.",
    ),
    "already_signed": ("您已经签署。", "You have already signed."),
    "not_signing": ("文本不在签署状态。", "The text is not open for signing."),
    "not_a_signer": ("您不是本文本的签署人。", "You are not a signer of this text."),
    "authority_missing": (
        "代理人没有特别授权，不能代为签署调解协议（民诉法解释第八十九条）。",
        "An agent without special authorisation may not sign (CPLJ 89).",
    ),
    "intent_missing": ("请先确认已阅读全文并同意签署。", "Please state that you have read the text and agree."),
    "link_not_shown": (
        "这个链接现在显示不了，请换发一个。",
        "This link cannot be shown any more. Make a new one.",
    ),
    "number_not_used": (
        "没有留您的证件号码。请选“给调解员看证件”。",
        "Nothing of your identity number is kept. Choose to show a document to the mediator.",
    ),
    "esign_refused": (
        "您没有同意电子签名，请签纸质的；也可以先改成同意。",
        "You did not agree to sign electronically: sign on paper, or agree first.",
    ),
    "code_wrong": ("验证码不正确。", "The code is wrong."),
    "code_expired": ("验证码已失效，请重新获取。", "The code is no longer valid. Please ask for a new one."),
    "handwriting_empty": ("请手写签名。", "Please write your signature."),
    "typing_not_agreed": (
        "您同意的那一版电子签名约定只写了手写，请手写姓名。",
        "The terms of e-signature that you agreed to know only a name drawn by hand: please draw it.",
    ),
    "name_missing": ("请键入您的姓名。", "Please type your name."),
    "name_differs": (
        "键入的姓名和登记的不一样，请照登记的写。",
        "The name typed is not the one on file. Please type it as it is on file.",
    ),
    "signatures_missing": ("尚有签署人没有签署。", "Not everybody has signed."),
    "media_unavailable": (
        "音视频服务暂时连不上，请稍后再试。",
        "The media service is away. Please try again.",
    ),
    "rate_limited": ("操作过于频繁，请稍后再试。", "Too many requests. Please try again later."),
    "login_failed": ("用户名或者密码不正确。", "The user name or password is wrong."),
    "bad_request": ("请求格式不正确。", "The request is malformed."),
    "too_large": ("请求内容过大。", "The request is too large."),
    "json_required": ("请求须为 JSON。", "The request must be JSON."),
    "recording_no_consent": ("没有当事人同意录音录像。", "Nobody has agreed to be recorded."),
    "recording_not_agreed": ("此人没有同意录音录像。", "This person has not agreed to be recorded."),
    "document_frozen": ("文本已锁定。", "The text is frozen."),
    "document_read_only": ("您现在不能修改文本。", "You may not write in this text now."),
    "text_unprintable": ("文本无法生成文书，请检查内容。", "The text cannot be rendered."),
    "text_empty": ("还没有写内容。", "There is nothing written yet."),
    "text_invalid": ("内容里有无法显示的字符。", "There are characters in it that cannot be shown."),
    "moved": ("您刚换了地方，请看清现在发给谁。", "You were moved just now: look who gets this."),
    "key_used": (
        "刚才已经发过一次，内容不一样。看看发出去的是什么，再重新写。",
        "Something else was sent with this already. Look at what was sent, then write it anew.",
    ),
    "note_changed": ("这份记事在另一个窗口改过。", "This note was changed in another window."),
    "filing_incomplete": ("案卷正在归档。", "The record is being filed."),
    "exhibit_too_large": ("文件太大，请分开上传。", "The file is too large."),
    "exhibit_kind": (
        "只收 PDF 和照片（JPEG、PNG、WebP）。请换一种格式。",
        "Only PDF files and pictures (JPEG, PNG, WebP) are accepted.",
    ),
    "exhibit_empty": ("文件是空的。", "The file is empty."),
    "exhibit_encrypted": ("PDF 设了密码，请去掉密码再上传。", "The PDF has a password. Remove it and try again."),
    "exhibit_damaged": ("文件打不开，可能已损坏。", "The file cannot be opened; it may be damaged."),
    "exhibit_pages": ("页数太多，请分成几份上传。", "There are too many pages. Split the file."),
    "exhibit_pixels": ("图片尺寸过大，请缩小后再上传。", "The picture has too many pixels. Make it smaller."),
    "exhibit_effort": (
        "文件太复杂，没能在限定时间内打开。请打印成新的 PDF 或者拍照上传。",
        "The file is too complex to open. Print it to a new PDF, or photograph it.",
    ),
    "exhibit_no_consent": (
        "里面有您没有同意使用的敏感信息，不能收。请换一份，或者先改成同意。",
        "It holds sensitive data that you have not agreed to have used. Bring another, or agree first.",
    ),
    "exhibit_many": ("一方的证据件数已到上限。", "This side has as many exhibits as one session takes."),
    "exhibit_title_missing": ("请写证据名称（最多 60 个字）。", "Give the exhibit a title (at most 60 characters)."),
    "exhibit_private": (
        "这份证据只在单独沟通里出现过，拿出证据的人还没有给对方看。",
        "This exhibit is known only in a private talk; its owner has not shown it to everybody.",
    ),
    "exhibit_withdrawn": ("这份证据已经撤回。", "This exhibit was withdrawn."),
    "presenting_not_allowed": ("请先让调解员允许您出示。", "Ask the mediator to let you show exhibits."),
    "only_joint": ("请回到面对面再做这一步。", "This is possible only in the joint session."),
    "offer_amount": ("请写明金额（元，最多两位小数）。", "Give an amount in yuan, with two decimals at most."),
    "offer_instalments": (
        "每期都要有日期和金额，日期从今天起依次往后，各期相加要等于总额。",
        "Each instalment needs a day and an amount, in order from today on; together they make the whole sum.",
    ),
    "offer_conditions": ("条件太长。", "The conditions are too long."),
    "offer_expiry": ("请写明有效期（最长三十天）。", "Say how long the offer stands (thirty days at most)."),
    "offer_expired": ("这个方案已经过期。", "This offer has expired."),
    "offer_replaced": ("对方已经提出新的方案。", "A newer offer has taken its place."),
    "offer_many": ("一方提出的方案已到上限。", "This side has made as many offers as one session takes."),
    "offer_in_draft": ("已经写进协议草稿了。", "This is in the draft already."),
    "offer_authority": (
        "代理人没有特别授权，不能代为提出或者接受方案（民诉法解释第八十九条）。",
        "An agent without special authorisation may neither make nor accept an offer (CPLJ 89).",
    ),
    "log_broken": ("日志链不完整。", "The event log's chain is broken."),
}
"""Every code with its sentence (zh, en). A code that is not here cannot be raised."""


class DomainError(Exception):
    """A refusal: ``code`` is stable, ``zh`` and ``en`` are for people, ``detail`` holds JSON values for the client."""

    def __init__(self, code: str, **detail: Any) -> None:
        self.code = code
        self.zh, self.en = SENTENCES[code]
        self.detail = detail
        super().__init__(self.en)


class Unauthenticated(DomainError):
    """Nobody is known to be asking, or no longer."""


class Forbidden(DomainError):
    """The person is known and may not do this."""


class NotFound(DomainError):
    """There is no such thing, or none that this person may know of."""


class Conflict(DomainError):
    """The state of things does not allow it now."""


class Gone(DomainError):
    """It was there and can no longer be used."""


class Locked(DomainError):
    """Tried too often; somebody else must open it."""


class Invalid(DomainError):
    """Well-formed, but an answer is missing or unusable."""


class Malformed(DomainError):
    """Not well-formed."""


class Unavailable(DomainError):
    """A part of the service is away; the same request may succeed later."""


class RateLimited(DomainError):
    """Too often; ``detail["retry_after"]`` has seconds."""
