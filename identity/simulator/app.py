"""The simulator as an ASGI app: its routes, and what it says of itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from identity.people import Person, seeded_people
from identity.simulator.authorize import Authorization
from identity.simulator.core import Core
from identity.simulator.faults import Faults, Faulty
from identity.simulator.logout import Logout
from identity.simulator.settings import LEVELS, SimulatorSettings
from identity.simulator.token import Tokens


class Simulator:
    """One provider. ``keys``: may be rotated; ``logout``: may end sessions and tell the clients."""

    def __init__(self, core: Core) -> None:
        self.settings = core.settings
        self.keys = core.keys
        self.logout = Logout(core)
        self._store = core.store
        self._authorization = Authorization(core)
        self._tokens = Tokens(core)

    def close(self) -> None:
        self._store.close()

    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/openid-configuration", self._discovery),
            Route("/jwks", self._jwks),
            Route("/authorize", self._authorization.ask, methods=["GET", "POST"]),
            Route("/decide", self._authorization.decide, methods=["POST"]),
            Route("/token", self._tokens.redeem, methods=["POST"]),
            Route("/userinfo", self._tokens.userinfo, methods=["GET", "POST"]),
            Route("/end_session", self.logout.ask, methods=["GET", "POST"]),
        ]

    async def _discovery(self, request: Request) -> Response:
        return JSONResponse(self.discovery(), headers={"Cache-Control": "no-cache"})

    async def _jwks(self, request: Request) -> Response:
        return JSONResponse(self.keys.jwks(), headers={"Cache-Control": "no-cache"})

    def discovery(self) -> Mapping[str, Any]:
        issuer = self.settings.issuer
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/jwks",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "end_session_endpoint": f"{issuer}/end_session",
            "scopes_supported": ["openid"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "acr_values_supported": list(LEVELS),
            "id_token_signing_alg_values_supported": [self.keys.algorithm],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["ES256", "RS256", "PS256"],
            "claims_supported": ["sub", "acr", "auth_time", "sid", "SoDinhDanh", "HoVaTen", "NgaySinh"],
            "code_challenge_methods_supported": ["S256"],
            "prompt_values_supported": ["none", "login", "consent", "select_account"],
            "authorization_response_iss_parameter_supported": True,
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
            "ui_locales_supported": ["vi"],
        }


def app(
    settings: SimulatorSettings,
    *,
    people: Mapping[str, Person] | None = None,
    faults: Faults | None = None,
    clock: Callable[[], float] = time.time,
) -> Starlette:
    """The provider, to be served at ``settings.issuer`` or mounted under its path.

    ``people``: by their names; None are those of ``data/people.toml``. ``clock``: epoch seconds.

    Its ``state.simulator`` is the ``Simulator``: whose keys rotate, and that ends sessions.
    """
    faults = faults or Faults()
    simulator = Simulator(Core(settings, faults, people or seeded_people(), clock))
    made = Starlette(routes=simulator.routes(), middleware=[Middleware(Faulty, faults=faults)])
    made.state.simulator = simulator
    return made
