"""Where signing in and out is asked: the routes under /sign-in and /sign-out, and development's own VNeID."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from gateway.server.envelope import OWN_POLICY
from gateway.server.refusals import HTTPRefusal, send_refusal
from gateway.server.served import SessionHolder
from gateway.server.sessions import SessionRoutes
from gateway.server.settings import ServerSettings
from gateway.server.sign_in import SignInRoutes


def sign_in_routes(served: object, settings: ServerSettings) -> list[BaseRoute]:
    """None where nobody signs in."""
    if not isinstance(served, SessionHolder):
        return []
    coming = SignInRoutes(lambda: served.sign_on, settings.cookies())
    going_on = SessionRoutes(lambda: served.sign_on, settings.cookies(), settings)
    return [
        Route("/sign-in", coming.browser),
        Route("/sign-in/app", coming.app),
        Route("/sign-in/callback", coming.callback),
        Route("/sign-in/token", going_on.token, methods=["POST"]),
        Route("/sign-in/refresh", going_on.refresh, methods=["POST"]),
        Route("/sign-in/act-for", going_on.act_for, methods=["POST"]),
        Route("/sign-out", going_on.sign_out, methods=["POST"]),
        Route("/sign-in/logged-out", going_on.logged_out, methods=["POST"]),
        Route("/simulator/{path:path}", Simulated(served), methods=["GET", "POST"]),
    ]


class Simulated:
    """Development's own VNeID, where there is one, under /simulator."""

    def __init__(self, served: SessionHolder) -> None:
        self._served = served

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        simulator = self._served.sign_on.simulator
        if simulator is None:
            await send_refusal(send, HTTPRefusal(404, "NOT_FOUND", "There is nothing here."))
            return
        scope[OWN_POLICY] = True
        inner = {**scope, "root_path": scope.get("root_path", "") + "/simulator"}
        await simulator(inner, receive, send)
