"""The way to a provider and back, as a browser takes it."""
