"""The relying party: how people sign in at an OpenID Connect provider, VNeID above all."""
