"""What an operator may set of the server; every default is safe for a single machine."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from gateway.server.cookies import SessionCookies, session_cookies


class ServerSettings(BaseModel, frozen=True, extra="forbid"):
    """Sizes in bytes, times in seconds.

    ``allowed_origins``: web origins (``https://host``) besides the server's own whose pages may ask and open sockets.
    ``get_queries``: whether a query may come by GET. ``explorer``: whether browsers find the Explorer at /graphql.
    ``subgraph_endpoints``: serve every plugin by itself under /subgraphs/<name>/graphql, for other gateways. The
    plugin's own guards hold there; the limits are wide and nothing is hidden, so never on a public address.
    ``head_timeout_s``, ``body_timeout_s``: for the head and the body of a request to arrive whole.
    ``sockets``, ``sockets_per_address``: WebSockets and event streams open at once.
    ``send_queue_messages``, ``send_queue_bytes``: what waits for one slow reader; one for which there is no room for
    ``lag_timeout_s`` is closed as lagging (4430).
    ``drain_wait_s``: at the end, for how long /ready says no before anything is closed; ``drain_spread_s``: over which
    time open streams are closed one by one; ``drain_timeout_s``: how long running requests are then waited for.
    ``secure_cookies``: browsers reach the gateway over https.
    ``access_log``: "notable" logs what failed or took ``slow_request_s``.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=4000, ge=0, le=65535)
    explorer: bool = True
    get_queries: bool = True
    subgraph_endpoints: bool = False
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    max_body_bytes: int = Field(default=1_000_000, ge=1)
    max_url_bytes: int = Field(default=16_384, ge=1)
    head_timeout_s: float = Field(default=10, gt=0)
    body_timeout_s: float = Field(default=10, gt=0)
    request_timeout_s: float = Field(default=30, gt=0)
    connection_init_timeout_s: float = Field(default=10, gt=0)
    keep_alive_s: float = Field(default=15, gt=0)
    operations_per_socket: int = Field(default=20, ge=1)
    sockets: int = Field(default=20_000, ge=1)
    sockets_per_address: int = Field(default=200, ge=1)
    send_queue_messages: int = Field(default=256, ge=1)
    send_queue_bytes: int = Field(default=1_000_000, ge=1)
    lag_timeout_s: float = Field(default=5, gt=0)
    drain_wait_s: float = Field(default=0, ge=0)
    drain_spread_s: float = Field(default=3, ge=0)
    drain_timeout_s: float = Field(default=10, ge=0)
    access_log: Literal["all", "notable", "off"] = "notable"
    slow_request_s: float = Field(default=1, gt=0)
    secure_cookies: bool = False

    def cookies(self) -> SessionCookies:
        """The cookies of who signs in with a browser."""
        return session_cookies(self.secure_cookies, self.allowed_origins)
