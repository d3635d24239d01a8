"""The simulator: an OpenID provider with invented people, in VNeID's place while developing."""

from __future__ import annotations

from identity.simulator.app import app
from identity.simulator.faults import Faults
from identity.simulator.settings import SimulatedClient, SimulatorSettings

__all__ = ["Faults", "SimulatedClient", "SimulatorSettings", "app"]
