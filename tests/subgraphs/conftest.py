"""The fixture that writes a city for one test."""

from tests.host.conftest import write_city as write_city
