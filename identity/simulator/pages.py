"""The simulator's pages, in Vietnamese: plain HTML, no script, for a phone as for a desk. Everything is escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape
from typing import Final

from starlette.responses import HTMLResponse

from identity.people import Person

NOTICE: Final = "Mô phỏng VNeID, người và số đều không có thật"

_STYLE: Final = """
:root { color-scheme: light dark; --line: #8886; --go: #b3261e; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 34rem; padding: 1rem; font: 1.0625rem/1.5 system-ui, sans-serif; }
.notice { margin: 0 0 1rem; padding: .75rem 1rem; border: 2px dashed; border-radius: .5rem; font-weight: 600; }
h1 { font-size: 1.375rem; line-height: 1.3; }
fieldset { margin: 0 0 1rem; padding: .5rem 1rem; border: 1px solid var(--line); border-radius: .5rem; }
label { display: flex; gap: .75rem; align-items: center; min-height: 3rem; }
label + label { border-top: 1px solid var(--line); }
label small { display: block; opacity: .75; }
input { flex: none; width: 1.25rem; height: 1.25rem; }
button { width: 100%; min-height: 3rem; margin: 0 0 .75rem; border: 1px solid var(--line); border-radius: .5rem;
  font: inherit; background: none; color: inherit; }
button.go { background: var(--go); border-color: var(--go); color: #fff; font-weight: 600; }
.wrong { padding: .5rem 1rem; border-left: .25rem solid var(--go); font-weight: 600; }
"""
_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
# No form-action: browsers hold it against the redirect that follows a form too, and that one goes to the client.
_HEADERS: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_LEVELS: Final[Mapping[int, str]] = {
    1: "Mức 1 (LoA1): xem thông tin, gửi phản ánh",
    2: "Mức 2 (LoA2): việc cần xác thực chắc chắn",
}


def consent_page(
    asked: str, client_id: str, people: Iterable[Person], chosen: str, level: int, *, wrong: str = ""
) -> HTMLResponse:
    """Who signs in, and whether. ``asked``: the id of what was asked. ``chosen``, ``level``: set to begin with."""
    persons = "".join(_person(person, person.name == chosen) for person in people)
    levels = "".join(
        f'<label><input type="radio" name="level" value="{worth}"{_checked(worth == level)}>{escape(text)}</label>'
        for worth, text in _LEVELS.items()
    )
    complaint = f'<p class="wrong" role="alert">{escape(wrong)}</p>' if wrong else ""
    body = f"""
<h1>Đăng nhập bằng tài khoản định danh</h1>
<p>Ứng dụng <strong>{escape(client_id)}</strong> xin biết: số định danh, họ và tên, ngày sinh, mức định danh.</p>
{complaint}
<form method="post" action="decide">
<input type="hidden" name="request" value="{escape(asked)}">
<fieldset><legend>Bạn là ai?</legend>{persons}</fieldset>
<fieldset><legend>Đăng nhập ở mức nào?</legend>{levels}</fieldset>
<button class="go" name="decision" value="agree">Đồng ý</button>
<button name="decision" value="refuse">Từ chối</button>
</form>"""
    return _page("Đăng nhập", body, 400 if wrong else 200)


def sign_out_page(asked: str) -> HTMLResponse:
    """Whether to sign out: asked where nobody can tell who sent the browser here."""
    body = f"""
<h1>Đăng xuất khỏi VNeID mô phỏng?</h1>
<form method="post" action="end_session">
<input type="hidden" name="request" value="{escape(asked)}">
<button class="go" name="decision" value="agree">Đăng xuất</button>
</form>"""
    return _page("Đăng xuất", body, 200)


def signed_out_page() -> HTMLResponse:
    return _page("Đã đăng xuất", "<h1>Bạn đã đăng xuất</h1><p>Có thể đóng trang này.</p>", 200)


def wrong_page(error: str, description: str, status: int = 400) -> HTMLResponse:
    """What cannot be told to the client, because it is not known where it is."""
    body = (
        "<h1>Không đăng nhập được</h1><p>Yêu cầu đăng nhập không hợp lệ hoặc đã hết hạn. "
        "Hãy quay lại ứng dụng và bắt đầu lại.</p>"
        f'<p lang="en"><small>{escape(error)}: {escape(description)}</small></p>'
    )
    return _page("Không đăng nhập được", body, status)


def _page(title: str, body: str, status: int) -> HTMLResponse:
    text = (
        '<!doctype html>\n<html lang="vi"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · Mô phỏng VNeID</title><style>{_STYLE}</style></head>\n"
        f'<body><p class="notice" role="note">{NOTICE}</p><main>{body}</main></body></html>\n'
    )
    return HTMLResponse(text, status, _HEADERS)


def _person(person: Person, is_chosen: bool) -> str:
    kind = f"Cán bộ {person.agency}" if person.agency else "Người dân"
    return (
        f'<label><input type="radio" name="person" value="{escape(person.name)}" required{_checked(is_chosen)}>'
        f"<span>{escape(person.full_name)}<small>{escape(kind)}, định danh mức {person.level}</small></span></label>"
    )


def _checked(is_checked: bool) -> str:
    return " checked" if is_checked else ""
