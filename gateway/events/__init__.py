"""Events: written with the change that makes them, published after it, kept for those who come back."""
