"""Devices: people know their sessions by browser and system, and nothing finer is kept."""

import pytest

from identity.device import device_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (
            f"Mozilla/5.0 (Linux; Android 14; SM-A546E) {WEBKIT} Chrome/126.0.0.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/126.0 Safari/537.36 Edg/126.0", "Edge, Windows"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/126.0.0.0 Safari/537.36", "Chrome, Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari, iOS",
        ),
        ("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) CriOS/126.0 Mobile/15E148 Safari/604.1", "Chrome, iPadOS"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox, macOS"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/126.0 Safari/537.36", "Chrome, ChromeOS"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} coc_coc_browser/120.0 Chrome/114 Safari/537.36", "Coc Coc, Windows"),
        ("CongDanSo/2.1 (Android 14)", "CongDanSo, Android"),
        ("curl/8.5.0", "Unknown"),
        ("", "Unknown"),
        (None, "Unknown"),
        ("x" * 100_000 + "Chrome/1", "Unknown"),
        ("079090000001 <script>alert(1)</script>\r\nX: y", "Unknown"),
    ],
)
def test_a_device_is_a_browser_and_a_system(user_agent: str | None, device: str) -> None:
    assert device_of(user_agent) == device
