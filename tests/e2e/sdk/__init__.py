"""The SDKs, their examples and the demo, beside the running service."""
