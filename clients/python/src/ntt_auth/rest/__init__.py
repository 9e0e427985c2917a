"""What the REST clients know, and nothing that sends: `_async` and `_sync` do that."""
