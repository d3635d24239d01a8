"""Pages that a citizen sees while signing in, when it does not go on by itself: short, Vietnamese, without script."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

from starlette.responses import HTMLResponse

_PAGE: Final = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title></head>
<body><main><h1>{title}</h1><p>{text}</p><p><a href="{link}">{go_on}</a></p><p><small>{code}</small></p></main></body>
</html>
"""
_CSP: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "LOGIN_DENIED": ("Bạn đã từ chối đăng nhập", "Chưa có thông tin nào được chuyển đi. Bạn có thể đăng nhập lại."),
    "LOGIN_USED": ("Lần đăng nhập này đã dùng rồi", "Có thể trang được mở hai lần. Hãy đăng nhập lại."),
    "LOGIN_EXPIRED": ("Đã quá thời gian đăng nhập", "Việc đăng nhập kéo dài hơn 10 phút. Hãy đăng nhập lại."),
    "LOGIN_OTHER_BROWSER": (
        "Không đúng trình duyệt",
        "Việc đăng nhập bắt đầu ở một trình duyệt khác. Nếu ai đó gửi cho bạn đường dẫn này, hãy bỏ qua.",
    ),
    "LOGIN_OTHER_PERSON": ("Không cùng một người", "Người vừa xác nhận không phải là người đang đăng nhập."),
    "LEVEL_NOT_REACHED": (
        "Cần tài khoản định danh mức 2",
        "Việc này cần tài khoản định danh điện tử mức 2. Bạn có thể đăng ký tại cơ quan công an.",
    ),
    "PROVIDER_DOWN": (
        "VNeID đang bận",
        "Chưa kết nối được với VNeID. Bạn vẫn xem được các nội dung công khai; hãy thử đăng nhập lại sau ít phút.",
    ),
    "SIGN_IN_UNAVAILABLE": ("Chưa đăng nhập được", "Hệ thống chưa nối với VNeID."),
}
_OTHER: Final = ("Chưa đăng nhập được", "Có lỗi khi đăng nhập. Hãy thử lại.")


def sign_in_page(status: int, code: str, again: str, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """Why nobody is signed in. ``again``: the address to begin again at."""
    title, text = _WORDS.get(code, _OTHER)
    html = _PAGE.format(
        title=escape(title), text=escape(text), link=escape(again, quote=True), go_on="Thử lại", code=escape(code)
    )
    sent = {"Cache-Control": "no-store", "Content-Security-Policy": _CSP, **(headers or {})}
    return HTMLResponse(html, status, headers=sent)
